/** Layers that draw random numbers while training. What was drawn is given; without it, or when predicting, they do nothing. */
import type { ReferenceLayer, Shape } from "./types.ts";

/** y = x · mask, where the mask holds 0 or 1 / (1 − rate). */
export const dropout = (shape: Shape): ReferenceLayer => ({
  outputShape: shape,
  parameters: {},
  moving: {},
  forward({ mask }, x, training) {
    const factor = (i: number) => (training && mask ? mask[i] : 1);
    return {
      y: x.map((v, i) => v * factor(i)),
      moving: {},
      backward: (dy) => ({ dx: dy.map((v, i) => v * factor(i)), gradients: {} }),
    };
  },
});

/** y = x + noise. */
export const gaussianNoise = (shape: Shape): ReferenceLayer => ({
  outputShape: shape,
  parameters: {},
  moving: {},
  forward: ({ noise }, x, training) => ({
    y: x.map((v, i) => v + (training && noise ? noise[i] : 0)),
    moving: {},
    backward: (dy) => ({ dx: dy.slice(), gradients: {} }),
  }),
});
