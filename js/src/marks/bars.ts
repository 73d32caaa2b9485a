import { rect } from "@observablehq/plot";
import type { Bars } from "../figure";
import { frameOf } from "../decode";
import type { Draw } from "./context";

export const bars: Draw<Bars> = (mark, { theme, frame, y }) => {
  const edges = frameOf(mark.edges, mark.frames, frame);
  const heights = frameOf(mark.heights, mark.frames, frame);
  const floor = y.log ? y.low : Math.max(0, y.low);
  return [
    rect(heights, {
      x1: edges.subarray(0, -1),
      x2: edges.subarray(1),
      y1: new Float64Array(heights.length).fill(floor),
      y2: Float64Array.from(heights, (height) => (height > floor || !y.log ? height : floor)),
      fill: theme.colour(mark.colour),
      fillOpacity: 0.75 * mark.opacity,
      insetLeft: 0.4,
      insetRight: 0.4,
      clip: true,
    }),
  ];
};
