import { show } from "../../fields/fields.ts";
import { ACTIVATIONS, HARD_SIGMOID, RELU6 } from "../../interop/keras.ts";
import { field } from "./json.ts";
import { described, Options } from "./options.ts";

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

/** An activation here, or one that is a layer of its own with a factor before it. */
export interface Active {
  readonly own?: unknown;
  readonly behind?: readonly (readonly [type: string, options: Readonly<Record<string, unknown>>])[];
}

/** @param option whose value it is @param version of Keras: 2 or 3 */
export function activeOf(
  value: unknown,
  option: string,
  version: number,
  refuse: (why: string) => void,
): Active {
  if (value === undefined) return {};
  const [name, config] = described(value) ?? ["", undefined];
  const found = ACTIVATIONS.find(([, ...names]) => names.includes(name));
  if (found) return found[0] === "linear" ? {} : { own: found[0] };
  const number = (key: string, otherwise: number) => {
    const n = field(config, key);
    return typeof n === "number" ? n : otherwise;
  };
  switch (name) {
    case "relu6":
      return { own: { name: "relu", maxValue: RELU6 } };
    case "leaky_relu":
      return { own: { name: "leakyRelu", alpha: number("negative_slope", number("alpha", 0.2)) } };
    case "hard_sigmoid":
    case "hardSigmoid":
      return version > 2
        ? { own: "hardSigmoid" }
        : {
            behind: [
              ["rescaling", { scale: HARD_SIGMOID }],
              ["activation", { activation: "hardSigmoid" }],
            ],
          };
  }
  // an activation layer in the place of a function
  const layer = ACTIVATION_LAYERS.get(name);
  if (layer) return { own: layer(new Options(config), (why) => refuse(`${option} ${name}: ${why}`)) };
  refuse(`${option} ${show(value)}: there is no such activation here`);
  return {};
}
