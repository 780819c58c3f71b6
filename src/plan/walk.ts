/**
 * The walk back through a graph: from the gradients of its outputs to those of its parameters and, where asked for, of its inputs.
 *
 * Gradients are handed from a value to those it is made of, depth first: of the values a node is made of the first comes first, and the
 * whole path behind it, before the next. Where a value is used several times, its gradients are added as they come, and its own turn
 * comes with the last. So the order, and with it every bit, depends on nothing but the graph; for a chain it is last to first.
 */
import { floatsOf, type PlanBuilder, type Range } from "./builder.ts";
import type { Graph, Node } from "./graph.ts";
import { isTrainable } from "./operation.ts";

/**
 * Puts the backward instructions on the tape.
 *
 * @param graph whose values lie where the forward pass put them
 * @param given the gradients of the outputs
 * @param inputGradients whether the gradient goes on to the network's inputs
 * @returns the gradients of the inputs, where they were wanted
 */
export function walkBack(
  builder: PlanBuilder,
  { inputs, nodes, outputs }: Graph,
  given: readonly Range[],
  inputGradients: boolean,
): (Range | undefined)[] {
  /** What gradients go to: what has parameters that are trained, or depends on such. */
  const wanted = new Set<Node>(inputGradients ? inputs : []);
  for (const node of nodes)
    if (isTrainable(node.operation) || node.from.some((value) => wanted.has(value))) wanted.add(node);
  /** The sums of the gradients that have come, and how many are still to come. */
  const sums = new Map<Node, Range>();
  const missing = new Map<Node, number>();
  /** Gradients on their way, the next one last. */
  const coming = outputs.map((value, i): [Node, Range] => [value, given[i]]).reverse();
  for (let next = coming.pop(); next; next = coming.pop()) {
    const [value, gradient] = next;
    if (!wanted.has(value)) continue;
    const { operation, from, site, shape, y, uses } = value;
    const before = sums.get(value);
    let dy = gradient;
    if (before) {
      dy = builder.tensor("sums of gradients", shape);
      builder.emit("ADD", { y: dy, a: before, b: gradient, units: floatsOf(shape) });
    }
    sums.set(value, dy);
    const left = (missing.get(value) ?? uses) - 1;
    missing.set(value, left);
    if (left > 0 || !operation) continue;
    const xs = from.map((each) => each.y!);
    const needed = from.map((each) => wanted.has(each));
    const gradients =
      "divide" in operation
        ? operation.divide(site!, xs, y!, dy, needed)
        : [operation.backward(site!, xs[0], y!, dy, needed[0])];
    for (let i = from.length; i-- > 0; ) coming.push([from[i], gradients[i]]);
  }
  return inputs.map((value) => sums.get(value));
}
