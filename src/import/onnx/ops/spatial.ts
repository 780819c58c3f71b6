/** Convolution and pooling. */
import { turned } from "../../../interop/layouts.ts";
import { windows } from "../../../layers/geometry.ts";
import type { Weights } from "../../building.ts";
import { Unsupported } from "../../problems.ts";
import type { Handlers, Op } from "../op.ts";
import { type Axis, along, axisOf, lengthOf, ofRow, type Value } from "../value.ts";

type Sides = [before: number, after: number];

/** How windows lie along each axis of pixels. */
interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** Steps that are joined with the batch: each is an image by itself. */
export const stepsOf = ({ axes }: Value): Axis[] => {
  const steps = ofRow(axes[0]!);
  return steps.length > 0 ? [steps] : [];
};

/** [batch, channels, pixels…] as a layer holds it: steps, where some are joined with the batch, pixels, then channels. */
function pixelsOf(op: Op): { value: Value; pixels: number[]; channels: number } {
  const given = op.value();
  const rank = given.axes.length;
  if (rank !== 3 && rank !== 4)
    throw new Unsupported(
      rank === 5
        ? "its input has three axes of pixels; layers here have one or two"
        : `its input has ${rank} axes, not [batch, channels, pixels]`,
    );
  const axes = given.axes.slice(1).map((_, i) => along(given, i + 1));
  const value = op.at.arrange(given, [...stepsOf(given), ...axes.slice(1), axes[0]!]);
  return { value, pixels: axes.slice(1).map(lengthOf), channels: lengthOf(axes[0]!) };
}

/** A layer behind an image, or behind each of a sequence. */
export function added(
  { at }: Op,
  given: Value,
  type: string,
  options: Readonly<Record<string, unknown>>,
  weights: Weights = {},
): Value {
  const steps = stepsOf(given);
  const name = steps.length > 0 ? at.building.nameFor(at.node, type) : "";
  const inner = Object.entries(weights).map(([parameter, own]) => [`${name}.${parameter}`, own] as const);
  const made =
    steps.length > 0
      ? at.add("timeDistributed", { layer: [{ ...options, type, name }] }, [given], Object.fromEntries(inner))
      : at.add(type, options, [given], weights);
  const image = made.shape.slice(steps.length).map(axisOf);
  const axes = [given.axes[0]!, image[image.length - 1]!, ...image.slice(0, -1)];
  return { ...given, layer: made.config.name, held: [...steps, ...image], axes };
}

function windowsOf(op: Op, kernel: readonly number[]): Windows {
  const ones = kernel.map(() => 1);
  const strides = op.ints("strides") ?? ones;
  const dilations = op.ints("dilations") ?? ones;
  if (strides.length !== kernel.length || dilations.length !== kernel.length)
    throw new Unsupported(`strides and dilations do not fit a window of ${kernel.length} axes`);
  return { kernel, strides, dilations };
}

/** Pixels around the image, by numbers or by rule. */
function sidesOf(
  op: Op,
  pixels: readonly number[],
  { kernel, strides, dilations }: Windows,
): "same" | Sides[] {
  const rule = op.text("auto_pad", "NOTSET");
  if (rule === "SAME_UPPER") return "same";
  if (rule === "SAME_LOWER")
    return pixels.map((size, i): Sides => {
      const { before, after } = windows({
        size,
        window: kernel[i]!,
        stride: strides[i]!,
        dilation: dilations[i]!,
        padding: "same",
      });
      return [after, before];
    });
  const pads = rule === "VALID" ? undefined : op.ints("pads");
  return pixels.map((_, i): Sides => [pads?.[i] ?? 0, pads?.[i + pixels.length] ?? 0]);
}

/** An option of one number along a sequence, of several over an image. */
const each = <T>(list: readonly T[]): T | readonly T[] => (list.length === 1 ? list[0]! : list);
/** Written as people write it, where it is nothing. */
const written = (sides: "same" | Sides[]): unknown =>
  sides === "same" ? "same" : sides.every(([a, b]) => a === 0 && b === 0) ? "valid" : each(sides);

function conv(op: Op): Value {
  const { value, pixels, channels } = pixelsOf(op);
  const filters = op.known(1, "its filters");
  const bias = op.maybe(2, "its bias");
  const { dims } = filters;
  if (dims.length !== pixels.length + 2)
    throw new Unsupported(`its filters have ${dims.length} axes, not ${pixels.length + 2}`);
  const groups = op.int("group", 1);
  if (dims[1]! * groups !== channels)
    throw new Unsupported(`its filters are for ${dims[1]! * groups} channels, its input has ${channels}`);
  const kernel = dims.slice(2);
  const over = windowsOf(op, kernel);
  const kind = pixels.length === 1 ? "conv1d" : "conv2d";
  const weights = () =>
    turned(kind, "onnx", "nabla", { shape: dims, data: Float32Array.from(filters.data) }).data;
  return added(
    op,
    value,
    kind,
    {
      filters: dims[0],
      kernelSize: each(kernel),
      strides: each(over.strides),
      padding: written(sidesOf(op, pixels, over)),
      dilationRate: each(over.dilations),
      groups,
      useBias: bias !== undefined,
    },
    {
      kernel: { shape: [...kernel, dims[1]!, dims[0]!], data: weights },
      ...(bias && { bias: { shape: [dims[0]!], data: () => Float32Array.from(bias.data) } }),
    },
  );
}

function convTranspose(op: Op): Value {
  const { value: given, pixels, channels } = pixelsOf(op);
  const { at } = op;
  const filters = op.known(1, "its filters");
  const bias = op.maybe(2, "its bias");
  const { dims } = filters;
  const [kernel, groups] = [dims.slice(2), op.int("group", 1)];
  if (dims.length !== pixels.length + 2 || dims[0] !== channels)
    throw new Unsupported(
      `its filters of shape [${dims.join(", ")}] do not fit ${channels} channels of ${pixels.length} axes of pixels`,
    );
  const { strides, dilations } = windowsOf(op, kernel);
  const more = op.ints("output_padding") ?? pixels.map(() => 0);
  const wanted = op.ints("output_shape")?.slice(-pixels.length);
  const rule = op.text("auto_pad", "NOTSET");
  const pads = op.ints("pads");
  const padding = pixels.map((size, i): Sides => {
    const whole = strides[i]! * (size - 1) + more[i]! + (kernel[i]! - 1) * dilations[i]! + 1;
    const target = wanted?.[i] ?? (rule.startsWith("SAME") ? size * strides[i]! : undefined);
    if (target === undefined)
      return rule === "VALID" ? [0, 0] : [pads?.[i] ?? 0, pads?.[i + pixels.length] ?? 0];
    const cut = Math.max(0, whole - target);
    more[i] = more[i]! + Math.max(0, target - whole);
    const half = Math.floor(cut / 2);
    return rule === "SAME_UPPER" ? [half, cut - half] : [cut - half, half];
  });
  if (padding.some((sides) => sides.some((n) => n < 0)))
    throw new Unsupported("its output_shape is larger than what its windows reach");
  const flat = pixels.length === 1;
  // along a sequence: an image of one row
  const steps = stepsOf(given);
  const value = flat ? at.arrange(given, [...steps, [], ...given.held.slice(steps.length)]) : given;
  const pair = <T>(list: readonly T[], one: T): readonly T[] => (flat ? [one, ...list] : list);
  const window = pair(kernel, 1);
  const order = {
    shape: flat ? [dims[0]!, dims[1]!, 1, dims[2]!] : dims,
    data: Float32Array.from(filters.data),
  };
  const image = added(
    op,
    { ...value, axes: [value.axes[0]!, [], [], []] },
    "conv2dTranspose",
    {
      filters: dims[1]! * groups,
      kernelSize: window,
      strides: pair(strides, 1),
      padding: pair(padding, [0, 0] as Sides),
      outputPadding: pair(more, 0),
      dilationRate: pair(dilations, 1),
      groups,
      useBias: bias !== undefined,
    },
    {
      kernel: {
        shape: [...window, dims[1]!, channels],
        data: () => turned("conv2dTranspose", "onnx", "nabla", order).data,
      },
      ...(bias && { bias: { shape: [dims[1]! * groups], data: () => Float32Array.from(bias.data) } }),
    },
  );
  if (!flat) return image;
  const [batch, c, , w] = image.axes as [Axis, Axis, Axis, Axis];
  return at.arrange({ ...image, axes: [batch, c, w] }, [...steps, w, c]);
}

function pool(op: Op, max: boolean): Value | (Value | undefined)[] {
  const { value, pixels } = pixelsOf(op);
  const over = windowsOf(op, op.ints("kernel_shape") ?? []);
  if (over.kernel.length !== pixels.length)
    throw new Unsupported(`its window has ${over.kernel.length} axes, its input ${pixels.length} of pixels`);
  if (over.dilations.some((n) => n !== 1))
    throw new Unsupported("dilations: windows of pooling have no holes here");
  if (op.asksFor(1))
    throw new Unsupported("the places of the largest values (a second output) there are not here");
  const padding = sidesOf(op, pixels, over);
  const options = {
    poolSize: each(over.kernel),
    strides: each(over.strides),
    padding: written(padding),
    ...(op.int("ceil_mode") && { ceilMode: true }),
    ...(!max && op.int("count_include_pad") && { countIncludePad: true }),
  };
  return added(op, value, `${max ? "max" : "average"}Pooling${pixels.length}d`, options);
}

export const spatial: Handlers = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: (op) => pool(op, true),
  AveragePool: (op) => pool(op, false),
};
