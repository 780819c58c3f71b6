/** Convolutions whose channels have filters of their own, and those along a sequence that are others here. */
import type { Shape } from "../../shape.ts";
import type { Handler, Reading } from "./reading.ts";

const OPTIONS = [
  ["kernel_size", "kernelSize"],
  ["strides", "strides"],
  ["padding", "padding"],
  ["dilation_rate", "dilationRate"],
] as const;

/** Where windows lie. @param along whether a list of one is a number */
function windows(at: Reading, along: boolean): Record<string, unknown> {
  at.channelsLast();
  at.only("groups", "there are no groups in this layer here", 1);
  return Object.fromEntries(
    OPTIONS.flatMap(([keras, own]) => {
      const value = along ? at.options.single(keras) : at.options.get(keras);
      return value === undefined ? [] : [[own, value]];
    }),
  );
}

const whole = (value: unknown, otherwise: number): number =>
  typeof value === "number" && Number.isInteger(value) && value > 0 ? value : otherwise;

/** A tensor in another shape: the values stay. */
const reshaped = (tensor: { shape: Shape; data(): Float32Array }, shape: Shape) => ({
  shape,
  data: () => tensor.data(),
});

/** Filters of each channel: [window…, channels, multiplier], which are filters in as many groups: [window…, 1, channels · multiplier]. */
const grouped = (tensor: { shape: Shape; data(): Float32Array }) => {
  const [channels = 0, multiplier = 0] = tensor.shape.slice(-2);
  return reshaped(tensor, [...tensor.shape.slice(0, -2), 1, channels * multiplier]);
};

const depthwise =
  (along: boolean): Handler =>
  (at) => {
    const options = windows(at, along);
    const active = at.active();
    const useBias = at.options.get("use_bias") !== false;
    const multiplier = whole(at.options.get("depth_multiplier"), 1);
    const kernelRegularizer = at.regularizer("depthwise_regularizer");
    const channels = at.shape().slice(-1)[0]!;
    const [kernel, bias] = at.weights("depthwise_kernel", ...at.bias);
    return at.add(
      along ? "conv1d" : "conv2d",
      {
        ...options,
        filters: channels * multiplier,
        groups: channels,
        useBias,
        ...(kernelRegularizer && { kernelRegularizer }),
      },
      { active, weights: { kernel: grouped(kernel!), ...(bias && { bias }) } },
    );
  };

/** Along a sequence it is two convolutions here. */
const separable1d: Handler = (at) => {
  const options = windows(at, true);
  const active = at.active();
  const useBias = at.options.get("use_bias") !== false;
  const multiplier = whole(at.options.get("depth_multiplier"), 1);
  const filters = at.options.get("filters");
  for (const name of ["depthwise_regularizer", "pointwise_regularizer"])
    if (at.options.get(name) !== undefined) at.note(`${name} is left out`);
  const channels = at.shape().slice(-1)[0]!;
  const [deep, point, bias] = at.weights("depthwise_kernel", "pointwise_kernel", ...at.bias);
  const between = at.add(
    "conv1d",
    { ...options, filters: channels * multiplier, groups: channels, useBias: false },
    { plain: true, weights: { kernel: grouped(deep!) } },
  );
  return at.add(
    "conv1d",
    { filters, kernelSize: 1, useBias },
    { inputs: [between], active, weights: { kernel: point!, ...(bias && { bias }) } },
  );
};

/** An image of one row. */
const transpose1d: Handler = (at) => {
  const { kernelSize, strides = 1, dilationRate = 1, padding } = windows(at, true);
  const active = at.active();
  const useBias = at.options.get("use_bias") !== false;
  const filters = at.options.get("filters");
  const more = at.options.single("output_padding");
  const kernelRegularizer = at.regularizer("kernel_regularizer");
  const [steps, channels] = at.shape() as [number, number];
  const [kernel, bias] = at.weights("kernel", ...at.bias);
  const row = at.add("reshape", { targetShape: [1, steps, channels] }, { plain: true });
  const image = at.add(
    "conv2dTranspose",
    {
      filters,
      kernelSize: [1, kernelSize],
      strides: [1, strides],
      dilationRate: [1, dilationRate],
      useBias,
      ...(padding !== undefined && { padding }),
      ...(more !== undefined && { outputPadding: [0, more] }),
      ...(kernelRegularizer && { kernelRegularizer }),
    },
    {
      inputs: [row],
      active,
      weights: { kernel: reshaped(kernel!, [1, ...kernel!.shape]), ...(bias && { bias }) },
    },
  );
  const [, longer, out] = at.shape(image) as [number, number, number];
  return at.add("reshape", { targetShape: [longer, out] }, { inputs: [image], plain: true });
};

export const convolutions: Readonly<Record<string, Handler>> = {
  DepthwiseConv1D: depthwise(true),
  DepthwiseConv2D: depthwise(false),
  SeparableConv1D: separable1d,
  Conv1DTranspose: transpose1d,
};
