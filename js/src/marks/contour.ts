import { line } from "@observablehq/plot";
import { contours } from "d3-contour";
import type { Contour } from "../figure";
import { decode, frameOf, gridShape, type Numbers } from "../decode";
import { extent } from "../colours";
import type { Context, Draw } from "./context";

interface Path {
  x: Float64Array;
  y: Float64Array;
}

const kept = new WeakMap<object, Map<number, Path>>();

/** Grids of the last answers: another answer mostly has the same one, as when a start is dragged over a landscape. */
const recent: { key: string; z: Numbers; paths: Map<number, Path> }[] = [];
const RECENT = 8;

/** The paths of a grid with these very numbers, levels and axes; new ones where there was none lately. */
function pathsOf(mark: Contour, { x, y }: Context): Map<number, Path> {
  const z = decode(mark.z);
  const key = JSON.stringify([mark.z.shape, mark.x_range, mark.y_range, mark.levels, mark.frames, x.log, y.log]);
  const at = recent.findIndex((one) => one.key === key && one.z.every((value, i) => Object.is(value, z[i])));
  const found = at < 0 ? { key, z, paths: new Map<number, Path>() } : recent.splice(at, 1)[0]!;
  recent.unshift(found);
  recent.length = Math.min(recent.length, RECENT);
  return found.paths;
}

/**
 * Level lines as one path in the panel's own numbers; kept, because they change far less often than they are redrawn.
 *
 * d3 counts cells and closes its rings along the border; here values stand on their x and y, and a line ends at the border.
 */
function trace(mark: Contour, context: Context): Path {
  const { x, y, frame } = context;
  const at = mark.frames ? frame : 0;
  const cache = kept.get(mark) ?? kept.set(mark, pathsOf(mark, context)).get(mark)!;
  const known = cache.get(at);
  if (known) return known;
  const [rows, columns] = gridShape(mark.z);
  const [low, high] = extent(decode(mark.z));
  const levels = mark.levels ?? Array.from({ length: 10 }, (_, i) => low + ((high - low) * (i + 1)) / 11);
  const rings = contours().size([columns, rows]).thresholds([...levels])(frameOf(mark.z, mark.frames, frame) as never);
  const xs: number[] = [];
  const ys: number[] = [];
  const gap = () => (xs.push(NaN), ys.push(NaN));
  for (const polygons of rings) {
    for (const ring of polygons.coordinates.flat()) {
      for (const [a = 0, b = 0] of ring as number[][]) {
        const [u, v] = [a - 0.5, b - 0.5];
        if (u < 0 || v < 0 || u > columns - 1 || v > rows - 1) {
          gap();
        } else {
          xs.push(x.along(mark.x_range, u / (columns - 1)));
          ys.push(y.along(mark.y_range, v / (rows - 1)));
        }
      }
      gap();
    }
  }
  const path = { x: Float64Array.from(xs), y: Float64Array.from(ys) };
  cache.set(at, path);
  return path;
}

export const contour: Draw<Contour> = (mark, context) => {
  const { x, y } = trace(mark, context);
  return [
    line(x, {
      x, y,
      stroke: context.theme.colour(mark.colour),
      strokeOpacity: 0.7 * mark.opacity,
      strokeWidth: 1,
      clip: true,
    }),
  ];
};
