// Rule, shade, text: what is said about a panel rather than shown in it.

import { rect, ruleX, ruleY, text as plotText } from "@observablehq/plot";
import type { Rule, Shade, Text } from "../figure";
import type { Draw } from "./context";

export const rule: Draw<Rule> = (mark, { theme }) => {
  const options = {
    stroke: theme.colour(mark.colour),
    strokeOpacity: mark.opacity,
    strokeWidth: 1.4,
    strokeDasharray: mark.dashed ? theme.dash(mark.colour) || "5 4" : undefined,
    clip: true as const,
  };
  return [mark.x !== null ? ruleX([mark.x], options) : ruleY([mark.y!], options)];
};

export const shade: Draw<Shade> = (mark, { theme, x, y }) => {
  const left = Math.max(Math.min(mark.x1, mark.x2), x.low);
  const right = Math.min(Math.max(mark.x1, mark.x2), x.high);
  if (left >= right) return [];
  return [
    rect([0], {
      x1: [left], x2: [right], y1: [y.low], y2: [y.high],
      fill: theme.colour(mark.colour),
      // The shade of the page is a background of its own; any other colour is let through thinly.
      fillOpacity: (mark.colour === "shade" ? 1 : 0.16) * mark.opacity,
    }),
  ];
};

export const text: Draw<Text> = (mark, { theme }) => [
  plotText([mark.text], {
    x: [mark.x], y: [mark.y],
    textAnchor: mark.anchor,
    fill: theme.colour(mark.colour),
    fillOpacity: mark.opacity,
    stroke: theme.colour("paper"),
    strokeWidth: 3,
    fontSize: 13,
  }),
];
