import type { Control, Value } from "../figure";
import { element, setText } from "../dom";
import type { Drawn } from "../panel";
import type { Theme } from "../theme";

/** Tells the widget what the reader wants of one control. */
export type Wish = (value: Value) => void;

/** Something on a panel that is dragged. */
export interface Handle {
  node: HTMLElement;
  panel: string;
  /** Puts the handle where its value is on the panel, `left` and `top` being the panel's own place on the stage. */
  place(drawn: Drawn, left: number, top: number, theme: Theme): void;
  /** Moves it to a pixel of the panel. */
  moveTo(px: number, py: number): void;
}

export interface ControlView {
  /** What stands among the controls; a point has nothing there. */
  node?: HTMLElement;
  handles?: Handle[];
  /** Shows a value that came from elsewhere (a "try this" line, Reset, the other side). */
  show(value: Value): void;
  /** Takes the colours of a page, where it has any of its own. */
  dress?: (theme: Theme) => void;
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
