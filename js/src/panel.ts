// One panel: a canvas for pixels, an SVG by Observable Plot above it, labels on top.

import { gridY, plot } from "@observablehq/plot";
import type { Axis, Panel } from "./figure";
import { element, freshId, setText } from "./dom";
import { FONT_SIZE, drawLabels, endLabels, legend, placeLabels, textWidth } from "./labels";
import { draw, isPainted, paint } from "./marks/index";
import type { Context } from "./marks/context";
import { show, showPower } from "./numbers";
import { domains, scale, type Scale } from "./scale";
import type { Theme } from "./theme";

export interface Drawn {
  x: Scale;
  y: Scale;
  box: { left: number; right: number; top: number; bottom: number };
}

const title = (axis: Axis): string => (axis.unit ? `${axis.label} (${axis.unit})` : axis.label);

/** Flatter than this a curve cannot be read. */
const LEAST_HEIGHT = 180;
/** On a phone curves are no taller than this, so that more of the figure and its controls is seen at once. */
const LEAST_NARROW_ASPECT = 1.6;
const FINER = [1, 2, 5];

/** Whether all that stands on an axis is counted (layers, steps), so that there is nothing at 1.5. */
function counted(panel: Panel, axis: "x" | "y"): boolean {
  const curves = panel.marks.filter((mark) => mark.kind === "line" || mark.kind === "dots" || mark.kind === "band");
  const arrays = curves.map((mark) => (axis === "x" ? mark.x : mark.kind === "band" ? mark.low : mark.y));
  return arrays.length > 0 && arrays.every((array) => array.dtype === "int32" || array.dtype === "uint8");
}

/** A tick about every 52 pixels across, every 45 up; whole decades on a logarithmic axis. */
function axisOptions(axis: Axis, domain: [number, number], pixels: number, each: number, whole: boolean) {
  const room = Math.max(2, Math.floor(pixels / each));
  const ticks = whole ? Math.max(1, Math.min(room, Math.floor(domain[1] - domain[0]))) : room;
  if (!axis.log) return { type: "linear" as const, domain, ticks, tickFormat: (v: number) => show(v) };
  const [first, last] = [Math.ceil(Math.log10(domain[0]) - 1e-9), Math.floor(Math.log10(domain[1]) + 1e-9)];
  const stride = Math.max(1, Math.ceil((last - first + 1) / ticks));
  const decades: number[] = [];
  for (let e = Math.ceil(first / stride) * stride; e <= last; e += stride) decades.push(10 ** e);
  // One tick tells no scale: where there is room for no more, the outermost two.
  if (decades.length < 2 && last > first && stride > 1) decades.splice(0, 1, 10 ** first, 10 ** last);
  if (decades.length < 3 && stride === 1) {
    // Hardly a decade or two: 1, 2 and 5 of each, where there is room for them.
    const all = [first - 1, ...decades.map((v) => Math.round(Math.log10(v))), last + 1].flatMap((e) => FINER.map((m) => m * 10 ** e));
    const fine = [...new Set(all)].filter((v) => v >= domain[0] * 0.999 && v <= domain[1] * 1.001);
    const few = fine.length > ticks + 1 ? decades : fine;
    if (few.length > 1) return { type: "log" as const, domain, ticks: few, tickFormat: (v: number) => show(v) };
    return { type: "log" as const, domain, ticks: fine, tickFormat: (v: number) => show(v) };
  }
  return { type: "log" as const, domain, ticks: decades, tickFormat: showPower };
}

export class PanelView {
  readonly node = element("div", { class: "ck-panel" });
  readonly plot = element("div", { class: "ck-plot" });
  drawn: Drawn | null = null;
  #title = element("div", { class: "ck-panel-title" });
  #keys = element("div", { class: "ck-keys" });
  #canvas = element("canvas", { class: "ck-canvas" });

  constructor() {
    this.node.append(this.#title, this.#keys, this.plot);
  }

  draw(panel: Panel, frame: number, width: number, narrow: boolean, theme: Theme, family: string): void {
    setText(this.#title, panel.title);
    this.#title.hidden = !panel.title;
    const keys = legend(panel, theme);
    this.#keys.replaceChildren(...keys);
    this.#keys.hidden = keys.length === 0;

    const domain = domains(panel);
    const labels = endLabels(panel, domain.x);
    const wanted = labels.length ? Math.max(...labels.map((label) => textWidth(label, family))) + 12 : 0;
    const inside = wanted > 0.27 * width;
    const bare = panel.x.hidden && panel.y.hidden;
    const shaped = bare || panel.marks.some((mark) => isPainted(mark) || mark.kind === "contour");
    const aspect = narrow && !shaped ? Math.max(panel.aspect, LEAST_NARROW_ASPECT) : panel.aspect;
    const height = Math.round(Math.max(width / aspect, bare ? 0 : Math.min(width, LEAST_HEIGHT)));
    const top = panel.y.hidden || !panel.y.label ? 8 : 26;
    const bottom = panel.x.hidden ? 6 : panel.x.label ? 44 : 26;
    const yTicks = axisOptions(panel.y, domain.y, height - top - bottom, 45, counted(panel, "y"));
    const widest = panel.y.hidden ? 0 : Math.max(...this.#tickTexts(yTicks, domain.y).map((text) => textWidth(text, family)));
    const box = {
      left: panel.y.hidden ? 6 : Math.ceil(widest) + 16,
      right: width - Math.max(inside ? 0 : wanted, bare ? 6 : 14),
      top,
      bottom: height - bottom,
    };
    const xTicks = axisOptions(panel.x, domain.x, box.right - box.left, 52, counted(panel, "x"));
    const x = scale(...domain.x, panel.x.log, box.left, box.right);
    const y = scale(...domain.y, panel.y.log, box.bottom, box.top);
    const context: Context = { theme, frame, x, y };
    const grid = theme.colour("grid");
    const svg = plot({
      width, height,
      marginLeft: box.left,
      marginRight: width - box.right,
      marginTop: box.top,
      marginBottom: height - box.bottom,
      style: { fontSize: `${FONT_SIZE}px`, fontFamily: "inherit", background: "none", color: theme.colour("muted") },
      x: {
        ...xTicks, tickSize: 4, grid: false,
        axis: panel.x.hidden ? null : "bottom",
        label: title(panel.x) || null, labelAnchor: "center", labelArrow: "none", labelOffset: 38,
      },
      y: {
        ...yTicks, tickSize: 0, grid: false,
        axis: panel.y.hidden ? null : "left",
        label: title(panel.y) || null, labelAnchor: "top", labelArrow: "none", labelOffset: box.left,
      },
      marks: [
        ...(panel.marks.some(isPainted) || panel.y.hidden ? [] : [gridLines(yTicks, grid)]),
        ...panel.marks.flatMap((mark) => draw(mark, context)),
      ],
    });
    ownClips(svg);
    drawLabels(svg, placeLabels(panel, frame, x, y, box, theme, inside, family), theme);
    svg.setAttribute("aria-hidden", "true");
    this.#paint(panel, context, width, height, box);
    this.plot.replaceChildren(this.#canvas, svg);
    this.drawn = { x, y, box };
  }

  #tickTexts(options: ReturnType<typeof axisOptions>, [low, high]: [number, number]): string[] {
    if (Array.isArray(options.ticks)) return options.ticks.map(options.tickFormat);
    const step = 10 ** Math.floor(Math.log10((high - low) / options.ticks));
    const widest = [low, high].map((v) => options.tickFormat(Math.round(v / step) * step));
    return [...widest, options.tickFormat(Math.round((low + (high - low) / 3) / step) * step)];
  }

  #paint(panel: Panel, context: Context, width: number, height: number, box: Drawn["box"]): void {
    const pixels = panel.marks.filter(isPainted);
    this.#canvas.hidden = pixels.length === 0;
    if (!pixels.length) return;
    const ratio = Math.min(globalThis.devicePixelRatio || 1, 2);
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    Object.assign(this.#canvas.style, { width: `${width}px`, height: `${height}px` });
    const canvas = this.#canvas.getContext("2d")!;
    canvas.setTransform(ratio, 0, 0, ratio, 0, 0);
    canvas.beginPath();
    canvas.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    canvas.clip();
    for (const mark of pixels) paint(mark, context, canvas);
  }
}

/** Plot counts its clip paths from 1 in every copy of the bundle: two widgets would share one, and the first one's frame. */
function ownClips(svg: Element): void {
  for (const clip of svg.querySelectorAll("clipPath")) {
    const id = freshId();
    for (const user of svg.querySelectorAll(`[clip-path="url(#${clip.id})"]`)) user.setAttribute("clip-path", `url(#${id})`);
    clip.id = id;
  }
}

function gridLines(options: ReturnType<typeof axisOptions>, stroke: string) {
  return gridY({ ticks: options.ticks as never, stroke, strokeOpacity: 1 });
}
