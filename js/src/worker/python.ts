// Python in the worker: Pyodide from the site's own folder, its packages checked against the hashes of the lock file.

import type { PyodideAPI } from "pyodide";
import { version } from "pyodide/package.json";
import type { PyCallable, PyProxy } from "pyodide/ffi";

export type Tell = (what: string, done: number) => void;

/** Fetched while the interpreter starts. */
const PACKAGES = ["numpy", "coursekit"];

type Result = PyProxy & { get(index: number): unknown };
type Bytes = PyProxy & { getBuffer(): { data: Uint8Array; release(): void } };
type BytesList = PyProxy & { length: number; get(index: number): Bytes };

export class Python {
  #compute: PyCallable;
  readonly versions: { python: string; numpy: string; coursekit: string };

  private constructor(compute: PyCallable, versions: Python["versions"]) {
    this.#compute = compute;
    this.versions = versions;
  }

  static async boot(folder: string, tell: Tell): Promise<Python> {
    tell("Python and NumPy", 0.15);
    const core = `${folder}pyodide-${version}/`;
    // Only the lock file keeps its name when its content changes, so the browser has to ask whether it did.
    const lock = fetch(`${folder}pyodide-lock.json`, { cache: "no-cache" }).then((answer) => {
      if (!answer.ok) throw new Error(`${answer.url} is not there (${answer.status})`);
      return answer.text();
    });
    const { loadPyodide } = (await import(`${core}pyodide.mjs`)) as typeof import("pyodide");
    const pyodide: PyodideAPI = await loadPyodide({ indexURL: core, lockFileContents: lock, packageBaseUrl: folder, packages: PACKAGES });
    // A package whose file is missing or has another hash is left out without an exception.
    for (const name of PACKAGES) {
      if (!(name in pyodide.loadedPackages)) throw new Error(`${name} could not be loaded, or is not the file that the lock file names`);
    }
    tell("starting NumPy", 0.75);
    const browser = pyodide.pyimport("coursekit.browser") as unknown as { compute: PyCallable; versions(): string };
    const versions = JSON.parse(browser.versions()) as Python["versions"];
    tell("ready", 1);
    return new Python(browser.compute, versions);
  }

  compute(widget: string, values: string): { json: string; buffers: ArrayBuffer[]; computed: number } {
    const began = performance.now();
    const result = this.#compute(widget, values) as Result;
    const computed = performance.now() - began;
    const list = result.get(1) as BytesList;
    try {
      const buffers: ArrayBuffer[] = [];
      for (let i = 0; i < list.length; i++) {
        const item = list.get(i);
        const view = item.getBuffer();
        buffers.push(new Uint8Array(view.data).buffer); // a copy of its own: Python's memory moves
        view.release();
        item.destroy();
      }
      return { json: result.get(0) as string, buffers, computed };
    } finally {
      list.destroy();
      result.destroy();
    }
  }
}
