/** What pooling does to values that are no numbers. */
import { expect, test } from "vitest";
import { add, input, maxPooling2d, model, rescaling } from "../../src/index.ts";

test.each([
  [2, 2],
  [3, 3],
  [2, 1],
])(
  "a window of %i, stride %i, hands on NaN wherever it stands, and only from its own window",
  (poolSize, strides) => {
    const size = 6;
    // rows to predict may hold no NaN: 4x − 3x is x, and NaN where 4x and 3x are infinite
    const x0 = input({ shape: [size, size, 3] });
    const same = add().apply([rescaling({ scale: 4 }).apply(x0), rescaling({ scale: -3 }).apply(x0)]);
    const pooled = model({ inputs: x0, outputs: maxPooling2d({ poolSize, strides }).apply(same) });
    for (let at = 0; at < size * size; at++) {
      const x = Float32Array.from({ length: size * size * 3 }, (_, i) => Math.abs(((i * 37) % 11) - 5));
      x[at * 3 + 1] = 3e38;
      const { data, shape } = pooled.predict(x);
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
