/** Convolution and pooling. */
import { turned } from "../../../interop/layouts.ts";
import { windows } from "../../../layers/geometry.ts";
import { Unsupported } from "../../problems.ts";
import type { Handlers, Op, Windows } from "../op.ts";
import type { Value } from "../value.ts";

type Sides = [before: number, after: number];

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
  const { value, pixels, channels } = op.pixels();
  const filters = op.known(1, "its filters");
  const bias = op.maybe(2, "its bias");
  const { dims } = filters;
  if (dims.length !== pixels.length + 2)
    throw new Unsupported(`its filters have ${dims.length} axes, not ${pixels.length + 2}`);
  const groups = op.int("group", 1);
  if (dims[1]! * groups !== channels)
    throw new Unsupported(`its filters are for ${dims[1]! * groups} channels, its input has ${channels}`);
  const kernel = dims.slice(2);
  const over = op.windows(kernel);
  const kind = pixels.length === 1 ? "conv1d" : "conv2d";
  const weights = () =>
    turned(kind, "onnx", "nabla", { shape: dims, data: Float32Array.from(filters.data) }).data;
  return op.at.added(
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

function pool(op: Op, max: boolean): Value | (Value | undefined)[] {
  const { value, pixels } = op.pixels();
  const over = op.windows(op.ints("kernel_shape") ?? []);
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
  return op.at.added(value, `${max ? "max" : "average"}Pooling${pixels.length}d`, options);
}

export const spatial: Handlers = {
  Conv: conv,
  MaxPool: (op) => pool(op, true),
  AveragePool: (op) => pool(op, false),
};
