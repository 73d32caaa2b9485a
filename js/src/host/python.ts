// The page's one Python: booted on the first wish, one request at a time per asker, the latest wish wins. It can be ended
// and started anew, for a start that failed and for a function that does not come back.

import type { Figure, Values } from "../figure";
import type { FromWorker, ToWorker } from "../worker/protocol";

export interface Reply {
  figure?: Figure;
  error?: string;
  /** From asking to having the figure, and of that in Python; milliseconds. */
  roundTrip: number;
  computed: number;
  /** Python was ended before it had answered: this request was at work ("stopped"), or only waited ("passed over"). */
  ended?: "stopped" | "passed over";
}

export type BootState =
  | { kind: "off" }
  | { kind: "starting"; what: string; done: number }
  | { kind: "ready"; ms: number }
  | { kind: "failed"; message: string };

/** Puts the bytes back where the JSON text left their numbers. */
export function join(json: string, buffers: ArrayBuffer[]): { figure?: Figure; error?: string } {
  return JSON.parse(json, (key, value: unknown) =>
    key === "data" && typeof value === "number" ? buffers[value] : value) as { figure?: Figure; error?: string };
}

export class Python {
  state: BootState = { kind: "off" };
  #worker: Worker | null = null;
  #began = 0;
  #request = 0;
  /** In the order in which they were asked, which is that in which they are answered. */
  #asked = new Map<number, { at: number; answer: (reply: Reply) => void }>();
  #watchers = new Set<(state: BootState) => void>();

  constructor(private workerUrl: string, private folder: string) {}

  /** Calls back now and at every change. */
  watch(watcher: (state: BootState) => void): void {
    this.#watchers.add(watcher);
    watcher(this.state);
  }

  boot(): void {
    if (this.state.kind !== "off") return;
    this.#start();
  }

  /** Ends Python, whatever it is at, and starts it anew. */
  restart(): void {
    this.#worker?.terminate();
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    this.#start();
    asked.forEach(({ at, answer }, i) =>
      answer({ ended: i === 0 ? "stopped" : "passed over", roundTrip: performance.now() - at, computed: 0 }));
  }

  #start(): void {
    this.#began = performance.now();
    this.#become({ kind: "starting", what: "Python", done: 0.02 });
    let worker: Worker;
    try {
      worker = this.#worker = new Worker(this.workerUrl, { type: "module" });
    } catch (error) {
      this.#become({ kind: "failed", message: (error as Error).message });
      return;
    }
    // What a worker said before it was ended may still be on its way.
    worker.addEventListener("message", (event: MessageEvent<FromWorker>) => worker === this.#worker && this.#hear(event.data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#fail(event.message || "the worker's script could not be loaded");
    });
    this.#send({ type: "boot", python: this.folder });
  }

  ask(widget: string, values: Values): Promise<Reply> {
    const request = ++this.#request;
    return new Promise((answer) => {
      this.#asked.set(request, { at: performance.now(), answer });
      this.#send({ type: "compute", request, widget, values: JSON.stringify(values) });
    });
  }

  #send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #fail(message: string): void {
    this.#worker?.terminate();
    this.#become({ kind: "failed", message });
    for (const { at, answer } of this.#asked.values()) answer({ error: message, roundTrip: performance.now() - at, computed: 0 });
    this.#asked.clear();
  }

  #hear(message: FromWorker): void {
    if (message.type === "progress") this.#become({ kind: "starting", what: message.what, done: message.done });
    else if (message.type === "ready") this.#become({ kind: "ready", ms: performance.now() - this.#began });
    else if (message.type === "failed") this.#fail(message.message);
    else {
      const asked = this.#asked.get(message.request);
      this.#asked.delete(message.request);
      asked?.answer({
        ...join(message.json, message.buffers),
        roundTrip: performance.now() - asked.at,
        computed: message.computed,
      });
    }
  }

  #become(state: BootState): void {
    this.state = state;
    for (const watcher of this.#watchers) watcher(state);
  }
}
