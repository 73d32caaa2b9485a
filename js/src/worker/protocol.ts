// What the page and its worker say to each other. Types only.

export interface Compute {
  type: "compute";
  request: number;
  widget: string;
  /** The controls' values as JSON. */
  values: string;
}

/** The folder of Python, as an absolute address that ends in "/". */
export interface Boot {
  type: "boot";
  python: string;
}

export type ToWorker = Boot | Compute;

export interface Progress {
  type: "progress";
  /** What is being loaded. */
  what: string;
  /** 0 to 1. */
  done: number;
}

export interface Ready {
  type: "ready";
  versions: { python: string; numpy: string; coursekit: string };
}

export interface Failed {
  type: "failed";
  message: string;
}

/** `json` is {"figure": ...} with numbers where the arrays' bytes belong, or {"error": "one line"}. */
export interface Answer {
  type: "answer";
  request: number;
  json: string;
  buffers: ArrayBuffer[];
  /** Time in Python, in milliseconds. */
  computed: number;
}

export type FromWorker = Progress | Ready | Failed | Answer;
