// Raster and image: pixels, painted on the canvas below the SVG, so that a redraw neither flickers nor decodes an image.
//
// A raster's values stand ON their x and y: the first column at x_range[0], the last at x_range[1], as np.linspace gives
// them and as the contour lines take them. So its cells reach half a cell beyond the range, and are cut at the frame.

import type { Picture, Raster } from "../figure";
import { decode, frameOf, gridShape, type Numbers } from "../decode";
import { fillScale, mix, rgb, type Ink } from "../colours";
import type { Context, Paint } from "./context";

function bitmap(values: Numbers, rows: number, columns: number, ink: Ink, bottomUp: boolean): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(columns, rows);
  for (let i = 0; i < rows; i++) {
    const row = bottomUp ? rows - 1 - i : i;
    for (let j = 0; j < columns; j++) {
      const value = values[row * columns + j]!;
      const at = 4 * (i * columns + j);
      if (Number.isNaN(value)) continue;
      const [r, g, b] = ink(value);
      image.data[at] = r;
      image.data[at + 1] = g;
      image.data[at + 2] = b;
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function place(
  canvas: CanvasRenderingContext2D, picture: HTMLCanvasElement, { x, y }: Context,
  xRange: [number, number], yRange: [number, number], opacity: number, grow: [number, number],
): void {
  const at = (scale: Context["x"], range: [number, number], t: number) => scale.at(scale.along(range, t));
  const [left, right] = [at(x, xRange, -grow[0]), at(x, xRange, 1 + grow[0])];
  const [bottom, top] = [at(y, yRange, -grow[1]), at(y, yRange, 1 + grow[1])];
  canvas.globalAlpha = opacity;
  canvas.imageSmoothingEnabled = false;
  canvas.drawImage(picture, left, top, right - left, bottom - top);
  canvas.globalAlpha = 1;
}

export const raster: Paint<Raster> = (mark, context, canvas) => {
  const [rows, columns] = gridShape(mark.z);
  const ink = fillScale(mark, decode(mark.z), context.theme);
  const picture = bitmap(frameOf(mark.z, mark.frames, context.frame), rows, columns, ink, true);
  const grow: [number, number] = [0.5 / Math.max(columns - 1, 1), 0.5 / Math.max(rows - 1, 1)];
  place(canvas, picture, context, mark.x_range, mark.y_range, mark.opacity, grow);
};

export const image: Paint<Picture> = (mark, context, canvas) => {
  const [rows, columns] = gridShape(mark.pixels);
  const [low, high] = mark.domain;
  const [paper, ink] = [rgb(context.theme.colour("paper")), rgb(context.theme.colour("ink"))];
  const shade: Ink = (value) => mix(paper, ink, (value - low) / (high - low || 1));
  const picture = bitmap(frameOf(mark.pixels, mark.frames, context.frame), rows, columns, shade, false);
  place(canvas, picture, context, mark.x_range, mark.y_range, mark.opacity, [0, 0]);
};
