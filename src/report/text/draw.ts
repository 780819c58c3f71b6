/** Images in a terminal: two pixels above each other in one character. */

import type { Inputs } from "../../data/dataset.ts";
import type { Terminal } from "../terminal.ts";

export interface PixelShape {
  height: number;
  width: number;
  channels: number;
}

/** The shape of one row as an image: [h, w], [h, w, 1] or [h, w, 3]; undefined for anything else. */
export function imageOf(shape: readonly number[]): PixelShape | undefined {
  const [height, width, channels = 1] = shape;
  if (!height || !width || shape.length > 3 || (channels !== 1 && channels !== 3)) return undefined;
  return height >= 4 && width >= 4 ? { height, width, channels } : undefined;
}

const HALVES = [" ", "▀", "▄", "█"];

/** As many side by side as there is room for, each over its caption. */
export function drawImages(
  images: readonly Inputs[],
  shape: PixelShape,
  captions: readonly string[],
  { bold, columns }: Terminal,
): string {
  const gap = 2;
  const across = Math.max(1, Math.floor((columns() + gap) / (shape.width + gap)));
  const blocks: string[] = [];
  for (let from = 0; from < images.length; from += across) {
    const group = images.slice(from, from + across);
    const drawn = group.map((image) => draw(image, shape));
    const lines = drawn[0]!.map((_, row) =>
      drawn
        .map((block) => block[row])
        .join(" ".repeat(gap))
        .trimEnd(),
    );
    const titles = captions
      .slice(from, from + across)
      .map((caption) => caption.slice(0, shape.width).padEnd(shape.width))
      .join(" ".repeat(gap));
    blocks.push([...lines, bold(titles.trimEnd())].join("\n"));
  }
  return blocks.join("\n\n");
}

function draw(image: Inputs, { height, width, channels }: PixelShape): string[] {
  // not Math.max(...image): a picture may have more values than a call takes arguments
  let top = 0;
  for (const value of image) top = Math.max(top, value);
  const lit = (row: number, column: number): number =>
    row < height && image[(row * width + column) * channels]! > top * 0.35 ? 1 : 0;
  return Array.from({ length: Math.ceil(height / 2) }, (_, line) =>
    Array.from({ length: width }, (_, c) => HALVES[lit(2 * line, c) + 2 * lit(2 * line + 1, c)]).join(""),
  );
}
