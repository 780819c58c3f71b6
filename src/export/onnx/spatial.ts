/** Layers of images and sequences as operators of ONNX, channels first. */
import { turned } from "../../interop/layouts.ts";
import { type Around, windows } from "../../layers/geometry.ts";
import type { Shape } from "../../shape.ts";
import type { Place, Writer, Writing, Written } from "./writing.ts";

type Side = readonly [number, number];
interface Windows {
  readonly kernel: Shape;
  readonly strides: Shape;
  readonly dilations: Shape;
  readonly padding: Around | readonly Side[];
  readonly ceil?: boolean;
}

const list = (value: number | readonly number[]): readonly number[] =>
  typeof value === "number" ? [value] : value;
/** Of a padding as layers have it: by a word, of one axis, of two. */
const sidesOf = (padding: unknown, axes: number): Around | readonly Side[] =>
  typeof padding === "string"
    ? (padding as Around)
    : axes === 1
      ? [padding as Side]
      : (padding as readonly Side[]);

/** Pixels before and after each axis, so many that as many windows fit as the layer has. */
function around(pixels: Shape, over: Windows): { pads: number[]; out: number[] } {
  const each = pixels.map((size, i) => {
    const padding = typeof over.padding === "string" ? over.padding : (over.padding[i] as Side);
    const [window, stride, dilation] = [over.kernel[i]!, over.strides[i]!, over.dilations[i]!];
    const { out, before } = windows({ size, window, stride, dilation, padding, ceil: over.ceil });
    const reach = (window - 1) * dilation + 1;
    return { out, before, after: Math.max(0, (out - 1) * stride + reach - size - before) };
  });
  return {
    pads: [...each.map(({ before }) => before), ...each.map(({ after }) => after)],
    out: each.map(({ out }) => out),
  };
}

const image = (name: string, shape: Shape): Written => ({ name, shape, channelsFirst: true });

interface ConvConfig {
  kernelSize: number | readonly number[];
  strides: number | readonly number[];
  dilationRate: number | readonly number[];
  padding: unknown;
  groups: number;
}

function convolution(
  at: Writing,
  x: Written,
  place: Place,
  kernel: { shape: Shape; data: Float32Array },
  groups: number,
  bias: boolean,
): Written {
  const config = place.config as unknown as ConvConfig;
  const axes = x.shape.length - 1;
  const window = list(config.kernelSize);
  const strides = list(config.strides);
  const dilations = list(config.dilationRate);
  const { pads, out } = around(x.shape.slice(0, -1), {
    kernel: window,
    strides,
    dilations,
    padding: sidesOf(config.padding, axes),
  });
  const weights = at.weight(`${place.name}.kernel`, kernel.shape, kernel.data);
  const inputs = [
    at.first(x),
    weights,
    ...(bias ? [at.weight(`${place.name}.bias`, place.weight("bias").shape, place.weight("bias").data)] : []),
  ];
  const name = at.node(
    "Conv",
    inputs,
    { kernel_shape: window, strides, dilations, pads, group: groups },
    place.name,
  );
  return image(name, [...out, kernel.shape[0]!]);
}

const conv =
  (kind: "conv1d" | "conv2d"): Writer =>
  (at, [x], place) =>
    convolution(
      at,
      x!,
      place,
      turned(kind, "nabla", "onnx", place.weight("kernel")),
      (place.config as unknown as ConvConfig).groups,
      place.has("bias"),
    );

const separable: Writer = (at, [x], place) => {
  const depth = place.weight("depthwiseKernel");
  const [height, width, channels, multiplier] = depth.shape as [number, number, number, number];
  const deep = turned("conv2d", "nabla", "onnx", {
    shape: [height, width, 1, channels * multiplier],
    data: depth.data,
  });
  const own: Place = { ...place, name: `${place.name}_depthwise` };
  const middle = convolution(at, x!, own, deep, channels, false);
  const wide = turned("conv2d", "nabla", "onnx", place.weight("pointwiseKernel"));
  const point = {
    ...place.config,
    kernelSize: [1, 1],
    strides: [1, 1],
    dilationRate: [1, 1],
    padding: "valid",
  };
  return convolution(at, middle, { ...place, config: point as never }, wide, 1, place.has("bias"));
};

const transposed: Writer = (at, [x], place) => {
  const config = place.config as unknown as ConvConfig & { outputPadding?: readonly number[] };
  const kernel = turned("conv2dTranspose", "nabla", "onnx", place.weight("kernel"));
  const window = list(config.kernelSize);
  const [strides, dilations] = [list(config.strides), list(config.dilationRate)];
  const cuts = [0, 1].map((i) => {
    const [size, out] = [x!.shape[i]!, place.outputShape[i]!];
    const all = (size - 1) * strides[i]! + (window[i]! - 1) * dilations[i]! + 1;
    const { padding } = config;
    const before =
      typeof padding !== "string"
        ? (padding as readonly Side[])[i]![0]
        : padding === "valid"
          ? 0
          : Math.floor(Math.max(all - out, 0) / 2);
    const after = all - before - out;
    return { before, after: Math.max(0, after), more: Math.max(0, -after) };
  });
  const bias = place.has("bias")
    ? [at.weight(`${place.name}.bias`, place.weight("bias").shape, place.weight("bias").data)]
    : [];
  const name = at.node(
    "ConvTranspose",
    [at.first(x!), at.weight(`${place.name}.kernel`, kernel.shape, kernel.data), ...bias],
    {
      kernel_shape: window,
      strides,
      dilations,
      pads: [...cuts.map(({ before }) => before), ...cuts.map(({ after }) => after)],
      output_padding: cuts.map(({ more }) => more),
      group: config.groups,
    },
    place.name,
  );
  return image(name, place.outputShape);
};

interface PoolConfig {
  poolSize: number | readonly number[];
  strides?: number | readonly number[];
  padding: unknown;
  ceilMode?: boolean;
  countIncludePad?: boolean;
}

const pool =
  (type: "MaxPool" | "AveragePool"): Writer =>
  (at, [x], place) => {
    const config = place.config as unknown as PoolConfig;
    const kernel = list(config.poolSize);
    const strides = list(config.strides ?? config.poolSize);
    const pixels = x!.shape.slice(0, -1);
    const ones = kernel.map(() => 1);
    const padding = sidesOf(config.padding, kernel.length);
    const over = { kernel, strides, dilations: ones, padding, ceil: config.ceilMode };
    let [input, size, rest] = [at.first(x!), pixels, padding];
    if (config.countIncludePad) {
      // zeros that count are pixels
      const { before, after } = sums(pixels, over);
      if ([...before, ...after].some((n) => n > 0))
        input = padded(at, input, before, after, `${place.name}_framed`);
      size = pixels.map((n, i) => n + before[i]! + after[i]!);
      rest = "valid";
    }
    const { pads, out } = around(size, { ...over, padding: rest });
    const name = at.node(type, [input], { kernel_shape: kernel, strides, pads }, place.name);
    return image(name, [...out, x!.shape[pixels.length]!]);
  };

/** The pixels that a layer's own padding puts around. */
function sums(pixels: Shape, over: Windows) {
  const each = pixels.map((size, i) =>
    windows({
      size,
      window: over.kernel[i]!,
      stride: over.strides[i]!,
      dilation: 1,
      padding: typeof over.padding === "string" ? over.padding : (over.padding[i]! as Side),
      ceil: over.ceil,
    }),
  );
  return { before: each.map(({ before }) => before), after: each.map(({ after }) => after) };
}

function padded(at: Writing, input: string, before: Shape, after: Shape, wish: string): string {
  return at.node("Pad", [input, at.constant([0, 0, ...before, 0, 0, ...after], true)], {}, wish);
}

const global =
  (type: "GlobalMaxPool" | "GlobalAveragePool"): Writer =>
  (at, [x], place) => {
    const pooled = at.node(type, [at.first(x!)], {}, `${place.name}_pixels`);
    return {
      name: at.node("Flatten", [pooled], { axis: 1 }, place.name),
      shape: place.outputShape,
      channelsFirst: false,
    };
  };

const pad: Writer = (at, [x], place) => {
  const sides = sidesOf(
    (place.config as unknown as { padding: unknown }).padding,
    x!.shape.length - 1,
  ) as readonly Side[];
  return image(
    padded(
      at,
      at.first(x!),
      sides.map(([a]) => a),
      sides.map(([, b]) => b),
      place.name,
    ),
    place.outputShape,
  );
};

const crop: Writer = (at, [x], place) => {
  const sides = sidesOf(
    (place.config as unknown as { cropping: unknown }).cropping,
    x!.shape.length - 1,
  ) as readonly Side[];
  const starts = sides.map(([a]) => a);
  const ends = sides.map(([, b], i) => x!.shape[i]! - b);
  const numbers = [starts, ends, sides.map((_, i) => i + 2)].map((each) => at.constant(each, true));
  return image(at.node("Slice", [at.first(x!), ...numbers], {}, place.name), place.outputShape);
};

const enlarge: Writer = (at, [x], place) => {
  const { size, interpolation = "nearest" } = place.config as unknown as {
    size: number | readonly number[];
    interpolation?: string;
  };
  const scales = at.constant([1, 1, ...list(size)]);
  const way: Record<string, string> =
    interpolation === "nearest"
      ? { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" }
      : { mode: "linear", coordinate_transformation_mode: "half_pixel" };
  return image(at.node("Resize", [at.first(x!), "", scales], way, place.name), place.outputShape);
};

export const SPATIAL = {
  conv1d: conv("conv1d"),
  conv2d: conv("conv2d"),
  conv2dTranspose: transposed,
  separableConv2d: separable,
  maxPooling1d: pool("MaxPool"),
  maxPooling2d: pool("MaxPool"),
  averagePooling1d: pool("AveragePool"),
  averagePooling2d: pool("AveragePool"),
  globalAveragePooling1d: global("GlobalAveragePool"),
  globalAveragePooling2d: global("GlobalAveragePool"),
  globalMaxPooling1d: global("GlobalMaxPool"),
  globalMaxPooling2d: global("GlobalMaxPool"),
  zeroPadding1d: pad,
  zeroPadding2d: pad,
  cropping1d: crop,
  cropping2d: crop,
  upSampling1d: enlarge,
  upSampling2d: enlarge,
} satisfies Record<string, Writer>;
