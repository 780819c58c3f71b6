/** Activations as Keras has them: by a name, or as layers of their own. */
import type { ActivationConfig } from "../../activations/table.ts";
import { ACTIVATIONS, HARD_SIGMOID, RELU6 } from "../../interop/keras.ts";
import { Unsaid } from "../unsaid.ts";
import type { Dialect, Given, Value, Writing } from "./writing.ts";

/** Those that TensorFlow.js has not. */
const NOT_IN_JS = new Set(["hardSwish"]);

const optionsOf = (config: ActivationConfig): Readonly<Record<string, number | undefined>> => {
  const { name: _, ...options } = config;
  return options as Readonly<Record<string, number | undefined>>;
};

/** @returns its name, where it is told by one */
export function activationName(config: ActivationConfig, dialect: Dialect): string | undefined {
  const { name } = config;
  const { maxValue, negativeSlope = 0, threshold = 0, alpha } = optionsOf(config);
  if (name === "relu" && threshold === 0 && negativeSlope === 0 && maxValue === RELU6) return "relu6";
  if (name === "relu" && (maxValue !== undefined || negativeSlope !== 0 || threshold !== 0)) return undefined;
  if (name === "elu" && alpha !== undefined && alpha !== 1) return undefined;
  if (name === "hardSigmoid") return dialect === "keras" ? "hard_sigmoid" : undefined;
  if (dialect === "tfjs" && NOT_IN_JS.has(name)) return undefined;
  return ACTIVATIONS.find(([own]) => own === name)?.[1];
}

/** Layers that are one activation, one behind the other. @throws Unsaid for those there are not */
function layersOf(
  config: ActivationConfig,
  dialect: Dialect,
): (readonly [className: string, config: Given])[] {
  const { name } = config;
  const { maxValue, negativeSlope = 0, threshold = 0, alpha } = optionsOf(config);
  const named = activationName(config, dialect);
  if (named !== undefined) return [["Activation", { activation: named }]];
  const slope = dialect === "keras" ? "negative_slope" : "alpha";
  if (name === "leakyRelu") return [["LeakyReLU", { [slope]: alpha ?? 0.01 }]];
  if (name === "elu" && dialect === "keras") return [["ELU", { alpha }]];
  if (name === "hardSigmoid")
    return [
      ["Rescaling", { scale: 1 / HARD_SIGMOID, offset: 0 }],
      ["Activation", { activation: "hard_sigmoid" }],
    ];
  if (name === "relu") {
    if (dialect === "keras" || (negativeSlope === 0 && threshold === 0))
      return [
        [
          "ReLU",
          {
            max_value: maxValue ?? null,
            ...(dialect === "keras" && { negative_slope: negativeSlope, threshold }),
          },
        ],
      ];
    if (threshold === 0 && maxValue === undefined) return [["LeakyReLU", { alpha: negativeSlope }]];
    if (negativeSlope === 0 && maxValue === undefined) return [["ThresholdedReLU", { theta: threshold }]];
  }
  const said = Object.entries(optionsOf(config)).flatMap(([key, value]) =>
    value === undefined ? [] : `${key} ${value}`,
  );
  throw new Unsaid(`the activation ${[name, ...said].join(", ")} is not there`);
}

/** Puts an activation behind a value. */
export function activated(at: Writing, x: Value, config: ActivationConfig, wish: string): Value {
  if (config.name === "linear") return x;
  const layers = layersOf(config, at.dialect);
  return layers.reduce(
    (value, [className, options], i) =>
      at.add(className, options, [value], i === layers.length - 1 ? wish : `${wish}_scale`, value.shape),
    x,
  );
}
