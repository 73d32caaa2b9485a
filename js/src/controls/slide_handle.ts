// A slider's handle on the x axis of a panel: the value is taken where it stands, and moved along the axis.

import type { Slider } from "../figure";
import { element } from "../dom";
import { show } from "../numbers";
import type { Drawn } from "../panel";
import type { Handle } from "./control";
import { draggable } from "./drag";
import type { Positions } from "./slider";

const KEYS: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

/** `named` is the one that the keyboard reaches: two handles for one value would be read out twice. */
export function slideHandle(
  control: Slider, steps: Positions, panel: string, named: boolean, want: (value: number) => void,
): Handle & { show(value: number): void } {
  const node = element("div", { class: "ck-grip" }, element("span", { class: "ck-grip-knob" }));
  node.dataset.name = control.name;
  if (named) {
    const symbol = control.symbol ? ` ${control.symbol}` : "";
    const attributes = {
      role: "slider", tabindex: "0", "aria-label": `${control.label}${symbol}, on the drawing`,
      "aria-valuemin": String(control.low), "aria-valuemax": String(control.high),
    };
    for (const [name, text] of Object.entries(attributes)) node.setAttribute(name, text);
  } else node.setAttribute("aria-hidden", "true");
  let drawn: Drawn | null = null;
  let origin = 0;
  let value = control.value;

  const sit = () => {
    if (!drawn) return;
    node.style.left = `${origin + drawn.x.at(value)}px`;
    if (!named) return;
    node.setAttribute("aria-valuenow", String(value));
    node.setAttribute("aria-valuetext", show(value));
  };
  const go = (position: number) => {
    const next = steps.value(Math.min(steps.count, Math.max(0, position)));
    if (next !== value) want(next);
  };
  const moveTo = (px: number) => void (drawn && go(steps.position(drawn.x.invert(px))));

  draggable(node, (left) => moveTo(left - origin));
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = KEYS[event.key];
    const end = event.key === "Home" ? 0 : event.key === "End" ? steps.count : null;
    if (by === undefined && end === null) return;
    event.preventDefault();
    go(end ?? steps.position(value) + by! * (event.shiftKey ? 5 : 1));
  });

  return {
    node,
    panel,
    moveTo,
    show(next) {
      value = next;
      sit();
    },
    place(on, left, top, theme) {
      drawn = on;
      origin = left;
      node.style.top = `${top + on.box.top}px`;
      node.style.height = `${on.box.bottom - on.box.top}px`;
      node.style.setProperty("--ck-point-ink", theme.colour("accent"));
      sit();
    },
  };
}
