// Values to colours: the sequential, the diverging and the class scale.

import { interpolateViridis } from "d3-scale-chromatic";
import type { Pair, Raster } from "./figure";
import type { Numbers } from "./decode";
import type { Theme } from "./theme";

export type RGB = [r: number, g: number, b: number];
export type Ink = (value: number) => RGB;

export function rgb(hex: string): RGB {
  const number = parseInt(hex.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

export function mix(from: RGB, to: RGB, t: number): RGB {
  const s = Math.min(1, Math.max(0, t));
  return [0, 1, 2].map((i) => Math.round(from[i]! + s * (to[i]! - from[i]!))) as RGB;
}

export const css = ([r, g, b]: RGB): string => `rgb(${r},${g},${b})`;

/** Lowest and highest finite value. */
export function extent(values: Numbers): Pair {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}

/** The same size to both sides of 0. */
export function largest(values: Numbers): Pair {
  const [low, high] = extent(values);
  const size = Math.max(Math.abs(low), Math.abs(high)) || 1;
  return [-size, size];
}

function divergingInk(theme: Theme, [low, high]: Pair): Ink {
  const [below, above] = theme.diverging.map(rgb) as [RGB, RGB];
  const neutral = rgb(theme.colour("paper"));
  // A net of weights is drawn on the paper itself: what is not quite 0 has to be told from nothing.
  return (value) => (value < 0 ? mix(neutral, below, value / low) : mix(neutral, above, value / high));
}

export function diverging(theme: Theme, domain: Pair): (value: number) => string {
  const ink = divergingInk(theme, domain);
  return (value) => css(ink(value));
}

const VIRIDIS: RGB[] = Array.from({ length: 256 }, (_, i) => {
  const text = interpolateViridis(i / 255);
  return rgb(text);
});

export const domainOf = (mark: Raster, all: Numbers): Pair =>
  mark.domain ?? (mark.scale === "diverging" ? largest(all) : extent(all));

export function fillScale(mark: Raster, all: Numbers, theme: Theme): Ink {
  const domain = domainOf(mark, all);
  if (mark.scale === "diverging") return divergingInk(theme, domain);
  if (mark.scale === "classes") {
    const paper = rgb(theme.colour("paper"));
    // Thinned, so that the dots of the same class stand out on their own region.
    const inks = [0, 1, 2, 3].map((i) => mix(paper, rgb(theme.colour(`class${i}`)), theme.dark ? 0.34 : 0.28));
    return (value) => inks[Math.min(3, Math.max(0, Math.round(value)))]!;
  }
  const [low, high] = domain;
  const width = high - low || 1;
  return (value) => VIRIDIS[Math.round(255 * Math.min(1, Math.max(0, (value - low) / width)))]!;
}
