import type { Choice } from "../figure";
import { element, freshId } from "../dom";
import { note, type ControlView, type Wish } from "./control";

/** Up to this many options are shown side by side, more go into a list. */
const SIDE_BY_SIDE = 6;

function radios(control: Choice, wish: Wish): ControlView {
  const group = freshId();
  const inputs = new Map<string, HTMLInputElement>();
  const options = control.options.map(([value, words]) => {
    const input = element("input", { type: "radio", name: group, value });
    input.dataset.name = control.name;
    input.addEventListener("change", () => wish(value));
    inputs.set(value, input);
    return element("label", { class: "ck-option" }, input, element("span", {}, words));
  });
  const row = element("div", { class: "ck-options" }, ...options);
  return {
    node: element("fieldset", { class: "ck-control ck-choice" },
      element("legend", { class: "ck-label" }, control.label), row, ...note(control)),
    show(value) {
      for (const [name, input] of inputs) input.checked = name === value;
    },
  };
}

function list(control: Choice, wish: Wish): ControlView {
  const id = freshId();
  const options = control.options.map(([value, words]) => element("option", { value }, words));
  const select = element("select", { id, class: "ck-select" }, ...options);
  select.dataset.name = control.name;
  select.addEventListener("change", () => wish(select.value));
  return {
    node: element("div", { class: "ck-control ck-choice" },
      element("label", { class: "ck-label", for: id }, control.label), select, ...note(control)),
    show: (value) => void (select.value = String(value)),
  };
}

export const choice = (control: Choice, wish: Wish): ControlView =>
  control.options.length <= SIDE_BY_SIDE ? radios(control, wish) : list(control, wish);
