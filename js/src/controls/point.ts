// A point that lies on a panel: dragged by mouse, pen or finger, moved by arrow keys, or put down where the panel is clicked.

import type { Pair, Point } from "../figure";
import { element } from "../dom";
import type { Drawn } from "../panel";
import { show } from "../numbers";
import type { Scale } from "../scale";
import type { ControlView, Wish } from "./control";
import { draggable } from "./drag";

const clamp = (value: number, [low, high]: Pair): number => Math.min(high, Math.max(low, value));

/** No more digits than a pixel can mean. */
function tidy(value: number, range: Pair, scale: Scale): number {
  if (scale.log) return clamp(Number(value.toPrecision(3)), range);
  const span = range[1] - range[0] || 1;
  return clamp(Number(value.toFixed(Math.min(12, Math.max(0, Math.ceil(-Math.log10(span / 800)))))), range);
}

/** One step of a key: the same distance everywhere, on a logarithmic axis the same ratio (`step` is in decades there). */
const stepped = (value: number, by: number, scale: Scale): number => (scale.log ? value * 10 ** by : value + by);

export function point(control: Point, wish: Wish): ControlView {
  const handle = element("button", { type: "button", class: "ck-point", "aria-roledescription": "draggable point" });
  handle.dataset.name = control.name;
  handle.append(element("span", { class: "ck-point-dot" }));
  let value: Pair = control.value;
  let drawn: Drawn | null = null;
  let origin = { left: 0, top: 0 };

  const tell = () => {
    const symbol = control.symbol ? ` ${control.symbol}` : "";
    const words = `${control.label}${symbol}: (${show(value[0])}, ${show(value[1])}). Arrow keys move it, with Shift further.`;
    handle.setAttribute("aria-label", words);
    handle.title = control.note || `Drag, or move with the arrow keys`;
  };
  const sit = () => {
    if (!drawn) return;
    handle.style.left = `${origin.left + drawn.x.at(value[0])}px`;
    handle.style.top = `${origin.top + drawn.y.at(value[1])}px`;
  };
  const go = (x: number, y: number) => {
    if (!drawn) return;
    const { x_range: across, y_range: up } = control;
    const next: Pair = [tidy(clamp(x, across), across, drawn.x), tidy(clamp(y, up), up, drawn.y)];
    if (next[0] === value[0] && next[1] === value[1]) return;
    value = next;
    sit();
    tell();
    wish(value);
  };
  const moveTo = (px: number, py: number) => void (drawn && go(drawn.x.invert(px), drawn.y.invert(py)));

  const held = draggable(handle, (left, top) => moveTo(left - origin.left, top - origin.top));
  handle.addEventListener("keydown", (event) => {
    const ways: Record<string, Pair> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const way = ways[event.key];
    if (!way || !drawn || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const by = control.step * (event.shiftKey ? 5 : 1);
    go(way[0] ? stepped(value[0], way[0] * by, drawn.x) : value[0], way[1] ? stepped(value[1], way[1] * by, drawn.y) : value[1]);
  });

  return {
    handles: [
      {
        node: handle,
        panel: control.panel,
        moveTo,
        place(on, left, top, theme) {
          drawn = on;
          origin = { left, top };
          handle.style.setProperty("--ck-point-ink", theme.colour("accent"));
          sit();
        },
      },
    ],
    show(next) {
      if (held()) return; // the hand that holds it knows better
      value = [...(next as Pair)];
      sit();
      tell();
    },
  };
}
