// Where words fit: among a few places for a label the one that covers the least.

import type { Panel } from "./figure";
import { pointsOf } from "./decode";
import type { Scale } from "./scale";

export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Place {
  x: number;
  y: number;
  anchor: "start" | "middle" | "end";
}

const HALF_LINE = 8;

export function rectangle({ x, y, anchor }: Place, width: number): Frame {
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { left, right: left + width, top: y - HALF_LINE, bottom: y + HALF_LINE };
}

/** Places around a point: above and below on either side first, then right over and under it. */
export function around(x: number, y: number, gap: number): Place[] {
  const off = gap + HALF_LINE - 2;
  return [
    { x: x + gap, y: y - off, anchor: "start" },
    { x: x + gap, y: y + off, anchor: "start" },
    { x: x - gap, y: y - off, anchor: "end" },
    { x: x - gap, y: y + off, anchor: "end" },
    { x, y: y - off - 4, anchor: "middle" },
    { x, y: y + off + 4, anchor: "middle" },
  ];
}

/** Points a few pixels apart along every curve of the panel, and its single dots. */
export function obstacles(panel: Panel, frame: number, x: Scale, y: Scale): [number, number][] {
  const points: [number, number][] = [];
  for (const mark of panel.marks) {
    if (mark.kind !== "line" && mark.kind !== "dots") continue;
    const [xs, ys] = pointsOf(mark, frame);
    let before: [number, number] | null = null;
    for (let i = 0; i < xs.length; i++) {
      const here: [number, number] = [x.at(xs[i]!), y.at(ys[i]!)];
      if (!Number.isFinite(here[0]) || !Number.isFinite(here[1])) {
        before = null;
        continue;
      }
      if (before && mark.kind === "line") {
        const steps = Math.min(200, Math.floor(Math.hypot(here[0] - before[0], here[1] - before[1]) / 4));
        for (let k = 1; k < steps; k++) {
          points.push([before[0] + ((here[0] - before[0]) * k) / steps, before[1] + ((here[1] - before[1]) * k) / steps]);
        }
      }
      points.push(here);
      before = here;
    }
  }
  return points;
}

/** The place that covers the fewest points and no other words, and stays within the frame; the first of equals. */
export function best(places: Place[], width: number, box: Frame, points: [number, number][], others: Frame[]): Place {
  let [found, least] = [places[0]!, Infinity];
  for (const place of places) {
    const r = rectangle(place, width);
    const out = Math.max(0, box.left - r.left) + Math.max(0, r.right - box.right) + Math.max(0, box.top - r.top) + Math.max(0, r.bottom - box.bottom);
    let cost = 1000 * out;
    for (const o of others) if (o.left < r.right && r.left < o.right && o.top < r.bottom && r.top < o.bottom) cost += 500;
    for (const [px, py] of points) if (px > r.left - 2 && px < r.right + 2 && py > r.top && py < r.bottom) cost += 1;
    if (cost < least) [found, least] = [place, cost];
    if (cost === 0) break;
  }
  return found;
}
