import { dot } from "@observablehq/plot";
import type { Dots } from "../figure";
import { frameOf } from "../decode";
import type { Draw } from "./context";

/** Symbols without an inside are stroked, the others filled with a thin rim of paper so that a crowd stays readable. */
const OPEN = new Set(["plus", "times", "asterisk"]);

export const dots: Draw<Dots> = (mark, { theme, frame, x: across, y: up }) => {
  const x = frameOf(mark.x, mark.frames, frame);
  const y = frameOf(mark.y, mark.frames, frame);
  const group = mark.group && frameOf(mark.group, mark.frames, frame);
  const members = new Map<string, number[]>();
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i]!, y[i]!];
    if (!(a >= across.low && a <= across.high && b >= up.low && b <= up.high)) continue;
    const name = group ? `class${group[i]}` : mark.colour;
    const list = members.get(name);
    if (list) list.push(i);
    else members.set(name, [i]);
  }
  return [...members].sort().map(([name, index]) => {
    const ink = theme.colour(name);
    const open = OPEN.has(theme.symbol(name));
    return dot(index, {
      x: (i: number) => x[i],
      y: (i: number) => y[i],
      r: mark.radius,
      symbol: theme.symbol(name) as never,
      fill: open ? "none" : ink,
      fillOpacity: mark.opacity,
      stroke: open ? ink : theme.colour("paper"),
      strokeWidth: open ? 1.6 : mark.radius > 2 ? 0.8 : 0,
      strokeOpacity: mark.opacity,
    });
  });
};
