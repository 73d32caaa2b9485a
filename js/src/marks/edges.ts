import { link } from "@observablehq/plot";
import type { Edges } from "../figure";
import { decode, frameOf } from "../decode";
import { diverging, largest } from "../colours";
import type { Draw } from "./context";

/** The width grows with the size of the value, so that colour is not the only sign. */
export const edges: Draw<Edges> = (mark, { theme, frame }) => {
  const value = frameOf(mark.value, mark.frames, frame);
  const domain = mark.domain ?? largest(decode(mark.value));
  const ink = diverging(theme, domain);
  const limit = Math.max(Math.abs(domain[0]), Math.abs(domain[1])) || 1;
  const ends = {
    x1: frameOf(mark.x1, mark.frames, frame),
    y1: frameOf(mark.y1, mark.frames, frame),
    x2: frameOf(mark.x2, mark.frames, frame),
    y2: frameOf(mark.y2, mark.frames, frame),
    strokeOpacity: mark.opacity,
  };
  return [
    // A value of 0 has the colour of the paper: this line shows that there is an edge.
    link(value, { ...ends, stroke: theme.colour("grid"), strokeWidth: 0.8 }),
    link(value, {
      ...ends,
      stroke: Array.from(value, ink),
      strokeWidth: Float64Array.from(value, (v) => 0.6 + 3.4 * Math.min(1, Math.abs(v) / limit)),
      strokeLinecap: "round",
    }),
  ];
};
