/** What each type of layer is in PyTorch: one line of KINDS. */
import type { Shape } from "../../shape.ts";
import { AXES, GATES, NORMALISATION, regated, turned } from "../layouts.ts";
import { multiHeadAttention } from "./attention.ts";
import { toOurs, toTheirs } from "./orders.ts";
import type { Part, Spare, Spot, Unit } from "./unit.ts";

const unit = ({ config }: Spot, parts: readonly Part[], more: Partial<Unit> = {}): Unit => ({
  layer: config.name!,
  type: config.type,
  path: config.name!,
  suffix: "",
  parts,
  spares: [],
  ...more,
});

const arrow = (from: string, to: string): string => (from === to ? "as it is" : `${from} → ${to}`);

/** A kernel whose axes PyTorch has in another order. */
function kernel(kind: keyof typeof AXES, shape: Shape, parameter = "kernel"): Part {
  const theirs = turned(kind, "nabla", "pytorch", { shape, data: new Float32Array(0) }).shape;
  return {
    parameter,
    tensors: [{ name: "weight", shape: theirs }],
    in: ([data]) => turned(kind, "pytorch", "nabla", { shape: theirs, data: data! }).data,
    out: (data) => [turned(kind, "nabla", "pytorch", { shape, data }).data],
    how: arrow(AXES[kind].pytorch, AXES[kind].nabla),
  };
}

/** Values of which PyTorch has as many, in an order that may be another. */
function vector(
  spot: Spot,
  parameter: string,
  name: string,
  { otherwise, order }: { otherwise?: number; order?: Int32Array } = {},
): Part[] {
  const shape = spot.shapes.get(parameter);
  if (!shape) return [];
  return [
    {
      parameter,
      tensors: [{ name, shape }],
      ...(otherwise !== undefined && { otherwise }),
      in: ([data]) => toOurs(data!, order),
      out: (data) => [toTheirs(data, order)],
      how: order ? "chw → hwc" : "as it is",
    },
  ];
}

const bias = (spot: Spot, order?: Int32Array) => vector(spot, "bias", "bias", { otherwise: 0, order });

/** A bias that the layer does without. */
const noBias = ({ shapes }: Spot, n: number): Spare[] =>
  shapes.has("bias")
    ? []
    : [{ name: "bias", shape: [n], value: 0, written: false, advice: "give the layer useBias: true" }];

function dense(spot: Spot): Unit[] {
  const shape = spot.shapes.get("kernel")!;
  const plain = kernel("dense", shape);
  const [rows, columns] = shape as [number, number];
  const [from, to] = [spot.input.order, spot.output.order];
  const moved: Part = {
    ...plain,
    in: ([data]) => toOurs(plain.in([toOurs(data!, to, rows)]), from, columns),
    out: (data) => [toTheirs(plain.out(toTheirs(data, from, columns))[0]!, to, rows)],
    how: [plain.how, ...(from ? ["rows chw → hwc"] : []), ...(to ? ["columns chw → hwc"] : [])].join(", "),
  };
  return [unit(spot, [moved, ...bias(spot, to)], { spares: noBias(spot, columns) })];
}

function convolution(spot: Spot): Unit[] {
  const { type, filters } = spot.config as unknown as {
    type: "conv1d" | "conv2d" | "conv2dTranspose";
    filters: number;
  };
  const own = kernel(type, spot.shapes.get("kernel")!);
  return [unit(spot, [own, ...bias(spot)], { spares: noBias(spot, filters) })];
}

/** Two convolutions there. */
function separable(spot: Spot): Unit[] {
  const { name, filters } = spot.config as unknown as { name: string; filters: number };
  const [height, width, channels, multiplier] = spot.shapes.get("depthwiseKernel") as number[] as [
    number,
    number,
    number,
    number,
  ];
  const deep = kernel("conv2d", [height, width, 1, channels * multiplier], "depthwiseKernel");
  const wide = kernel("conv2d", spot.shapes.get("pointwiseKernel")!, "pointwiseKernel");
  return [
    unit(spot, [deep], { path: `${name}.depthwise` }),
    unit(spot, [wide, ...bias(spot)], { path: `${name}.pointwise`, spares: noBias(spot, filters) }),
  ];
}

/** Scale and shift, which a file may lack; a layer without them takes those that change nothing. */
function normalised(spot: Spot, more: (order?: Int32Array) => readonly Part[] = () => []): Unit[] {
  const { epsilon } = spot.config as unknown as { epsilon: number };
  const { shape, order } = spot.input;
  const n = shape[shape.length - 1]!;
  const own = [
    ["gamma", "weight", 1, "scale"],
    ["beta", "bias", 0, "center"],
  ] as const;
  const parts = own.flatMap(([parameter, name, otherwise]) =>
    vector(spot, parameter, name, { otherwise, order }),
  );
  const spares = own
    .filter(([parameter]) => !spot.shapes.has(parameter))
    .map(([, name, value, option]) => ({
      ...{ name, shape: [n], value },
      // both are there or none
      written: parts.length > 0,
      advice: `give the layer ${option}: true`,
    }));
  const usual = NORMALISATION.pytorch.epsilon;
  const note =
    epsilon === usual
      ? undefined
      : `its epsilon is ${epsilon}; PyTorch's is ${usual} unless its module says another, and the file does not say it`;
  return [unit(spot, [...parts, ...more(order)], { spares, ...(note && { note }) })];
}

const batchNormalization = (spot: Spot): Unit[] =>
  normalised(spot, (order) => [
    ...vector(spot, "movingMean", "running_mean", { order }),
    ...vector(spot, "movingVariance", "running_var", { order }),
  ]);

function prelu(spot: Spot): Unit[] {
  const shape = spot.shapes.get("alpha")!;
  const n = shape[shape.length - 1]!;
  if (shape.slice(0, -1).some((size) => size > 1))
    return [
      unit(spot, [], {
        problem:
          "PyTorch's PReLU has a slope for each channel, or one: share the other axes, sharedAxes: [1, 2] of an image",
      }),
    ];
  const [part] = vector(spot, "alpha", "weight", { order: spot.input.order });
  return [unit(spot, [{ ...part!, tensors: [{ name: "weight", shape: [n] }] }])];
}

const embedding = (spot: Spot): Unit[] => [unit(spot, vector(spot, "embeddings", "weight"))];

/** Added to another bias it changes no bit, a zero's sign neither. */
const NOTHING = -0;

function recurrent(spot: Spot): Unit[] {
  const { type, units, resetAfter } = spot.config as unknown as {
    type: keyof typeof GATES;
    units: number;
    resetAfter?: boolean;
  };
  const place = { path: spot.module ?? spot.config.name!, suffix: spot.back ? "_l0_reverse" : "_l0" };
  if (type === "gru" && !resetAfter)
    return [
      unit(spot, [], {
        ...place,
        problem: "PyTorch's GRU has the reset gate behind the product: give the layer resetAfter: true",
      }),
    ];
  const gates = arrow(GATES[type].pytorch, GATES[type].nabla);
  const how = gates === "as it is" ? "" : `, gates ${gates}`;
  const matrix = (parameter: string, name: string): Part => {
    const plain = kernel("recurrent", spot.shapes.get(parameter)!, parameter);
    return {
      ...plain,
      tensors: [{ ...plain.tensors[0]!, name }],
      in: (tensors) => regated(type, "pytorch", "nabla", plain.in(tensors), units),
      out: (data) => plain.out(regated(type, "nabla", "pytorch", data, units)),
      how: `${plain.how}${how}`,
    };
  };
  const columns = GATES[type].nabla.length * units;
  const biases = ["bias_ih", "bias_hh"].map((name) => ({ name, shape: [columns] }));
  const both: Part = {
    parameter: "bias",
    tensors: biases,
    otherwise: 0,
    in(tensors) {
      const [x, h] = tensors.map((data) => regated(type, "pytorch", "nabla", data, units)) as [
        Float32Array,
        Float32Array,
      ];
      return type === "gru" ? Float32Array.from([...x, ...h]) : x.map((value, i) => value + h[i]!);
    },
    out(data) {
      const all = regated(type, "nabla", "pytorch", data, units);
      return type === "gru"
        ? [all.slice(0, columns), all.slice(columns)]
        : [all, new Float32Array(columns).fill(NOTHING)];
    },
    how: `${type === "gru" ? "side by side" : "added"}${how}`,
  };
  const hasBias = spot.shapes.has("bias");
  const spares = biases.map((each) => ({
    ...{ ...each, value: 0, written: false },
    advice: "give the layer useBias: true",
  }));
  const parts = [matrix("kernel", "weight_ih"), matrix("recurrentKernel", "weight_hh")];
  return [unit(spot, hasBias ? [...parts, both] : parts, { ...place, spares: hasBias ? [] : spares })];
}

export const KINDS: Readonly<Record<string, (spot: Spot) => Unit[]>> = {
  dense,
  conv1d: convolution,
  conv2d: convolution,
  conv2dTranspose: convolution,
  separableConv2d: separable,
  batchNormalization,
  layerNormalization: (spot) => normalised(spot),
  groupNormalization: (spot) => normalised(spot),
  prelu,
  embedding,
  multiHeadAttention,
  simpleRnn: recurrent,
  lstm: recurrent,
  gru: recurrent,
};
