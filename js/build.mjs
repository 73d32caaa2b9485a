// Builds the front end into src/coursekit/assets/dist. `--palette` only writes the colours that Python declares.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const dist = join(root, "src/coursekit/assets/dist");

/** The palette module is run by its path, so that any Python will do, also one without NumPy. */
function writePalette() {
  const script = [
    "import importlib.util, json, sys",
    "spec = importlib.util.spec_from_file_location('palette', sys.argv[1])",
    "palette = sys.modules['palette'] = importlib.util.module_from_spec(spec)",
    "spec.loader.exec_module(palette)",
    "print(json.dumps({'colours': palette.as_json(), 'diverging': palette.DIVERGING}))",
  ].join("\n");
  const candidates = [process.env.PYTHON, join(root, ".venv/bin/python"), "python3", "python"].filter(Boolean);
  const python = candidates.find((name) => {
    try {
      execFileSync(name, ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
  if (!python) throw new Error(`no Python 3.11 or newer found (tried ${candidates.join(", ")}): set PYTHON to one`);
  const text = execFileSync(python, ["-c", script, join(root, "src/coursekit/widgets/palette.py")], { encoding: "utf8" });
  mkdirSync(join(here, "src/generated"), { recursive: true });
  writeFileSync(join(here, "src/generated/palette.json"), text);
}

/** The licences of everything that went into the bundles, as they ask for. */
function licences(metafiles) {
  const packages = new Set();
  for (const file of metafiles.flatMap((meta) => Object.keys(meta.inputs))) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file);
    if (match) packages.add(match[1]);
  }
  const parts = [...packages].sort().map((name) => {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : `Licence: ${license}`;
    return `${name} ${version}\n\n${text}\n`;
  });
  return parts.join(`\n${"-".repeat(78)}\n\n`);
}

writePalette();
if (!process.argv.includes("--palette")) {
  const shared = {
    absWorkingDir: here,
    bundle: true,
    minify: true,
    charset: "utf8",
    target: "es2022",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  };
  const worker = await esbuild.build({
    ...shared, entryPoints: ["src/worker/main.ts"], format: "esm", outfile: join(dist, "worker.js"),
  });
  // The host asks for the worker that was built with it, whatever the browser has kept.
  const hash = createHash("sha256").update(readFileSync(join(dist, "worker.js"))).digest("hex").slice(0, 12);
  const results = [worker, ...(await Promise.all([
    esbuild.build({ ...shared, entryPoints: ["src/widget.ts"], format: "esm", outfile: join(dist, "widget.mjs") }),
    esbuild.build({ ...shared, entryPoints: ["src/host/main.ts"], format: "iife", outfile: join(dist, "host.js"), define: { WORKER_HASH: JSON.stringify(hash) } }),
    esbuild.build({ ...shared, entryPoints: ["src/style/widget.css"], outfile: join(dist, "widget.css") }),
  ]))];
  writeFileSync(join(dist, "LICENCES.txt"), licences(results.map((result) => result.metafile)));
  for (const name of readdirSync(dist)) {
    console.log(`${name.padEnd(14)} ${(readFileSync(join(dist, name)).length / 1024).toFixed(0).padStart(5)} KB`);
  }
}
