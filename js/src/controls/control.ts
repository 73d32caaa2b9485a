import type { Control, Value } from "../figure";
import { element, setText } from "../dom";

/** Tells the widget what the reader wants of one control. */
export type Wish = (value: Value) => void;

export interface ControlView {
  node: HTMLElement;
  /** Shows a value that came from elsewhere (a "try this" line, Reset, the other side). */
  show(value: Value): void;
}

/** "learning rate η = 0.03": a label for the input, whose last word is the value. */
export function caption(control: Control, forId: string) {
  const value = element("output", { class: "ck-value", for: forId });
  const symbol = control.symbol ? `${control.symbol} = ` : "";
  const sign = element("span", { class: "ck-symbol" }, control.symbol ? ` ${control.symbol} = ` : " ");
  const label = element("label", { class: "ck-label", for: forId }, control.label, sign, value);
  if (control.note) label.title = control.note;
  return { label, symbol, say: (text: string) => setText(value, text) };
}

/** One short line of help below a control. */
export function note(control: Control): HTMLElement[] {
  return control.note ? [element("span", { class: "ck-note" }, control.note)] : [];
}
