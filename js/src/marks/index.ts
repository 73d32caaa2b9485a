import type { Markish } from "@observablehq/plot";
import type { Mark } from "../figure";
import { bars } from "./bars";
import type { Context } from "./context";
import { contour } from "./contour";
import { dots } from "./dots";
import { edges } from "./edges";
import { image, raster } from "./grids";
import { band, line } from "./lines";
import { rule, shade, text } from "./notes";

export function draw(mark: Mark, context: Context): Markish[] {
  switch (mark.kind) {
    case "line": return line(mark, context);
    case "band": return band(mark, context);
    case "dots": return dots(mark, context);
    case "bars": return bars(mark, context);
    case "contour": return contour(mark, context);
    case "edges": return edges(mark, context);
    case "rule": return rule(mark, context);
    case "shade": return shade(mark, context);
    case "text": return text(mark, context);
    case "raster": case "image": return [];
    default: throw new Error(`this front end cannot draw a "${(mark as Mark).kind}"`);
  }
}

export function paint(mark: Mark, context: Context, canvas: CanvasRenderingContext2D): void {
  if (mark.kind === "raster") raster(mark, context, canvas);
  else if (mark.kind === "image") image(mark, context, canvas);
}

export const isPainted = (mark: Mark): boolean => mark.kind === "raster" || mark.kind === "image";
