/** What each type of layer becomes. */
import type { ActivationConfig } from "../../activations/table.ts";
import { SAME, underscored } from "../../interop/keras.ts";
import { Unsaid } from "../unsaid.ts";
import { activated } from "./activations.ts";
import { attending } from "./attention.ts";
import { asImage, optionsOf, type Writer, weightsOf, withActivation } from "./carry.ts";
import { convolutions } from "./convolutions.ts";
import { recurrent } from "./recurrent.ts";
import type { Given, Tensor } from "./writing.ts";

const same =
  (className: string, names: readonly string[]): Writer =>
  (at, inputs, place) =>
    withActivation(at, inputs, place, className, optionsOf(place, names), weightsOf(place));

/** Layers that TensorFlow.js has for images alone. */
const along =
  (className: string, option: string, of: (value: never) => unknown): Writer =>
  (at, [x], place) => {
    const value = place.config[option] as never;
    if (at.dialect === "keras")
      return at.add(className, { [underscored(option)]: value }, [x!], place.name, place.outputShape);
    const [longer, channels] = place.outputShape as [number, number];
    return asImage(at, x!, place.name, place.outputShape, (image) =>
      at.add(
        className.replace("1D", "2D"),
        { [underscored(option)]: of(value) },
        [image],
        `${place.name}_rows`,
        [longer, 1, channels],
      ),
    );
  };

const sided = (side: unknown) => [side, [0, 0]];

const pooling =
  (className: string, names: readonly string[]): Writer =>
  (at, inputs, place) => {
    const { padding, ceilMode, countIncludePad } = place.config as Given;
    if (typeof padding !== "string" && (padding as unknown[]).flat().some((n) => n !== 0))
      throw new Unsaid(`padding ${JSON.stringify(padding)}: pooling there knows "valid" and "same" alone`);
    if (ceilMode || countIncludePad)
      throw new Unsaid(
        `${ceilMode ? "ceilMode" : "countIncludePad"} is not there; train with padding "same" instead`,
      );
    const options = optionsOf(place, names);
    return at.add(
      className,
      { ...options, padding: typeof padding === "string" ? padding : "valid" },
      inputs,
      place.name,
      place.outputShape,
    );
  };

const others: Readonly<Record<string, Writer>> = {
  activation: (at, [x], place) => {
    const { activation } = place.config as unknown as { activation: ActivationConfig };
    return activation.name === "linear"
      ? at.add("Activation", { activation: "linear" }, [x!], place.name, x!.shape)
      : activated(at, x!, activation, place.name);
  },
  // TensorFlow.js flattens no rows that are flat
  flatten: (at, inputs, place) =>
    inputs[0]!.shape.length > 1
      ? at.add("Flatten", {}, inputs, place.name, place.outputShape)
      : at.add("Activation", { activation: "linear" }, inputs, place.name, place.outputShape),
  zeroPadding1d: along("ZeroPadding1D", "padding", sided),
  cropping1d: along("Cropping1D", "cropping", sided),
  upSampling1d: along("UpSampling1D", "size", (n) => [n, 1]),
  upSampling2d(at, inputs, place) {
    if (at.dialect === "tfjs" && place.config.interpolation === "bilinear")
      throw new Unsaid(
        "bilinear: TensorFlow.js puts pixels at their corners, and this library at their centres",
      );
    return same("UpSampling2D", ["size", "interpolation"])(at, inputs, place);
  },
  concatenate: (at, inputs, place) =>
    at.add("Concatenate", { axis: place.config.axis }, inputs, place.name, place.outputShape),
  dot: (at, inputs, place) =>
    at.add("Dot", { axes: place.config.axes }, inputs, place.name, place.outputShape),
  subtract(at, inputs, place) {
    if (at.dialect === "keras") return at.add("Subtract", {}, inputs, place.name, place.outputShape);
    const [first, ...rest] = inputs;
    // a − b is a + (−b) in every bit
    const turned = rest.map((x, i) =>
      at.add("Rescaling", { scale: -1, offset: 0 }, [x], `${place.name}_minus_${i + 1}`, x.shape),
    );
    return at.add("Add", {}, [first!, ...turned], place.name, place.outputShape);
  },
  rescaling: (at, inputs, place) =>
    at.add(
      "Rescaling",
      { scale: place.config.scale, offset: place.config.offset },
      inputs,
      place.name,
      place.outputShape,
    ),
  prelu: (at, inputs, place) => {
    const { sharedAxes } = place.config as unknown as { sharedAxes: readonly number[] };
    return withActivation(
      at,
      inputs,
      place,
      "PReLU",
      { shared_axes: sharedAxes.length > 0 ? sharedAxes : null },
      weightsOf(place),
    );
  },
  // batch normalisation that nothing moves: TensorFlow.js has no other
  normalization(at, [x], place) {
    const [mean, variance] = weightsOf(place) as [Tensor, Tensor];
    const n = mean.data.length;
    const options = { axis: -1, epsilon: 0, momentum: 0.99, center: false, scale: false, trainable: false };
    const flat = (tensor: Tensor, name: string) => ({ ...tensor, name, shape: [n] });
    const weights = [flat(mean, "moving_mean"), flat(variance, "moving_variance")];
    if (n === x!.shape[x!.shape.length - 1])
      return at.add("BatchNormalization", options, [x!], place.name, x!.shape, weights);
    const row = at.add("Flatten", {}, [x!], `${place.name}_row`, [n]);
    const normal = at.add("BatchNormalization", options, [row], `${place.name}_values`, [n], weights);
    return at.add("Reshape", { target_shape: [...x!.shape] }, [normal], place.name, x!.shape);
  },
};

/** Layers that TensorFlow.js has not. */
const NOT_IN_JS: Readonly<Record<string, string>> = {
  groupNormalization: "there is no normalisation of groups; use layerNormalization",
  attention: "there is no attention",
  multiHeadAttention: "there is no attention",
  positionalEmbedding: "there is no layer that adds a table",
};

const axis = { axis: -1 };
export const WRITERS: Readonly<Record<string, Writer>> = {
  ...Object.fromEntries(
    SAME.map(([type, className, ...names]): [string, Writer] => [
      type,
      /^(?:max|average)Pooling/.test(type) ? pooling(className, names) : same(className, names),
    ]),
  ),
  ...Object.fromEntries(
    (["batchNormalization", "layerNormalization"] as const).map((type): [string, Writer] => {
      const [, className, ...names] = SAME.find(([own]) => own === type)!;
      return [
        type,
        (at, inputs, place) =>
          withActivation(
            at,
            inputs,
            place,
            className!,
            { ...axis, ...optionsOf(place, names) },
            weightsOf(place),
          ),
      ];
    }),
  ),
  ...others,
  ...convolutions,
  ...recurrent,
  ...attending,
};

/** @returns why TensorFlow.js cannot have a layer */
export const absentInJs = (type: string): string | undefined =>
  Object.hasOwn(NOT_IN_JS, type) ? NOT_IN_JS[type] : undefined;
