import type { Options } from "./options.ts";

/** Layers that are activations, as options of an activation here. */
export const ACTIVATION_LAYERS: ReadonlyMap<
  string,
  (options: Options, refuse: (why: string) => void) => unknown
> = new Map([
  [
    "ReLU",
    (options) => {
      const [most, slope, threshold] = ["max_value", "negative_slope", "threshold"].map((name) =>
        options.single(name),
      );
      return {
        name: "relu",
        ...(most !== undefined && { maxValue: most }),
        ...(slope !== undefined && slope !== 0 && { negativeSlope: slope }),
        ...(threshold !== undefined && threshold !== 0 && { threshold }),
      };
    },
  ],
  [
    "LeakyReLU",
    (options) => {
      const [newer, older] = [options.single("negative_slope"), options.single("alpha")];
      return { name: "leakyRelu", alpha: newer ?? older ?? 0.3 };
    },
  ],
  ["ELU", (options) => ({ name: "elu", alpha: options.single("alpha") ?? 1 })],
  ["ThresholdedReLU", (options) => ({ name: "relu", threshold: options.single("theta") ?? 1 })],
]);
