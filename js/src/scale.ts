// Where numbers stand on an axis. Plot draws with the same domain and range; labels and handles ask here.

import type { Axis, Mark, Panel } from "./figure";
import { decode } from "./decode";

export interface Scale {
  low: number;
  high: number;
  log: boolean;
  /** Number to pixel. */
  at(value: number): number;
  /** Pixel to number. */
  invert(pixel: number): number;
  /** A range of this axis cut evenly, as the axis counts: t runs from 0 to 1. */
  along(range: [number, number], t: number): number;
}

export function scale(low: number, high: number, log: boolean, from: number, to: number): Scale {
  const f = log ? Math.log10 : (v: number) => v;
  const g = log ? (v: number) => 10 ** v : (v: number) => v;
  const [a, b] = [f(low), f(high)];
  return {
    low,
    high,
    log,
    at: (value) => from + ((f(value) - a) / (b - a)) * (to - from),
    invert: (pixel) => g(a + ((pixel - from) / (to - from)) * (b - a)),
    along: ([first, last], t) => g(f(first) + t * (f(last) - f(first))),
  };
}

type Extent = Iterable<number>;

function* xs(mark: Mark): Generator<Extent> {
  switch (mark.kind) {
    case "line": case "dots": case "band": yield decode(mark.x); break;
    case "bars": yield decode(mark.edges); break;
    case "edges": yield decode(mark.x1); yield decode(mark.x2); break;
    case "raster": case "contour": case "image": yield mark.x_range; break;
    case "rule": if (mark.x !== null) yield [mark.x]; break;
    case "shade": yield [mark.x1, mark.x2]; break;
    case "text": yield [mark.x]; break;
  }
}

function* ys(mark: Mark, log: boolean): Generator<Extent> {
  switch (mark.kind) {
    case "line": case "dots": yield decode(mark.y); break;
    case "band": yield decode(mark.low); yield decode(mark.high); break;
    case "bars": yield decode(mark.heights); if (!log) yield [0]; break;
    case "edges": yield decode(mark.y1); yield decode(mark.y2); break;
    case "raster": case "contour": case "image": yield mark.y_range; break;
    case "rule": if (mark.y !== null) yield [mark.y]; break;
    case "text": yield [mark.y]; break;
  }
}

/** Ends of an axis: its own, or those of everything on it in all frames (so that it stands still while frames run). */
function ends(axis: Axis, extents: Generator<Extent>, snug: boolean): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const extent of extents) {
    for (const value of extent) {
      if (!Number.isFinite(value) || (axis.log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) [low, high] = axis.log ? [0.1, 10] : [0, 1];
  // Numbers that differ by rounding alone would ask for ticks with a dozen digits.
  if (high - low <= 1e-6 * Math.max(Math.abs(low), Math.abs(high))) [low, high] = axis.log ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  if (!snug) {
    const pad = axis.log ? (high / low) ** 0.04 : (high - low) * 0.04;
    const zero = low === 0;
    [low, high] = axis.log ? [low / pad, high * pad] : [zero ? 0 : low - pad, high + pad];
  }
  return [axis.low ?? low, axis.high ?? high];
}

export function domains(panel: Panel): { x: [number, number]; y: [number, number] } {
  const all = function* (each: (mark: Mark) => Generator<Extent>) {
    for (const mark of panel.marks) yield* each(mark);
  };
  const grid = panel.marks.some((mark) => mark.kind === "raster" || mark.kind === "contour" || mark.kind === "image");
  const sides = panel.marks.some((mark) => mark.kind === "line" || mark.kind === "band" || mark.kind === "bars");
  return {
    x: ends(panel.x, all(xs), grid || sides),
    y: ends(panel.y, all((mark) => ys(mark, panel.y.log)), grid),
  };
}
