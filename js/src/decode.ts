// Bytes to typed arrays, exactly: no rounding, no text in between.

import type { Dots, Dtype, Line, WireArray } from "./figure";

export type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array;

const TYPES = { float64: Float64Array, float32: Float32Array, int32: Int32Array, uint8: Uint8Array } as const;

/** The bytes of an array, in memory of their own that starts at 0 (a view into a message need not be aligned). */
export function bytes(data: WireArray["data"]): ArrayBuffer {
  if (typeof data === "string") {
    const text = atob(data);
    const out = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
    return out.buffer;
  }
  if (data instanceof ArrayBuffer) return data;
  const view = data as ArrayBufferView;
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer;
}

const decoded = new WeakMap<WireArray, Numbers>();

/** The whole array, all frames. The wire is little-endian, as is every machine that runs a browser today. */
export function decode(array: WireArray): Numbers {
  let numbers = decoded.get(array);
  if (!numbers) {
    numbers = new TYPES[array.dtype as Dtype](bytes(array.data));
    const count = array.shape.reduce((a, b) => a * b, 1);
    if (numbers.length !== count) throw new Error(`an array of shape ${array.shape} came with ${numbers.length} numbers`);
    decoded.set(array, numbers);
  }
  return numbers;
}

/** One frame of an array: itself where it has none. */
export function frameOf(array: WireArray, frames: boolean, frame: number): Numbers {
  const all = decode(array);
  if (!frames) return all;
  const count = array.shape[0] ?? 1;
  const stride = all.length / count;
  const at = Math.min(Math.max(frame, 0), count - 1);
  return all.subarray(at * stride, (at + 1) * stride);
}

/** The points of a curve or a cloud in one frame; a line that grows has one more in each. */
export function pointsOf(mark: Line | Dots, frame: number): [xs: Numbers, ys: Numbers] {
  const points: [Numbers, Numbers] = [frameOf(mark.x, mark.frames, frame), frameOf(mark.y, mark.frames, frame)];
  if (mark.kind !== "line" || !mark.grow) return points;
  return [points[0].subarray(0, frame + 1), points[1].subarray(0, frame + 1)];
}

/** Rows and columns of a grid, without the axis of frames. */
export function gridShape(array: WireArray): [rows: number, columns: number] {
  const [rows = 0, columns = 0] = array.shape.slice(-2);
  return [rows, columns];
}
