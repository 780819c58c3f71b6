/** Noise on every value. */

import { number } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import type { Stream } from "../../math/random.ts";
import { isBytes } from "../../tags.ts";
import type { Inputs } from "../dataset.ts";
import type { Checked, Effect } from "./effect.ts";

export interface NoiseOption {
  /**
   * Standard deviation of gaussian noise added to every value, in units of what the network sees: 0.1 is 25.5 for bytes scaled by
   * 1/255. Bytes are rounded and stay from 0 to 255; float32 values are not cut.
   */
  noise?: number;
}

export const noiseFields = () => ({
  noise: optional(
    number({
      min: 0,
      doc: DOCS && "Standard deviation of what is added to each value, as the network sees it.",
    }),
  ),
});

/** Where its words begin in the stream of an image: what else is drawn does not shift them. */
const BLOCK = 2147483648;

export const noise: Effect<NoiseOption, Checked<typeof noiseFields>> = {
  on({ noise: amount = 0 }, { shape: { height, width, channels }, inputScale }) {
    const deviation = amount / inputScale;
    if (!(deviation > 0)) return {};
    return {
      paint(x, at, random) {
        random.seek(BLOCK);
        addNoise(x, at, height * width * channels, deviation, random);
      },
    };
  },
};

/** Adds gaussian noise to n values; bytes are rounded to the nearest and stay within 0 to 255. */
function addNoise(x: Inputs, at: number, n: number, deviation: number, random: Stream): void {
  const bytes = isBytes(x);
  for (let i = at; i < at + n; i++) {
    const value = x[i]! + deviation * random.gaussian();
    x[i] = bytes ? Math.min(255, Math.max(0, Math.floor(value + 0.5))) : value;
  }
}
