/** Layers that exporters write as many small nodes: found by how these are connected, and read as one. */
import type { OnnxGraph, OnnxNode, OnnxTensor } from "../../interop/onnx.ts";
import { attending } from "./attending.ts";
import { averaged, directions, embedded, masking, padded, unpadded } from "./masked.ts";
import { constantOf } from "./tensors.ts";

/** Normalisation over some axes without gamma and beta: [x, epsilon, axes?]. The name of no operator. */
export const STANDARDISE = "(normalisation)";

/** (x − mean) / deviation with constants. */
export const BY_CONSTANTS = "(normalisation by constants)";

export class Connections {
  readonly makers = new Map<string, OnnxNode>();
  readonly users = new Map<string, OnnxNode[]>();

  constructor(readonly graph: OnnxGraph) {
    for (const node of graph.nodes) {
      for (const name of node.outputs) if (name !== "") this.makers.set(name, node);
      for (const name of new Set(node.inputs))
        if (name !== "") this.users.set(name, [...(this.users.get(name) ?? []), node]);
    }
  }

  /** What makes a value, if it is such an operator. */
  maker(name: string | undefined, ...types: string[]): OnnxNode | undefined {
    const node = this.makers.get(name ?? "");
    return node && types.includes(node.type ?? "") ? node : undefined;
  }

  /** The only node that uses a value. */
  user(name: string | undefined, type: string): OnnxNode | undefined {
    const users = this.users.get(name ?? "") ?? [];
    return users.length === 1 && users[0]!.type === type ? users[0] : undefined;
  }

  private tensor(name: string | undefined): OnnxTensor | undefined {
    return (
      this.graph.initializers.find((one) => one.name === name) ??
      this.maker(name, "Constant")?.attributes.find((one) => one.name === "value")?.t
    );
  }

  /** Whether it is a weight of several values, which are not all the same as far as can be seen. */
  isVaried(name: string | undefined): boolean {
    const tensor = this.tensor(name);
    if (!tensor || Array.from(tensor.dims).every((n) => n === 1)) return false;
    if (tensor.location === 1) return true;
    const { data } = constantOf(tensor);
    return data.some((n) => n !== data[0]);
  }

  /** A constant of one value. */
  number(given: string | undefined): number | undefined {
    const tensor = this.tensor(this.maker(given, "Cast", "CastLike")?.inputs[0] ?? given);
    if (!tensor || tensor.location === 1) return undefined;
    const { data } = constantOf(tensor);
    return data.length === 1 ? data[0] : undefined;
  }

  /** Whether a value is an output of the model. */
  isOutput(name: string): boolean {
    return this.graph.outputs.some((one) => one.name === name);
  }

  /** The numbers of a constant. */
  numbers(name: string | undefined): number[] | undefined {
    const tensor = this.tensor(name);
    return tensor && tensor.location !== 1 ? Array.from(constantOf(tensor).data) : undefined;
  }

  /** The shape of a constant. */
  dims(name: string | undefined): ArrayLike<number> | undefined {
    return this.tensor(name)?.dims;
  }

  /** Whether a value is a weight of the file. */
  isWeight(name: string | undefined): boolean {
    this.weights ??= new Set(this.graph.initializers.map((one) => one.name ?? ""));
    return name !== undefined && (this.weights.has(name) || this.maker(name, "Constant") !== undefined);
  }
  private weights: ReadonlySet<string> | undefined;

  /** Whether a value is the same whatever the model's input is, but for the sizes of that. */
  isFixed(name: string | undefined): boolean {
    if (!this.moving) {
      this.moving = new Set(this.graph.inputs.map((one) => one.name ?? ""));
      for (const one of this.graph.initializers) this.moving.delete(one.name ?? "");
      // nodes are in the order they run in
      for (const { type, inputs, outputs } of this.graph.nodes)
        if (type !== "Shape" && type !== "Size" && inputs.some((each) => this.moving!.has(each)))
          for (const each of outputs) this.moving.add(each);
    }
    return name !== undefined && name !== "" && !this.moving.has(name);
  }
  private moving: Set<string> | undefined;

  /** The other input of a node of two; undefined where the one is none of them. */
  other(node: OnnxNode | undefined, one: string | undefined): string | undefined {
    const [a, b] = node?.inputs ?? [];
    return a === one ? b : b === one ? a : undefined;
  }

  /** The input of a node that is multiplied by a number. */
  times(node: OnnxNode | undefined, factor: number): string | undefined {
    if (node?.type !== "Mul") return undefined;
    const at = node.inputs.findIndex((name) => near(this.number(name), factor));
    return at < 0 ? undefined : node.inputs[1 - at];
  }
}

const near = (n: number | undefined, wanted: number) =>
  n !== undefined && Math.abs(n - wanted) < 1e-4 * wanted;

/** The nodes of a graph, with those that are put together in the place of the last of each. */
export function simplified(graph: OnnxGraph): OnnxNode[] {
  const at = new Connections(graph);
  const instead = new Map<OnnxNode, readonly OnnxNode[]>();
  for (const node of graph.nodes) {
    const made = PATTERNS[node.type ?? ""]?.(at, node);
    if (!made) continue;
    instead.set(made.last, [...(made.before ?? []), made.node]);
    for (const gone of made.gone ?? []) instead.set(gone, []);
  }
  return graph.nodes.flatMap((node) => instead.get(node) ?? [node]);
}

/** (x − mean) / √(variance + ε) */
function standardised(at: Connections, last: OnnxNode): Found | undefined {
  const [difference, deviation] = last.inputs;
  const centred = at.maker(difference, "Sub");
  const [x, meanName] = centred?.inputs ?? [];
  const mean = at.maker(meanName, "ReduceMean");
  const sum = at.maker(at.maker(deviation, "Sqrt")?.inputs[0], "Add");
  const spread = sum?.inputs.find((name) => at.maker(name, "ReduceMean", "Sub"));
  const epsilon = at.other(sum, spread);
  if (!x || mean?.inputs[0] !== x || !epsilon || at.number(epsilon) === undefined) return undefined;
  const isCentred = (name: string | undefined) => {
    const node = at.maker(name, "Sub");
    return name === difference || (node?.inputs[0] === x && node.inputs[1] === meanName);
  };
  /** Whether a value is the square of one of these. */
  const isSquare = (name: string | undefined, of: (name: string | undefined) => boolean) => {
    const square = at.maker(name, "Pow", "Mul");
    const [base, power] = square?.inputs ?? [];
    return of(base) && (square?.type === "Pow" ? at.number(power) === 2 : of(power));
  };
  const meanOf = (name: string | undefined) => at.maker(name, "ReduceMean")?.inputs[0];
  // the mean of squares, or that less the square of the mean
  const [squares, less] = at.maker(spread, "Sub")?.inputs ?? [];
  const fits = less
    ? isSquare(meanOf(squares), (name) => name === x) && isSquare(less, (name) => name === meanName)
    : isSquare(meanOf(spread), isCentred);
  if (!fits) return undefined;
  const inputs = [x, epsilon, ...(mean.inputs[1] ? [mean.inputs[1]] : [])];
  return { last, node: { ...last, type: STANDARDISE, inputs, attributes: mean.attributes } };
}

/** exp(x − max) / Σ exp(x − max) */
function softmax(at: Connections, last: OnnxNode): Found | undefined {
  const [top, bottom] = last.inputs;
  const sum = at.maker(bottom, "ReduceSum");
  const difference = at.maker(at.maker(top, "Exp")?.inputs[0], "Sub");
  const [x, most] = difference?.inputs ?? [];
  const largest = at.maker(most, "ReduceMax");
  if (!x || sum?.inputs[0] !== top || largest?.inputs[0] !== x) return undefined;
  const axes = largest.attributes.find(({ name }) => name === "axes")?.ints;
  const axis = axes?.length === 1 ? axes[0] : axes ? undefined : at.number(largest.inputs[1]);
  if (axis === undefined || sum.attributes.some(({ name, i }) => name === "keepdims" && i === 0))
    return undefined;
  return { last, node: { ...last, type: "Softmax", inputs: [x], attributes: [{ name: "axis", i: axis }] } };
}

/** d − log Σ exp d, where d is x − max */
function logSoftmax(at: Connections, last: OnnxNode): Found | undefined {
  const [difference, log] = last.inputs;
  const sum = at.maker(at.maker(log, "Log")?.inputs[0], "ReduceSum");
  const top = at.maker(sum?.inputs[0], "Exp");
  if (!sum || !top || top.inputs[0] !== difference) return undefined;
  const alike = softmax(at, { ...last, inputs: [top.outputs[0]!, sum.outputs[0]!] });
  return alike && { last, node: { ...alike.node, type: "LogSoftmax" } };
}

/** ½ x (1 + erf(x / √2)) */
function gelu(at: Connections, erf: OnnxNode): Found | undefined {
  const scaled = at.maker(erf.inputs[0], "Div", "Mul");
  const x =
    scaled?.type === "Div" && near(at.number(scaled.inputs[1]), Math.SQRT2)
      ? scaled.inputs[0]
      : at.times(scaled, Math.SQRT1_2);
  const sum = at.user(erf.outputs[0], "Add");
  const product = at.user(sum?.outputs[0], "Mul");
  const factor = at.other(product, sum?.outputs[0]);
  if (x === undefined || !product || at.number(at.other(sum, erf.outputs[0])) !== 1) return undefined;
  const half = factor === x ? at.user(product.outputs[0], "Mul") : undefined;
  const last =
    half && near(at.number(at.other(half, product.outputs[0])), 0.5)
      ? half
      : at.times(at.maker(factor, "Mul"), 0.5) === x
        ? product
        : undefined;
  return last && { last, node: { ...last, type: "Gelu", inputs: [x], attributes: [] } };
}

/** (x − mean) / deviation */
function byConstants(at: Connections, last: OnnxNode): Found | undefined {
  const [top, deviation] = last.inputs;
  const difference = at.user(top, "Div") && at.maker(top, "Sub");
  const [x, mean] = difference?.inputs ?? [];
  if (!x || !mean || !at.isWeight(mean) || !at.isWeight(deviation) || at.isWeight(x)) return undefined;
  return { last, node: { ...last, type: BY_CONSTANTS, inputs: [x, mean, deviation!] } };
}

/** e^(−x²) */
function gaussian(at: Connections, last: OnnxNode): Found | undefined {
  const square = at.maker(at.maker(last.inputs[0], "Neg")?.inputs[0], "Mul");
  const [x, y] = square?.inputs ?? [];
  return x !== undefined && x === y ? { last, node: { ...last, type: "Gaussian", inputs: [x] } } : undefined;
}

/** 1 where x > 0, else 0 */
function step(at: Connections, last: OnnxNode): Found | undefined {
  const above = at.maker(last.inputs[0], "Greater");
  if (!above || at.number(above.inputs[1]) !== 0) return undefined;
  return { last, node: { ...last, type: "Step", inputs: [above.inputs[0]!] } };
}

/** x · sigmoid(x) */
function silu(at: Connections, last: OnnxNode): Found | undefined {
  const gate = last.inputs.find((name) => at.user(name, "Mul") && at.maker(name, "Sigmoid"));
  const x = at.other(last, gate);
  if (!gate || !x || at.maker(gate, "Sigmoid")!.inputs[0] !== x) return undefined;
  return { last, node: { ...last, type: "Swish", inputs: [x], attributes: [] } };
}

export interface Found {
  readonly last: OnnxNode;
  readonly node: OnnxNode;
  /** What the new one needs. */
  readonly before?: readonly OnnxNode[];
  /** What it is besides, or makes what nobody may have any longer. */
  readonly gone?: readonly OnnxNode[];
}
type Pattern = (at: Connections, node: OnnxNode) => Found | undefined;
/** By the operator they are found at. */
const PATTERNS: Readonly<Partial<Record<string, Pattern>>> = Object.assign(Object.create(null), {
  Div: (at, node) =>
    standardised(at, node) ?? softmax(at, node) ?? byConstants(at, node) ?? averaged(at, node),
  Exp: gaussian,
  Cast: step,
  Mul: (at, node) => silu(at, node) ?? masking(at, node) ?? unpadded(at, node) ?? directions(at, node),
  Where: unpadded,
  Concat: directions,
  Sum: directions,
  Mean: directions,
  Gather: embedded,
  RNN: padded,
  LSTM: padded,
  GRU: padded,
  Sub: logSoftmax,
  Erf: gelu,
  MatMul: attending,
} satisfies Record<string, Pattern>);
