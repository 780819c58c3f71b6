/** Transposed convolution. */
import { turned } from "../../../interop/layouts.ts";
import { Unsupported } from "../../problems.ts";
import type { Handlers, Op } from "../op.ts";
import { type Axis, batchSteps, type Value } from "../value.ts";

type Sides = [before: number, after: number];

function convTranspose(op: Op): Value {
  const { value: given, pixels, channels } = op.pixels();
  const { at } = op;
  const filters = op.known(1, "its filters");
  const bias = op.maybe(2, "its bias");
  const { dims } = filters;
  const [kernel, groups] = [dims.slice(2), op.int("group", 1)];
  if (dims.length !== pixels.length + 2 || dims[0] !== channels)
    throw new Unsupported(
      `its filters of shape [${dims.join(", ")}] do not fit ${channels} channels of ${pixels.length} axes of pixels`,
    );
  const { strides, dilations } = op.windows(kernel);
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
  const steps = batchSteps(given);
  const value = flat ? at.arrange(given, [...steps, [], ...given.held.slice(steps.length)]) : given;
  const pair = <T>(list: readonly T[], one: T): readonly T[] => (flat ? [one, ...list] : list);
  const window = pair(kernel, 1);
  const order = {
    shape: flat ? [dims[0]!, dims[1]!, 1, dims[2]!] : dims,
    data: Float32Array.from(filters.data),
  };
  const image = at.added(
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

export const handlers: Handlers = { ConvTranspose: convTranspose };
