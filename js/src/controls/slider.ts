import type { Slider } from "../figure";
import { element, freshId } from "../dom";
import { show } from "../numbers";
import { caption, note, type ControlView, type Wish } from "./control";
import { slideHandle } from "./slide_handle";

export interface Positions {
  count: number;
  value(position: number): number;
  position(value: number): number;
}

/** Positions are whole numbers from 0 up, so that a step is a step also where the values are decades. */
function positions(control: Slider): Positions {
  const { low, high, log, integer } = control;
  const [a, b] = log ? [Math.log10(low), Math.log10(high)] : [low, high];
  const step = control.step ?? (integer && !log ? 1 : (b - a) / 100);
  const count = Math.max(1, Math.round((b - a) / step));
  return {
    count,
    value(position) {
      if (position >= count) return high;
      if (position <= 0) return low;
      const raw = a + position * step;
      // What is sent is what is shown: three digits on a logarithmic slider, no dust of binary fractions on the other.
      const value = Number(log ? (10 ** raw).toPrecision(3) : raw.toPrecision(12));
      return Math.min(high, Math.max(low, integer ? Math.round(value) : value));
    },
    position: (value) => Math.round(((log ? Math.log10(Math.max(value, low)) : value) - a) / step),
  };
}

export function slider(control: Slider, wish: Wish): ControlView {
  const id = freshId();
  const steps = positions(control);
  const { label, say, symbol } = caption(control, id);
  const input = element("input", { type: "range", id, min: "0", max: String(steps.count), step: "1", class: "ck-range" });
  input.dataset.name = control.name;
  const tell = (value: number) => {
    say(show(value));
    input.setAttribute("aria-valuetext", `${symbol}${show(value)}`);
    input.style.setProperty("--ck-filled", `${(100 * Number(input.value)) / steps.count}%`);
  };
  const set = (value: number) => {
    // A position between two steps keeps its exact value until the reader moves it.
    if (steps.value(Number(input.value)) !== value) input.value = String(steps.position(value));
    tell(value);
    for (const handle of handles) handle.show(value);
  };
  const want = (value: number) => {
    set(value);
    wish(value);
  };
  const handles = control.panels.map((panel, i) => slideHandle(control, steps, panel, i === 0, want));
  input.addEventListener("input", () => want(steps.value(Number(input.value))));
  return {
    node: element("div", { class: "ck-control ck-slider" }, label, input, ...note(control)),
    handles,
    show: (value) => set(Number(value)),
  };
}
