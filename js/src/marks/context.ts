import type { Markish } from "@observablehq/plot";
import type { Mark } from "../figure";
import type { Scale } from "../scale";
import type { Theme } from "../theme";

/** What a mark needs to know of the panel it stands in. */
export interface Context {
  theme: Theme;
  frame: number;
  x: Scale;
  y: Scale;
}

/** A mark drawn as SVG by Plot. */
export type Draw<M extends Mark> = (mark: M, context: Context) => Markish[];
/** A mark painted as pixels on the canvas that lies below the SVG. */
export type Paint<M extends Mark> = (mark: M, context: Context, canvas: CanvasRenderingContext2D) => void;
