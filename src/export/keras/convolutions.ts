/** Convolutions as Keras has them: windows that lie otherwise become zeros around the image, or pixels that are cut off. */

import { Unsaid } from "../unsaid.ts";
import { asImage, optionsOf, type Writer, weightsOf, withActivation } from "./carry.ts";
import type { Given, Place, Tensor, Value, Writing } from "./writing.ts";

type Side = readonly [number, number];
const numbers = (padding: unknown): readonly number[] =>
  Array.isArray(padding) ? (padding.flat() as number[]) : [];
const isPlain = (padding: unknown): boolean =>
  typeof padding === "string" || numbers(padding).every((n) => n === 0);

const GEOMETRY = ["filters", "kernelSize", "strides", "dilationRate", "useBias"];

/** Zeros where the layer's own padding is in numbers. */
function padded(at: Writing, x: Value, place: Place): { x: Value; padding: string } {
  const { padding } = place.config as { padding: unknown };
  if (typeof padding === "string") return { x, padding };
  if (isPlain(padding)) return { x, padding: "valid" };
  const [[top, bottom], [left, right]] = padding as [Side, Side];
  const [height, width, channels] = x.shape as [number, number, number];
  const shape = [height + top + bottom, width + left + right, channels];
  return { x: at.add("ZeroPadding2D", { padding }, [x], `${place.name}_zeros`, shape), padding: "valid" };
}

/** Filters in groups: TensorFlow.js has those of single channels. */
function grouped(at: Writing, channels: number, place: Place): "all" | "each" | "groups" {
  const { groups, filters } = place.config as unknown as { groups: number; filters: number };
  if (groups === 1) return "all";
  if (groups === channels && filters % channels === 0) return "each";
  if (at.dialect === "tfjs")
    throw new Unsaid(`groups ${groups}: there are groups of single channels alone (groups ${channels})`);
  return "groups";
}

const shaped = (tensor: Tensor, name: string, shape: readonly number[]): Tensor => ({
  ...tensor,
  name,
  shape,
});

/** A depthwise convolution: [window, 1, channels · multiplier] is [window, channels, multiplier]. */
function depthwise(at: Writing, x: Value, place: Place, options: Given): Value {
  const channels = x.shape[x.shape.length - 1]!;
  const [kernel, ...bias] = weightsOf(place) as [Tensor, ...Tensor[]];
  const multiplier = kernel.data.length / (kernel.shape[0]! * kernel.shape[1]! * channels);
  const { filters: _, groups: __, ...rest } = options;
  const regularizer = (place.config as Given).kernelRegularizer;
  const weights = [
    shaped(kernel, "depthwise_kernel", [...kernel.shape.slice(0, 2), channels, multiplier]),
    ...bias,
  ];
  const bare = { ...place, config: { ...place.config, kernelRegularizer: undefined } } as Place;
  return withActivation(
    at,
    [x],
    bare,
    "DepthwiseConv2D",
    {
      ...rest,
      depth_multiplier: multiplier,
      ...(regularizer !== undefined && {
        depthwise_regularizer: { class_name: "L1L2", config: regularizer },
      }),
    },
    weights,
  );
}

const conv2d: Writer = (at, [given], place) => {
  const how = grouped(at, given!.shape[2]!, place);
  const { x, padding } = padded(at, given!, place);
  const options: Given = { ...optionsOf(place, GEOMETRY), padding };
  if (how === "each") return depthwise(at, x, place, options);
  const { groups } = place.config as Given;
  return withActivation(
    at,
    [x],
    place,
    "Conv2D",
    { ...options, ...(how === "groups" && { groups }) },
    weightsOf(place),
  );
};

/** Along a sequence. Causal windows have zeros before the first step. */
const conv1d: Writer = (at, [given], place) => {
  const { padding, kernelSize, dilationRate, groups } = place.config as unknown as {
    padding: string | Side;
    kernelSize: number;
    dilationRate: number;
    groups: number;
  };
  const [steps, channels] = given!.shape as [number, number];
  const how = grouped(at, channels, place);
  const reach = (kernelSize - 1) * dilationRate;
  const sides: Side = padding === "causal" ? [reach, 0] : typeof padding === "string" ? [0, 0] : padding;
  const around = sides[0] + sides[1] > 0;
  const named = padding === "same" ? "same" : "valid";
  if (how !== "each" || at.dialect === "keras") {
    const causal = padding === "causal" && at.dialect === "keras";
    let x = given!;
    if (around && !causal) {
      const longer = [steps + sides[0] + sides[1], channels];
      x =
        at.dialect === "keras"
          ? at.add("ZeroPadding1D", { padding: sides }, [x], `${place.name}_zeros`, longer)
          : asImage(at, x, `${place.name}_zeros`, longer, (image) =>
              at.add("ZeroPadding2D", { padding: [sides, [0, 0]] }, [image], `${place.name}_rows`, [
                longer[0]!,
                1,
                channels,
              ]),
            );
    }
    return withActivation(
      at,
      [x],
      place,
      "Conv1D",
      {
        ...optionsOf(place, GEOMETRY),
        padding: causal ? "causal" : named,
        ...(groups > 1 && { groups }),
      },
      weightsOf(place),
    );
  }
  // single channels: an image of one column
  const [kernel, ...bias] = weightsOf(place) as [Tensor, ...Tensor[]];
  const { strides } = place.config as unknown as { strides: number };
  const image: Place = {
    ...place,
    name: `${place.name}_columns`,
    outputShape: [place.outputShape[0]!, 1, place.outputShape[1]!],
    parameters: ["kernel", ...bias.map(({ name }) => name)],
    weight: (name) =>
      name === "kernel"
        ? shaped(kernel, "kernel", [kernelSize, 1, ...kernel.shape.slice(1)])
        : place.weight(name),
    config: {
      ...place.config,
      kernelSize: [kernelSize, 1],
      strides: [strides, strides],
      dilationRate: [dilationRate, 1],
      padding: named === "same" ? "same" : [sides, [0, 0]],
    } as never,
  };
  return asImage(at, given!, place.name, place.outputShape, (x) => conv2d(at, [x], image));
};

const conv2dTranspose: Writer = (at, [x], place) => {
  const { padding, outputPadding, dilationRate, groups, kernelSize, strides } = place.config as unknown as {
    padding: string | readonly [Side, Side];
    outputPadding?: Side;
    dilationRate: Side;
    groups: number;
    kernelSize: Side;
    strides: Side;
  };
  if (groups > 1) throw new Unsaid(`groups ${groups}: transposed convolutions there have none`);
  const dilated = dilationRate.some((n) => n > 1);
  if (dilated && at.dialect === "tfjs")
    throw new Unsaid(`dilationRate ${dilationRate.join(", ")}: there is none`);
  const options = optionsOf(place, GEOMETRY);
  if (typeof padding === "string") {
    if (outputPadding && at.dialect === "tfjs") throw new Unsaid("outputPadding: there is none");
    return withActivation(
      at,
      [x!],
      place,
      "Conv2DTranspose",
      { ...options, padding, ...(outputPadding && { output_padding: outputPadding }) },
      weightsOf(place),
    );
  }
  // all pixels, of which those at the sides are cut off
  const whole = [0, 1].map((i) => {
    const size = x!.shape[i]!;
    const reach = (kernelSize[i]! - 1) * dilationRate[i]! + 1;
    return Math.max((size - 1) * strides[i]! + reach, size * strides[i]!);
  });
  const cropping = [0, 1].map((i) => {
    const [before] = padding[i]!;
    return [before, whole[i]! - place.outputShape[i]! - before];
  });
  if (cropping.some(([, after]) => after! < 0))
    throw new Unsaid(`padding ${JSON.stringify(padding)} with so much outputPadding`);
  const channels = place.outputShape[2]!;
  const bare = { ...place, name: `${place.name}_whole`, outputShape: [...whole, channels] } as Place;
  const made = withActivation(
    at,
    [x!],
    bare,
    "Conv2DTranspose",
    { ...options, padding: "valid" },
    weightsOf(place),
  );
  return at.add("Cropping2D", { cropping }, [made], place.name, place.outputShape);
};

const separableConv2d: Writer = (at, [given], place) => {
  const { x, padding } = padded(at, given!, place);
  return withActivation(
    at,
    [x],
    place,
    "SeparableConv2D",
    { ...optionsOf(place, [...GEOMETRY, "depthMultiplier"]), padding },
    weightsOf(place),
  );
};

export const convolutions: Readonly<Record<string, Writer>> = {
  conv1d,
  conv2d,
  conv2dTranspose,
  separableConv2d,
};
