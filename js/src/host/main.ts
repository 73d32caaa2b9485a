// The page's host: one classic script, so that it runs from a folder as well as from a server.

import { mount } from "./mount";
import { Python } from "./python";

declare const WORKER_HASH: string;

const script = document.currentScript as HTMLScriptElement | null;

/** The folder with the worker and its Python: named by the script's own data-python, else beside the script. */
const folder = script?.dataset.python
  ? new URL(script.dataset.python, location.href).href
  : new URL("py/", script?.src || location.href).href;

const FROM_FOLDER =
  "Drawn, but not live: a browser runs Python only on a page that a server sends. " +
  "In the folder of this site type “python -m http.server” and open http://localhost:8000.";

const NO_MEANS = "Drawn, but not live: this browser cannot run Python (it has no WebAssembly or no workers).";

function start(): void {
  const figures = [...document.querySelectorAll<HTMLElement>("figure.ck-widget:not([data-ready])")];
  if (!figures.length) return;
  let python: Python | null = null;
  let why = "";
  if (location.protocol === "file:") why = FROM_FOLDER;
  else if (typeof WebAssembly === "undefined" || typeof Worker === "undefined") why = NO_MEANS;
  else python = new Python(`${folder}worker.js?v=${WORKER_HASH}`, folder);
  for (const figure of figures) {
    try {
      mount(figure, python, why);
    } catch (error) {
      const line = document.createElement("p");
      line.textContent = `This figure could not be shown: ${(error as Error).message}`;
      figure.append(line);
      console.error(error);
    }
  }
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
