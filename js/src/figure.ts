// The figure as Python sends it (coursekit/widgets/figure.py, marks.py, controls.py and widget.py are the other side of these types).

export type Dtype = "float64" | "float32" | "int32" | "uint8";

/** An array on its way: the bytes in whatever form this host carries them. */
export interface WireArray {
  dtype: Dtype;
  shape: number[];
  data: DataView | ArrayBuffer | ArrayBufferView | string;
}

export type Pair = [number, number];

interface Common {
  colour: string;
  label: string;
  opacity: number;
  frames: boolean;
}

export interface Line extends Common { kind: "line"; x: WireArray; y: WireArray; width: number; dashed: boolean; grow: boolean }
export interface Band extends Common { kind: "band"; x: WireArray; low: WireArray; high: WireArray }
export interface Dots extends Common { kind: "dots"; x: WireArray; y: WireArray; group: WireArray | null; names: string[]; radius: number }
export interface Bars extends Common { kind: "bars"; edges: WireArray; heights: WireArray }
export interface Raster extends Common {
  kind: "raster";
  z: WireArray;
  x_range: Pair;
  y_range: Pair;
  scale: "sequential" | "diverging" | "classes";
  domain: Pair | null;
}
export interface Contour extends Common { kind: "contour"; z: WireArray; x_range: Pair; y_range: Pair; levels: number[] | null }
export interface Edges extends Common {
  kind: "edges";
  x1: WireArray;
  y1: WireArray;
  x2: WireArray;
  y2: WireArray;
  value: WireArray;
  domain: Pair | null;
}
export interface Rule extends Common { kind: "rule"; x: number | null; y: number | null; dashed: boolean }
export interface Shade extends Common { kind: "shade"; x1: number; x2: number }
export interface Text extends Common { kind: "text"; x: number; y: number; text: string; anchor: "start" | "middle" | "end" }
export interface Picture extends Common { kind: "image"; pixels: WireArray; x_range: Pair; y_range: Pair; domain: Pair }

export type Mark = Line | Band | Dots | Bars | Raster | Contour | Edges | Rule | Shade | Text | Picture;

export interface Axis {
  label: string;
  unit: string;
  low: number | null;
  high: number | null;
  log: boolean;
  hidden: boolean;
}

export interface Panel {
  marks: Mark[];
  id: string;
  title: string;
  x: Axis;
  y: Axis;
  row: number;
  column: number | null;
  width: number;
  aspect: number;
}

export interface Frames {
  count: number;
  labels: string[];
  start: number;
  per_second: number;
  status: string[];
}

export interface Figure {
  panels: Panel[];
  alt: string;
  status: string;
  frames: Frames | null;
}

interface ControlCommon {
  name: string;
  label: string;
  symbol: string;
  note: string;
  /** Shown only while each of these controls has one of these values. */
  when: Record<string, Value[]>;
  /** Neighbours of one group stand in one line. */
  group: string;
}

export interface Slider extends ControlCommon {
  kind: "slider";
  low: number;
  high: number;
  value: number;
  step: number | null;
  log: boolean;
  integer: boolean;
  /** Panels on whose x axis it has a handle. */
  panels: string[];
}
export interface Choice extends ControlCommon { kind: "choice"; options: [value: string, words: string][]; value: string }
export interface Checkbox extends ControlCommon { kind: "checkbox"; value: boolean; colour: string }
export interface Point extends ControlCommon {
  kind: "point";
  panel: string;
  x_range: Pair;
  y_range: Pair;
  value: Pair;
  step: number;
}
export interface Button extends ControlCommon { kind: "button"; value: number }

export type Control = Slider | Choice | Checkbox | Point | Button;
export type Value = number | string | boolean | Pair;
export type Values = Record<string, Value>;

export interface Try {
  label: string;
  values: Values;
  notice: string;
  frame: number | null;
}

export interface Spec {
  id: string;
  title: string;
  controls: Control[];
  tries: Try[];
}

/**
 * What the host says of itself. "still": there is no Python; `message` says why and what to do. "slow": an answer is long
 * in coming.
 */
export interface HostState {
  kind: "drawn" | "starting" | "slow" | "ready" | "still";
  message?: string;
  /** What a button beside the message says; pressing it counts `pressed` up. */
  remedy?: string;
  /** 0 to 1 while starting. */
  progress?: number;
}

export interface Traits {
  spec: Spec;
  values: Values;
  figure: Figure;
  error: string;
  /** Counts the answers: one that changed nothing is an answer too. */
  answered: number;
  /** The frame to show with the next figure; where it came from an address. */
  frame: number;
  state: HostState;
  pressed: number;
  /** The page's address without a fragment; empty where there is none to link to (a notebook). */
  page: string;
}

/** The part of an anywidget model that the views use; a static page gives them one with the same methods. */
export interface Model {
  get<K extends keyof Traits>(name: K): Traits[K] | undefined;
  set<K extends keyof Traits>(name: K, value: Traits[K]): void;
  save_changes(): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}
