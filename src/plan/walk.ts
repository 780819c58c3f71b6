/**
 * The walk back through a graph: from the gradients of its outputs to those of its parameters and, where asked for, of its inputs.
 *
 * Gradients are handed from a value to those it is made of, depth first: of the values a node is made of the first comes first, and the
 * whole path behind it, before the next. Where a value is used several times, its gradients are added as they come, and its own turn
 * comes with the last. So the order, and with it every bit, depends on nothing but the graph. For a chain it is last to first: walkChain()
 * puts the same on the tape and is all that programs of chains have.
 */
import { floatsOf, type PlanBuilder, type Range } from "./builder.ts";
import { type Graph, isTrainable, type Made, type Node, type Operation } from "./operation.ts";

/**
 * Puts the backward instructions of a chain on the tape.
 *
 * @param dy the gradient of its output
 * @param inputGradients whether the gradient goes on to its input
 * @returns the gradient of its input, where it was wanted
 */
export function walkChain(nodes: readonly Made[], dy: Range, inputGradients: boolean): Range | undefined {
  const first = inputGradients ? 0 : nodes.findIndex(({ operation }) => isTrainable(operation));
  let gradient = dy;
  for (let i = nodes.length - 1; i >= first && first >= 0; i--) {
    const { operation, from, site, y } = nodes[i];
    gradient = (operation as Operation).backward(
      site!,
      from[0].y!,
      y!,
      gradient,
      inputGradients || i > first,
    )!;
  }
  return inputGradients ? gradient : undefined;
}

/**
 * Puts the backward instructions of any graph on the tape.
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
  for (const value of inputs) value.wanted = inputGradients;
  for (const node of nodes)
    node.wanted = isTrainable(node.operation) || node.from.some(({ wanted }) => wanted);
  // from what nobody uses no gradient comes
  for (const node of [...nodes].reverse()) if (node.uses === 0) for (const value of node.from) value.uses--;
  /** Gradients on their way, the next one last. */
  const coming = outputs.map((value, i): [Node, Range?] => [value, given[i]]).reverse();
  for (let next = coming.pop(); next; next = coming.pop()) {
    const [value, gradient] = next;
    const { operation, from, shape, site, y, dy: before } = value;
    if (!value.wanted) continue;
    let dy = before ?? gradient;
    if (before && gradient) {
      dy = builder.tensor("sums of gradients", shape);
      builder.emit("ADD", { y: dy, a: before, b: gradient, units: floatsOf(shape) });
    }
    value.dy = dy;
    value.uses--;
    if (value.uses > 0 || !operation) continue;
    const xs = from.map((each) => each.y!);
    const needed = from.map(({ wanted }) => wanted!);
    const gradients =
      "divide" in operation
        ? operation.divide(site!, xs, y!, dy!, needed)
        : [operation.backward(site!, xs[0], y!, dy!, needed[0])];
    for (let i = from.length - 1; i >= 0; i--) coming.push([from[i], gradients[i]]);
  }
  return inputs.map(({ dy }) => dy);
}
