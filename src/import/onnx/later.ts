/** Code for operators that few files have, loaded when a file has one. */
import type { OnnxGraph, OnnxNode } from "../../interop/onnx.ts";
import type { Building } from "../building.ts";
import type { Patterns } from "./connections.ts";
import type { Handler, Handlers } from "./op.ts";
import { HANDLERS } from "./operators.ts";
import { Missing, type PartName, type Parts } from "./parts.ts";
import { constantOf } from "./tensors.ts";

const LOAD: Readonly<Record<PartName, () => Promise<object>>> = {
  arithmetic: () => import("./ops/arithmetic.ts"),
  constants: () => import("./affine.ts"),
  functions: () => import("./ops/functions.ts"),
  moving: () => import("./ops/moving.ts"),
  cutting: () => import("./ops/cutting.ts"),
  normal: () => import("./ops/normal.ts"),
  reduce: () => import("./ops/reduce.ts"),
  resize: () => import("./ops/resize.ts"),
  recurrent: () => import("./ops/recurrent.ts"),
  transposed: () => import("./ops/transposed.ts"),
  products: () => import("./ops/products.ts"),
  folds: () => import("./fold.ts"),
  hints: () => import("./hints.ts"),
  patterns: () => import("./patterns.ts"),
  masked: () => import("./masks.ts"),
  attending: () => import("./ops/attention.ts"),
};

/** The operators that parts read: those of patterns are found by these themselves. */
export const OPERATORS: Readonly<Partial<Record<PartName, string>>> = {
  arithmetic: "Add Sub Mul Div Sum Mean Max Min Pow Neg Abs",
  constants: "DequantizeLinear",
  functions:
    "Softplus Softsign HardSwish Gelu PRelu Selu Celu ThresholdedRelu HardSigmoid Swish Mish Sign Shrink",
  moving: "CumSum Concat Gather Tile DepthToSpace SpaceToDepth Expand",
  cutting: "Slice Split Pad",
  normal: "LayerNormalization InstanceNormalization GroupNormalization MeanVarianceNormalization",
  reduce: "ReduceMean ReduceMax ReduceMin ReduceSum ReduceL1 ReduceSumSquare GlobalAveragePool GlobalMaxPool",
  resize: "Resize Upsample",
  recurrent: "RNN LSTM GRU",
  transposed: "ConvTranspose",
  folds: "Shape Size",
};
/** Those that only constants may be computed with. */
export const OF_CONSTANTS =
  "ConstantOfShape Mod Sqrt Floor Ceil Reciprocal Equal Greater Less GreaterOrEqual LessOrEqual Not And Or Where Trilu Range ReduceProd";

const PART_OF: ReadonlyMap<string, PartName> = /* @__PURE__ */ new Map([
  // BOTH of masked.ts, which stands for two of them
  ["(both directions)", "recurrent"] as const,
  ...OF_CONSTANTS.split(" ").map((type) => [type, "folds"] as const),
  ...(Object.keys(OPERATORS) as PartName[]).flatMap((name) =>
    OPERATORS[name]!.split(" ").map((type) => [type, name] as const),
  ),
]);

/** What is there for a file. */
export class Code {
  readonly parts: Parts = {};
  readonly handlers = new Map(Object.entries(HANDLERS));

  constructor(private readonly building: Building) {}

  /** @throws NablaError where it cannot be loaded */
  piece<Code>(load: () => Promise<Code>): Promise<Code> {
    return this.building.piece(load);
  }

  /** @throws NablaError where it cannot be loaded */
  async load(names: Iterable<PartName>): Promise<void> {
    const one = async (name: PartName) => {
      const part = await this.piece(LOAD[name]);
      this.parts[name] = part;
      const { handlers = {} } = part as { handlers?: Handlers };
      for (const [type, handler] of Object.entries(handlers)) this.handlers.set(type, handler);
    };
    await Promise.all(Array.from(new Set(names), (name) => this.parts[name] ?? one(name)));
  }

  /** Whether there is an operator of that name at all. */
  knows(type: string): boolean {
    return this.handlers.has(type) || PART_OF.has(type);
  }

  /** @returns undefined for operators that only constants may be computed with @throws Missing */
  handlerOf(type: string): Handler | undefined {
    const found = this.handlers.get(type);
    const part = PART_OF.get(type);
    if (!found && part && !this.parts[part]) throw new Missing(part);
    return found;
  }
}

/** Which patterns may be in a graph. */
function patternsIn({ nodes, initializers }: OnnxGraph): PartName[] {
  const types = new Set(nodes.map(({ type }) => type));
  const has = (...wanted: string[]) => wanted.every((type) => types.has(type));
  const weights = new Set(initializers.map(({ name }) => name));
  for (const { type, outputs } of nodes) if (type === "Constant") weights.add(outputs[0]);
  const names: PartName[] = [];
  if (has("Div") || has("Exp") || has("Erf") || has("Cast", "Greater") || has("Mul", "Sigmoid"))
    names.push("patterns");
  if (has("RNN") || has("LSTM") || has("GRU") || has("Equal") || has("Div", "ReduceSum"))
    names.push("masked");
  if (
    has("Softmax") &&
    nodes.some(({ type, inputs }) => type === "MatMul" && !inputs.some((each) => weights.has(each)))
  )
    names.push("attending");
  return names;
}

/** The nodes of a graph, with those that are put together in the place of the last of each; and what is needed to look for them. */
export async function simplifiedBy(code: Code, graph: OnnxGraph): Promise<readonly OnnxNode[]> {
  const names = patternsIn(graph);
  if (names.length === 0) return graph.nodes;
  const [{ simplified }] = await Promise.all([
    code.piece(() => import("./connections.ts")),
    code.load(names),
  ]);
  const patterns = names.map((name) => (code.parts[name] as { patterns: Patterns }).patterns);
  return simplified(graph, patterns, constantOf);
}

/** The nodes that outputs depend on. */
export function needed(graph: OnnxGraph, nodes: readonly OnnxNode[]): OnnxNode[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const found = new Set<OnnxNode>();
  const waiting = graph.outputs.map(({ name }) => name ?? "");
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = makers.get(name);
    if (!node || found.has(node)) continue;
    found.add(node);
    waiting.push(...node.inputs);
  }
  return nodes.filter((node) => found.has(node));
}

/** The parts that nodes need, as far as their names tell. @param given names of values that are known */
export function partsFor(
  nodes: readonly OnnxNode[],
  { inputs }: OnnxGraph,
  given: { has(name: string): boolean },
  code: Code,
): Set<PartName> {
  const moving = new Set(inputs.map(({ name = "" }) => name).filter((name) => !given.has(name)));
  const names = new Set<PartName>();
  for (const { type = "", inputs: from, outputs } of nodes) {
    const part = PART_OF.get(type);
    if (part) names.add(part);
    if (part === "arithmetic" && from.some((name) => !moving.has(name))) names.add("constants");
    if (!code.knows(type)) names.add("hints");
    if (type === "Shape" || type === "Size" || type === "Constant") continue;
    if (from.some((name) => moving.has(name))) for (const name of outputs) moving.add(name);
    else names.add("folds");
  }
  return names;
}
