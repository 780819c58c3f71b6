/** How nodes make a value: their operators, attributes and inputs, compared with what this library writes. */
import type { OnnxNode } from "../../interop/onnx.ts";
import type { Connections } from "./connections.ts";

/** How nodes are connected: a name that is found or compared, a number, or an operator (a Cast with its type) and its inputs. */
export type Form = string | number | readonly Form[];

/** Operators' attributes where masks are: the only value that is read, and what one means that is left out. A Cast's stands in its form. */
const ATTRIBUTES: Readonly<
  Record<string, Readonly<Record<string, readonly [ours: string, unsaid: string]>>>
> = {
  ReduceSum: { keepdims: ["0", "1"], noop_with_empty_axes: ["0", "0"] },
  ReduceMin: { keepdims: ["0", "1"], axes: ["2", ""] },
  GatherElements: { axis: ["1", "0"] },
  TopK: { axis: ["1", "-1"], largest: ["1", "1"], sorted: ["1", "1"] },
  CumSum: { exclusive: ["0", "0"], reverse: ["0", "0"] },
};

/** Whether a node's attributes are those this library writes. @param to a Cast's */
export function isWritten({ type, attributes }: OnnxNode, to?: string): boolean {
  const known = to ? { to: [to, ""] as const } : (ATTRIBUTES[type!] ?? {});
  const said = new Map(
    attributes.map((one) => [
      one.name!,
      String(one.type === 7 ? Array.from(one.ints ?? []).join() : (one.i ?? 0)),
    ]),
  );
  return (
    [...said.keys()].every((name) => Object.hasOwn(known, name)) &&
    Object.entries(known).every(([name, [ours, unsaid]]) => (said.get(name) ?? unsaid) === ours)
  );
}

/** Whether a value is made so. @param found names, which are added to */
export function fits(
  at: Connections,
  name: string | undefined,
  form: Form,
  found: Map<string, string>,
): boolean {
  if (!name) return false;
  if (typeof form === "number") return at.number(name) === form;
  if (typeof form === "string") {
    const known = found.get(form);
    if (known !== undefined) return known === name;
    found.set(form, name);
    return true;
  }
  const [is, ...inputs] = form;
  const [type, to] = (is as string).split(" ");
  const node = at.maker(name, type!);
  if (!node || node.inputs.length !== inputs.length || !isWritten(node, to)) return false;
  return inputs.every((input, i) => fits(at, node.inputs[i], input, found));
}
