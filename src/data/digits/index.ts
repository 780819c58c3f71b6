/**
 * The data set `digits`: handwriting-like digits drawn from strokes, in the form of MNIST (28 × 28 × 1, uint8, white on
 * black), so that something worth training on is there without a download. Image `index` of a seed depends on
 * nothing but (seed, part, index), and its label is index mod 10, so every class is equally frequent.
 */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { checkOptions } from "../../fields/options.ts";
import { STREAMS, Stream, wordsOf } from "../../math/random.ts";
import type { Dataset } from "../dataset.ts";
import { portable } from "../portable.ts";
import { drawDigit, SIZE } from "./draw.ts";
import type { DigitsOptions } from "./options.ts";

const PIXELS = SIZE * SIZE;
const NOT_DRAWN = 0;

/** Generated digits as a dataset of images [28, 28, 1] in ten classes. An image is drawn when first read, then kept. */
export function digits(options: DigitsOptions = {}): Dataset {
  checkOptions("digits", options, ["samples", "seed", "part"]);
  const { samples = 10_000, seed = 0, part = "train" } = options;
  if (!Number.isInteger(samples) || samples < 1 || samples > 2_000_000) {
    throw new NablaError(`digits: samples: expected an integer from 1 to 2000000, got ${show(samples)}`);
  }
  if (part !== "train" && part !== "test")
    throw new NablaError(`digits: part: expected "train" or "test", got ${show(part)}`);
  wordsOf(seed, "digits: seed");
  const pixels = new Uint8Array(samples * PIXELS);
  const drawn = new Uint8Array(samples);
  const labels = Int32Array.from({ length: samples }, (_, i) => i % 10);
  const dataset: Dataset = {
    name: part === "train" ? "digits" : `digits (${part})`,
    length: samples,
    inputShape: [SIZE, SIZE, 1],
    inputType: "uint8",
    inputScale: 1 / 255,
    target: { kind: "class", classes: 10 },
    labels,
    read(indices, x, y) {
      for (let row = 0; row < indices.length; row++) {
        const index = indices[row]!;
        const from = index * PIXELS;
        if (drawn[index] === NOT_DRAWN) {
          drawDigitAt(index, seed, part, pixels, from);
          drawn[index] = 1;
        }
        x.set(pixels.subarray(from, from + PIXELS), row * PIXELS);
        y[row] = labels[index]!;
      }
    },
  };
  return portable(dataset, () => ({ kind: "digits", options: { samples, seed, part } }));
}

/** Draws one image of `digits` into out[offset .. offset + 784). */
export function drawDigitAt(
  index: number,
  seed: number,
  part: "train" | "test",
  out: Uint8Array,
  offset = 0,
): void {
  // The part is the high word of the step, the index its low word.
  const step = index + (part === "train" ? 0 : 4294967296);
  drawDigit(index % 10, new Stream(seed, STREAMS.data, step), out, offset);
}
