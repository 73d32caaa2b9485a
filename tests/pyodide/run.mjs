// Runs pytest in Pyodide: `node run.mjs REQUEST`, a JSON file that test_pyodide.py writes. Exits with pytest's status.
//
// Python finds what is in the archives, in a file system of its own in memory: nothing of this machine, no other host.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const HOME = "/home/web_user/project";
// What Python ends with when pytest did not come to an end; pytest's own are 0 to 5.
const BROKEN = 70;

/** The bytes of a file, refused unless they have that sha256. (Pyodide checks what a page fetches, but no local file.) */
function checked({ path, sha256 }) {
  const bytes = new Uint8Array(readFileSync(path));
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256) throw new Error(`${path} is refused: its sha256 is ${found}, not ${sha256}`);
  return bytes;
}

async function run({ core, wheel, archive, args, report }) {
  const numpy = checked(wheel);
  const { loadPyodide } = await import(pathToFileURL(join(core, "pyodide.mjs")));
  const env = { HOME: "/home/web_user", PYTHONPATH: `${HOME}/packages:${HOME}/src`, PYTHONDONTWRITEBYTECODE: "1", PYTEST_DISABLE_PLUGIN_AUTOLOAD: "1" };
  const pyodide = await loadPyodide({ indexURL: core, env });
  pyodide.unpackArchive(numpy, "wheel", { extractDir: `${HOME}/packages` });
  pyodide.unpackArchive(new Uint8Array(readFileSync(archive)), "zip", { extractDir: HOME });
  pyodide.globals.set("args", pyodide.toPy([...args, `--junitxml=${HOME}/report.xml`]));
  const status = pyodide.runPython(`
    import importlib, os
    importlib.invalidate_caches()  # the folders of PYTHONPATH were not there yet when Python looked for them
    os.chdir("${HOME}")
    import pytest
    int(pytest.main(args))
  `);
  writeFileSync(report, pyodide.FS.readFile(`${HOME}/report.xml`));
  return status;
}

try {
  process.exitCode = await run(JSON.parse(readFileSync(process.argv[2], "utf-8")));
} catch (error) {
  // Its stack shows a line of Pyodide's, which is a megabyte long.
  console.error(String(error.message ?? error).slice(-4000));
  process.exitCode = BROKEN;
}
