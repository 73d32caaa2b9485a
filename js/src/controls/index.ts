import type { Control, Value, Values } from "../figure";
import { choice } from "./choice";
import type { ControlView, Handle } from "./control";
import { point } from "./point";
import { slider } from "./slider";
import { button, checkbox } from "./switches";

export type { ControlView, Handle };

/** Whether a control has a meaning while the others stand at these values. */
export const applies = (control: Control, values: Values): boolean =>
  Object.entries(control.when).every(([name, wanted]) => wanted.includes(values[name]!));

export function controlView(control: Control, wish: (name: string, value: Value) => void): ControlView {
  const tell = (value: Value) => wish(control.name, value);
  switch (control.kind) {
    case "slider": return slider(control, tell);
    case "choice": return choice(control, tell);
    case "checkbox": return checkbox(control, tell);
    case "button": return button(control, tell);
    case "point": return point(control, tell);
    default: throw new Error(`this front end has no control "${(control as Control).kind}"`);
  }
}
