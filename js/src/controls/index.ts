import type { Control, Value } from "../figure";
import { choice } from "./choice";
import type { ControlView } from "./control";
import { point, type PointView } from "./point";
import { slider } from "./slider";
import { button, checkbox } from "./switches";

export type { ControlView, PointView };

export const isPoint = (view: ControlView): view is PointView => "place" in view;

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
