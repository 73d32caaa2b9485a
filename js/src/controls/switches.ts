// Checkbox and button.

import type { Button, Checkbox } from "../figure";
import { element } from "../dom";
import { note, type ControlView, type Wish } from "./control";

export function checkbox(control: Checkbox, wish: Wish): ControlView {
  const input = element("input", { type: "checkbox" });
  input.dataset.name = control.name;
  input.addEventListener("change", () => wish(input.checked));
  return {
    node: element("div", { class: "ck-control" },
      element("label", { class: "ck-check" }, input, element("span", {}, control.label)), ...note(control)),
    show: (value) => void (input.checked = value === true),
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
