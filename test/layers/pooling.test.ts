/** What pooling does to values that are no numbers. */
import { expect, test } from "vitest";
import { maxPooling2d, sequential } from "../../src/index.ts";

test.each([
  [2, 2],
  [3, 3],
  [2, 1],
])(
  "a window of %i, stride %i, hands on NaN wherever it stands, and only from its own window",
  (poolSize, strides) => {
    const size = 6;
    const model = sequential([maxPooling2d({ poolSize, strides, inputShape: [size, size, 3] })]);
    for (let at = 0; at < size * size; at++) {
      const x = Float32Array.from({ length: size * size * 3 }, (_, i) => Math.abs(((i * 37) % 11) - 5));
      x[at * 3 + 1] = Number.NaN;
      const { data, shape } = model.predict(x);
      const [, height, width] = shape;
      for (let oy = 0; oy < height; oy++) {
        for (let ox = 0; ox < width; ox++) {
          const [dy, dx] = [Math.floor(at / size) - oy * strides, (at % size) - ox * strides];
          const inside = dy >= 0 && dy < poolSize && dx >= 0 && dx < poolSize;
          const got = [0, 1, 2].map((c) => Number.isNaN(data[(oy * width + ox) * 3 + c]));
          expect(got, `${at} at ${oy}, ${ox}`).toEqual([false, inside, false]);
        }
      }
    }
  },
);
