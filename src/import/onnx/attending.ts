/** Attention, which exporters write as products of matrices with a softmax between them: found by how these are connected. */
import type { OnnxNode } from "../../interop/onnx.ts";
import type { Connections, Found, Patterns } from "./connections.ts";

/**
 * [queries, keys turned, values, which keys are seen, what the others' scores become, what is added to scores, what shares are multiplied by],
 * then what scores are multiplied by, `times` of them, and what they are divided by. The name of no operator.
 */
export const ATTENDING = "(attention)";

/** What does not depend on the model's input, that a value is multiplied or divided by. */
interface Scaled {
  readonly from: string | undefined;
  readonly times: readonly string[];
  readonly by: readonly string[];
}

function scaled(at: Connections, name: string | undefined): Scaled {
  const node = at.maker(name, "Mul", "Div");
  // numbers that differ are no scale: a layer of their own
  const i = node?.inputs.findIndex((each) => at.isFixed(each) && !at.isVaried(each)) ?? -1;
  if (!node || i < 0 || (node.type === "Div" && i === 0)) return { from: name, times: [], by: [] };
  const constant = [node.inputs[i]!];
  return node.type === "Mul"
    ? { from: node.inputs[1 - i], times: constant, by: [] }
    : { from: node.inputs[0], times: [], by: constant };
}

/** What hides keys from queries: what chooses between scores and a low number, and what is added to scores. */
interface Hidden {
  readonly scores: string | undefined;
  readonly where?: string;
  readonly never?: string;
  /** Whether it is true for keys that are hidden. */
  readonly turned?: boolean;
  readonly added?: string;
  /** Whether it is subtracted. */
  readonly less?: boolean;
  /** What is multiplied behind the softmax, instead of what the file has there. */
  readonly after?: string | undefined;
  /** Masks of keys and of queries. */
  readonly keys?: readonly string[];
  readonly query?: string | undefined;
  readonly before?: readonly OnnxNode[];
}

/** Products within products: more than a mask of queries, two of keys, and what is fixed make. */
const MOST_DEEP = 4;

/** The factors of a product. */
function factors(at: Connections, name: string, deep = 0): string[] {
  const product = deep < MOST_DEEP && !at.isFixed(name) ? at.maker(name, "Mul") : undefined;
  return product ? product.inputs.flatMap((each) => factors(at, each, deep + 1)) : [name];
}

/**
 * Keys and queries that are padding, beside later keys: Where(Greater(all, 0), scores, never), where `all` is a product of masks that have
 * more axes, and of what is fixed.
 */
function padding(at: Connections, name: string | undefined, all: string): Hidden | undefined {
  const [where, scores, never] = at.maker(name, "Where")?.inputs ?? [];
  const above = at.maker(where, "Greater");
  if (above?.inputs[0] !== all || at.number(above.inputs[1]) !== 0 || !at.isFixed(never)) return undefined;
  const keys: string[] = [];
  const fixed: string[] = [];
  const queries: string[] = [];
  for (const factor of factors(at, all)) {
    const wide = at.maker(factor, "Unsqueeze");
    const axes = at.numbers(wide?.inputs[1])?.join();
    if (at.isFixed(factor)) fixed.push(factor);
    else if (axes === "1" || axes === "1,2") keys.push(wide!.inputs[0]!);
    else if (axes === "2" || axes === "1,3") queries.push(wide!.inputs[0]!);
    else return undefined;
  }
  if (fixed.length > 1 || queries.length > 1) return undefined;
  const masks = { scores, keys, query: queries[0], after: fixed[0] };
  if (fixed.length === 0) return masks;
  const earlier = `${where} (earlier)`;
  const node = { ...above, inputs: [fixed[0]!, above.inputs[1]!], outputs: [earlier] };
  return { ...masks, where: earlier, never: never!, before: [node] };
}

function hidden(at: Connections, name: string | undefined): Hidden {
  const [where, one, other] = at.maker(name, "Where")?.inputs ?? [];
  if (at.isFixed(where) && at.isFixed(other)) return { scores: one, where, never: other! };
  if (at.isFixed(where) && at.isFixed(one)) return { scores: other, where, never: one!, turned: true };
  const sum = at.maker(name, "Add", "Sub");
  const i = sum?.inputs.findIndex((each) => at.isFixed(each)) ?? -1;
  const less = sum?.type === "Sub";
  if (i < 0 || (less && i === 0)) return { scores: name };
  return { scores: sum!.inputs[1 - i], added: sum!.inputs[i]!, less };
}

/** softmax(scale · q kᵀ) v */
function attending(at: Connections, last: OnnxNode): Found | undefined {
  const [given, values] = last.inputs;
  const product = at.maker(given, "Mul");
  const spread = at.maker(product?.inputs.find((name) => at.maker(name, "Softmax")) ?? given, "Softmax");
  const after = at.other(product, spread?.outputs[0]);
  if (!spread || !values || at.isFixed(values)) return undefined;
  const padded = after !== undefined && !at.isFixed(after) ? padding(at, spread.inputs[0], after) : undefined;
  if (product && !at.isFixed(after) && !padded) return undefined;
  // what is meant where it says none depends on the version of the operators
  const axis = spread.attributes.filter(({ name }) => name === "axis");
  const found = padded ?? hidden(at, spread.inputs[0]);
  const { scores, where = "", never = "", turned, added = "", less, keys = [], query = "" } = found;
  const whole = scaled(at, scores);
  const matrices = at.maker(whole.from, "MatMul");
  if (!matrices || matrices.inputs.some((name) => at.isFixed(name))) return undefined;
  // PyTorch multiplies both sides by the root
  const [q, k] = matrices.inputs.map((name) => scaled(at, name)) as [Scaled, Scaled];
  const all = [whole, q, k];
  const times = all.flatMap((one) => one.times);
  const attributes = [
    { name: "times", i: times.length },
    { name: "turned", i: Number(turned ?? false) },
    { name: "less", i: Number(less ?? false) },
    { name: "keyMasks", strings: [...keys] },
    { name: "queryMask", s: query },
    ...axis,
  ];
  const kept = padded ? padded.after : after;
  const constants = [where, never, added, kept ?? "", ...times, ...all.flatMap((one) => one.by)];
  return {
    last,
    ...(found.before && { before: found.before }),
    node: { ...last, type: ATTENDING, inputs: [q.from!, k.from!, values, ...constants], attributes },
  };
}

export const patterns: Patterns = new Map([["MatMul", [attending]]]);
