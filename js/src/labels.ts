// Words at the ends of lines, kept apart from one another; and what cannot be labelled in place, as a small legend.

import { dot, plot } from "@observablehq/plot";
import type { Line, Mark, Pair, Panel } from "./figure";
import { decode, frameOf, pointsOf, type Numbers } from "./decode";
import { css, diverging, domainOf, extent, fillScale, largest } from "./colours";
import { around, best, obstacles, rectangle, type Frame, type Place } from "./place";
import type { Scale } from "./scale";
import type { Theme } from "./theme";
import { show } from "./numbers";
import { element } from "./dom";

export const FONT_SIZE = 13;
const LINE_HEIGHT = 15;

let ruler: CanvasRenderingContext2D | null = null;

export function textWidth(text: string, family: string): number {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return text.length * 7;
  ruler.font = `${FONT_SIZE}px ${family}`;
  return ruler.measureText(text).width;
}

/** A line that runs over most of the panel is named at its end, beside the frame; a short one beside itself. */
function runsAcross(mark: Line, [low, high]: Pair): boolean {
  const [first, last] = extent(decode(mark.x));
  return last - first > 0.5 * (high - low);
}

/** Labels of this panel that want room to the right of the frame. */
export const endLabels = (panel: Panel, across: Pair): string[] =>
  panel.marks
    .filter((mark) => mark.label && ((mark.kind === "line" && runsAcross(mark, across)) || (mark.kind === "rule" && mark.y !== null)))
    .map((mark) => mark.label);

interface Label {
  text: string;
  ink: string;
  x: number;
  y: number;
  anchor: "start" | "middle" | "end";
}

/** Index of the last point of a line that lies inside the panel. */
function lastInside(xs: Numbers, ys: Numbers, x: Scale, y: Scale): number {
  let end = -1;
  for (let i = 0; i < xs.length; i++) {
    const [a, b] = [xs[i]!, ys[i]!];
    if (a >= x.low && a <= x.high && b >= y.low && b <= y.high) end = i;
  }
  return end;
}

/** Pushes labels that overlap apart, keeping their order, within the frame. */
export function spread(ys: number[], top: number, bottom: number, gap = LINE_HEIGHT): number[] {
  const order = ys.map((_, i) => i).sort((a, b) => ys[a]! - ys[b]!);
  const out = [...ys];
  let floor = -Infinity;
  for (const i of order) floor = out[i] = Math.max(out[i]!, floor + gap, top);
  let ceiling = bottom + gap;
  for (const i of order.reverse()) ceiling = out[i] = Math.min(out[i]!, ceiling - gap);
  return out;
}

/** Labels of lines (at their ends), of single dots, rules and shades (in place, where they cover the least). */
export function placeLabels(
  panel: Panel, frame: number, x: Scale, y: Scale, box: Frame, theme: Theme, inside: boolean, family: string,
): Label[] {
  const ends: Label[] = [];
  const wanting: { text: string; ink: string; places: Place[] }[] = [];
  for (const mark of panel.marks) {
    if (!mark.label) continue;
    const ink = theme.colour(mark.colour);
    const common = { text: mark.label, ink };
    if (mark.kind === "line") {
      const [xs, ys] = pointsOf(mark, frame);
      const end = lastInside(xs, ys, x, y);
      if (end < 0) continue;
      const [px, py] = [x.at(xs[end]!), y.at(ys[end]!)];
      if (!runsAcross(mark, [x.low, x.high])) {
        const start = xs.findIndex((v, i) => v >= x.low && v <= x.high && ys[i]! >= y.low && ys[i]! <= y.high);
        const [sx, sy] = [x.at(xs[start]!), y.at(ys[start]!)];
        wanting.push({ ...common, places: [...around(px, py, 4), ...around(sx, sy, 4), ...around(px, py, 20), ...around(sx, sy, 20)] });
      } else if (inside) ends.push({ ...common, x: box.right - 4, y: py - 9, anchor: "end" });
      else ends.push({ ...common, x: px > box.right - 40 ? box.right + 6 : px + 6, y: py, anchor: "start" });
    } else if (mark.kind === "rule" && mark.y !== null) {
      const py = y.at(mark.y);
      if (py < box.top - 1 || py > box.bottom + 1) continue;
      if (inside) ends.push({ ...common, x: box.right - 4, y: py - 9, anchor: "end" });
      else ends.push({ ...common, x: box.right + 6, y: py, anchor: "start" });
    } else if (mark.kind === "rule" && mark.x !== null) {
      const px = x.at(mark.x);
      if (px < box.left - 1 || px > box.right + 1) continue;
      const late = px > (box.left + box.right) / 2;
      const sides: Place[] = [{ x: px - 5, y: 0, anchor: "end" }, { x: px + 5, y: 0, anchor: "start" }];
      if (!late) sides.reverse();
      const heights = [box.top + 9, box.bottom - 10];
      wanting.push({ ...common, places: heights.flatMap((at) => sides.map((side) => ({ ...side, y: at }))) });
    } else if (mark.kind === "shade") {
      const [a, b] = [Math.max(x.at(mark.x1), box.left), Math.min(x.at(mark.x2), box.right)];
      const ink = mark.colour === "shade" ? theme.colour("muted") : theme.colour(mark.colour);
      if (b - a <= 24) continue;
      const heights = [box.bottom - 10, box.top + 10, (box.top + box.bottom) / 2];
      wanting.push({ text: mark.label, ink, places: heights.map((at) => ({ x: (a + b) / 2, y: at, anchor: "middle" })) });
    } else if (mark.kind === "dots" && mark.x.shape.at(-1) === 1) {
      const [px, py] = [x.at(frameOf(mark.x, mark.frames, frame)[0]!), y.at(frameOf(mark.y, mark.frames, frame)[0]!)];
      if (!(px >= box.left && px <= box.right && py >= box.top && py <= box.bottom)) continue;
      wanting.push({ ...common, places: around(px, py, mark.radius + 3) });
    }
  }
  const free = spread(ends.map((label) => label.y), box.top + 6, box.bottom - 4);
  ends.forEach((label, i) => (label.y = free[i]!));
  if (!wanting.length) return ends;

  const taken = obstacles(panel, frame, x, y);
  const placed = [...ends];
  for (const { text, ink, places } of wanting) {
    const width = textWidth(text, family);
    const others = placed.map((label) => rectangle(label, textWidth(label.text, family)));
    const place = best(places, width, box, taken, others);
    placed.push({ text, ink, ...place });
  }
  return placed;
}

const SVG = "http://www.w3.org/2000/svg";

export function drawLabels(svg: Element, labels: Label[], theme: Theme): void {
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", "ck-labels");
  for (const label of labels) {
    const node = document.createElementNS(SVG, "text");
    const set = (name: string, value: string | number) => node.setAttribute(name, String(value));
    set("x", label.x.toFixed(1));
    set("y", label.y.toFixed(1));
    set("dy", "0.32em");
    set("text-anchor", label.anchor);
    set("fill", label.ink);
    set("stroke", theme.colour("paper"));
    set("stroke-width", 3);
    set("paint-order", "stroke");
    set("font-size", FONT_SIZE);
    node.textContent = label.text;
    group.append(node);
  }
  svg.append(group);
}

function swatch(mark: Mark, theme: Theme): HTMLElement {
  const ink = theme.colour(mark.colour);
  if (mark.kind === "raster" || mark.kind === "edges") {
    const values = decode(mark.kind === "raster" ? mark.z : mark.value);
    const [low, high] = mark.kind === "raster" ? domainOf(mark, values) : mark.domain ?? largest(values);
    const colour = mark.kind === "raster"
      ? (v: number) => css(fillScale(mark, values, theme)(v))
      : diverging(theme, [low, high]);
    const stops = [0, 0.25, 0.5, 0.75, 1].map((t) => colour(low + t * (high - low)));
    const ramp = element("span", { class: "ck-ramp" });
    ramp.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    return element("span", { class: "ck-ramp-box" }, show(low, 2), ramp, show(high, 2));
  }
  const chip = element("span", { class: mark.kind === "dots" ? "ck-chip ck-chip-dot" : "ck-chip" });
  chip.style.background = ink;
  chip.style.opacity = mark.kind === "band" ? "0.4" : "1";
  return chip;
}

/** The classes of a cloud of dots, each with its symbol. */
function classes(mark: Mark, theme: Theme): HTMLElement[] {
  if (mark.kind !== "dots") return [];
  return mark.names.map((name, k) => {
    const ink = theme.colour(`class${k}`);
    const options = { x: [0], y: [0], r: 4, symbol: theme.symbol(`class${k}`) as never, fill: ink };
    const picture = plot({ width: 12, height: 12, margin: 0, axis: null, marks: [dot([0], options)] });
    picture.setAttribute("aria-hidden", "true");
    return element("span", { class: "ck-key" }, picture, name);
  });
}

/** Entries for marks that have a label but no end to write it at, and for classes that have a name. */
export function legend(panel: Panel, theme: Theme): HTMLElement[] {
  const wants = (mark: Mark) =>
    mark.label && (["bars", "band", "raster", "contour", "edges"].includes(mark.kind) ||
      (mark.kind === "dots" && mark.x.shape.at(-1) !== 1) || mark.kind === "image");
  const named = panel.marks.filter(wants).map((mark) => {
    if (mark.kind === "image") return element("span", { class: "ck-key" }, mark.label);
    return element("span", { class: "ck-key" }, swatch(mark, theme), mark.label);
  });
  return [...named, ...panel.marks.flatMap((mark) => classes(mark, theme))];
}
