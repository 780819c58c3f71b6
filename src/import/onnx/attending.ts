/** Attention, which exporters write as products of matrices with a softmax between them: found by how these are connected. */
import type { OnnxNode } from "../../interop/onnx.ts";
import type { Connections, Found } from "./patterns.ts";

/** [queries, keys turned, values, which keys are seen, what is added to scores]. The name of no operator. */
export const ATTENDING = "(attention)";

/** A number that a node multiplies or divides by. @returns what it does that to */
function scaled(at: Connections, name: string | undefined): { from: string | undefined; scale: number } {
  const node = at.maker(name, "Mul", "Div");
  if (!node) return { from: name, scale: 1 };
  const i = node.inputs.findIndex((each) => at.number(each) !== undefined);
  if (i < 0 || (node.type === "Div" && i === 0)) return { from: name, scale: 1 };
  const n = at.number(node.inputs[i])!;
  return { from: node.inputs[1 - i], scale: node.type === "Mul" ? n : 1 / n };
}

/** What hides keys from queries: constants that are multiplied, and those that are added. */
interface Hidden {
  readonly scores: string | undefined;
  readonly seen: string;
  readonly added: string;
}

function hidden(at: Connections, name: string | undefined): Hidden {
  const where = at.maker(name, "Where");
  const is = at.maker(where?.inputs[0], "Greater");
  // keys are seen where the constant is 1, not where it is 0
  const border = at.number(is?.inputs[1]) ?? Number.NaN;
  const parts = border >= 0 && border < 1;
  if (where && is && parts && at.isWeight(is.inputs[0]) && (at.number(where.inputs[2]) ?? 0) < -1e4)
    return { scores: where.inputs[1], seen: is.inputs[0]!, added: "" };
  const sum = at.maker(name, "Add");
  const i = sum?.inputs.findIndex((each) => at.isWeight(each)) ?? -1;
  if (i >= 0) return { scores: sum!.inputs[1 - i], seen: "", added: sum!.inputs[i]! };
  return { scores: name, seen: "", added: "" };
}

/** softmax(scale · q kᵀ) v */
export function attending(at: Connections, last: OnnxNode): Found | undefined {
  const [given, values] = last.inputs;
  const product = at.maker(given, "Mul");
  const spread = at.maker(product?.inputs.find((name) => at.maker(name, "Softmax")) ?? given, "Softmax");
  const seenAfter = at.other(product, spread?.outputs[0]);
  if (!spread || !values || at.isWeight(values)) return undefined;
  if (product && !at.isWeight(seenAfter)) return undefined;
  const axis = spread.attributes.find(({ name }) => name === "axis")?.i ?? -1;
  const { scores, seen, added } = hidden(at, spread.inputs[0]);
  if (product && seen !== seenAfter) return undefined;
  const whole = scaled(at, scores);
  const matrices = at.maker(whole.from, "MatMul");
  if (!matrices || matrices.inputs.some((name) => at.isWeight(name))) return undefined;
  // PyTorch multiplies both sides by the root
  const [q, k] = matrices.inputs.map((name) => scaled(at, name)) as [
    ReturnType<typeof scaled>,
    ReturnType<typeof scaled>,
  ];
  const attributes = [
    { name: "scale", f: whole.scale * q.scale * k.scale },
    { name: "axis", i: axis },
  ];
  const inputs = [q.from!, k.from!, values, seen, added];
  return { last, node: { ...last, type: ATTENDING, inputs, attributes } };
}
