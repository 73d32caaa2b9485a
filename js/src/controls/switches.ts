// Checkbox and button.

import type { Button, Checkbox } from "../figure";
import { element } from "../dom";
import type { Theme } from "../theme";
import { note, type ControlView, type Wish } from "./control";

/** A short stroke as the drawing has it, in colour and dash; it follows the page from light to dark. */
function stroke(name: string): { node: SVGElement; dress(theme: Theme): void } {
  const make = (tag: string) => document.createElementNS("http://www.w3.org/2000/svg", tag) as SVGElement;
  const set = (to: SVGElement, attributes: Record<string, string>) => {
    for (const [key, text] of Object.entries(attributes)) to.setAttribute(key, text);
  };
  const [node, path] = [make("svg"), make("path")];
  set(node, { class: "ck-stroke", width: "26", height: "8", "aria-hidden": "true" });
  set(path, { d: "M0 4H26", "stroke-width": "2.5" });
  node.append(path);
  return { node, dress: (theme) => set(path, { stroke: theme.colour(name), "stroke-dasharray": theme.dash(name) }) };
}

export function checkbox(control: Checkbox, wish: Wish): ControlView {
  const input = element("input", { type: "checkbox" });
  input.dataset.name = control.name;
  input.addEventListener("change", () => wish(input.checked));
  const sign = control.colour ? stroke(control.colour) : null;
  return {
    node: element("div", { class: "ck-control" },
      element("label", { class: "ck-check" }, input, ...(sign ? [sign.node] : []), element("span", {}, control.label)), ...note(control)),
    show: (value) => void (input.checked = value === true),
    ...(sign ? { dress: sign.dress } : {}),
  };
}

export function button(control: Button, wish: Wish): ControlView {
  let count = control.value;
  const press = element("button", { type: "button", class: "ck-button" }, control.label);
  press.dataset.name = control.name;
  press.addEventListener("click", () => wish(++count));
  return {
    node: element("div", { class: "ck-control" }, press, ...note(control)),
    show: (value) => void (count = Number(value)),
  };
}
