/** Digits and classifiers that are made up. */
import type { DigitModel } from "../../src/reading/classify.ts";
import type { LinePicture } from "../../src/reading/ink.ts";

/** A picture of what is drawn with characters: # ink, . none; `times` enlarges it. */
export function drawn(lines: string, times = 1, ink = 255, ground = 0): LinePicture {
  const rows = lines.trim().split(/\s+/);
  const width = rows[0].length * times;
  const height = rows.length * times;
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [Math.floor((i % width) / times), Math.floor(i / width / times)];
    return rows[y][x] === "#" ? ink : ground;
  });
  return { data, width, height };
}

/** Sure of everything: digit `of(pixels)`, with 0.99. */
export function double(of: (pixels: Uint8Array) => number, share = 0.99): DigitModel {
  return {
    inputShape: [28, 28, 1],
    outputShape: [10],
    predict(x) {
      const data = new Float32Array((x.length / 784) * 10).fill((1 - share) / 9);
      for (let row = 0; row < x.length / 784; row++)
        data[row * 10 + of(x.subarray(row * 784, (row + 1) * 784))] = share;
      return { data };
    },
  };
}
