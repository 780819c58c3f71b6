/** Ink that hangs together. */
import type { Plane } from "./resample.ts";

/** Columns left to right - 1, rows top to bottom - 1. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Sum of the ink. */
  mass: number;
}

/**
 * Numbers the pieces of ink whose pixels touch, corners included.
 * @returns for each pixel the number of its piece from 1 on, 0 where there is no ink; and the pieces' boxes, in the
 * order of their first pixels from the top
 */
export function components({ data, width, height }: Plane): { labels: Int32Array; boxes: Box[] } {
  const labels = new Int32Array(data.length);
  const boxes: Box[] = [];
  const stack: number[] = [];
  for (let start = 0; start < data.length; start++) {
    if (data[start] === 0 || labels[start] !== 0) continue;
    const box = { left: width, right: 0, top: height, bottom: 0, mass: 0 };
    boxes.push(box);
    labels[start] = boxes.length;
    stack.push(start);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const x = at % width;
      const y = (at - x) / width;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y + 1);
      box.mass += data[at];
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const near = v * width + u;
          if (data[near] === 0 || labels[near] !== 0) continue;
          labels[near] = boxes.length;
          stack.push(near);
        }
      }
    }
  }
  return { labels, boxes };
}
