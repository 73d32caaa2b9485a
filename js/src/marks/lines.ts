// Line, band: curves over x.

import { areaY, line as plotLine } from "@observablehq/plot";
import type { Band, Line } from "../figure";
import { frameOf, pointsOf } from "../decode";
import type { Draw } from "./context";

export const line: Draw<Line> = (mark, { theme, frame }) => {
  const [x, y] = pointsOf(mark, frame);
  const dash = mark.dashed ? theme.dash(mark.colour) || "5 4" : theme.dash(mark.colour);
  return [
    plotLine(x, {
      x, y,
      stroke: theme.colour(mark.colour),
      strokeWidth: mark.width,
      strokeOpacity: mark.opacity,
      strokeDasharray: dash || undefined,
      strokeLinejoin: "round",
      clip: true,
    }),
  ];
};

export const band: Draw<Band> = (mark, { theme, frame }) => {
  const x = frameOf(mark.x, mark.frames, frame);
  return [
    areaY(x, {
      x,
      y1: frameOf(mark.low, mark.frames, frame),
      y2: frameOf(mark.high, mark.frames, frame),
      fill: theme.colour(mark.colour),
      fillOpacity: 0.22 * mark.opacity,
      clip: true,
    }),
  ];
};
