/**
 * The walk back through a graph: from the gradients of its outputs to those of its parameters and, where asked for, of its inputs.
 *
 * A node's turn comes when all gradients of its value have come. Of the inputs of a node the first comes first, and the whole path
 * behind it, before the next. Gradients of a value that is used several times are added as they come, always in the same order, so the
 * bits depend on nothing but the graph.
 */
import { floatsOf, type PlanBuilder, type Range } from "./builder.ts";
import { type Graph, type Made, type Node, usersOf } from "./graph.ts";
import { isTrainable, type Site } from "./operation.ts";

/** What is known when the walk begins. */
export interface Forward {
  readonly graph: Graph;
  readonly builder: PlanBuilder;
  /** Where forward() put each value. */
  readonly values: ReadonlyMap<Node, Range>;
  site(node: Made): Site;
}

/** A gradient that has come, and by which of the uses. */
interface Part {
  readonly use: number;
  readonly gradient: Range;
}

/**
 * Puts the backward instructions on the tape.
 *
 * @param given the gradients of the outputs; undefined for one that nothing depends on
 * @param inputGradients whether the gradient goes on to the network's inputs
 * @returns the gradients of the inputs, where they were wanted and depend on the outputs
 */
export function walkBack(
  { graph, builder, values, site }: Forward,
  given: readonly (Range | undefined)[],
  inputGradients: boolean,
): (Range | undefined)[] {
  const users = usersOf(graph);
  const wanted = new Set<Node>(inputGradients ? graph.inputs : []);
  for (const node of graph.nodes)
    if (inputGradients || isTrainable(node.operation) || node.from.some((value) => wanted.has(value)))
      wanted.add(node);
  /** How many gradients of a value are still to come. */
  const missing = new Map<Node, number>();
  for (const [value, uses] of users) missing.set(value, uses.length);
  const come = new Map<Node, Part>();
  const ready: Node[] = [];

  const deliver = (value: Node, use: number, gradient: Range | undefined) => {
    if (!wanted.has(value)) return;
    const before = come.get(value);
    if (gradient && before) {
      const [a, b] = before.use < use ? [before.gradient, gradient] : [gradient, before.gradient];
      const sum = builder.tensor("sums of gradients", value.shape);
      builder.emit("ADD", { y: sum, a, b, units: floatsOf(value.shape) });
      come.set(value, { use: Math.min(before.use, use), gradient: sum });
    } else if (gradient) come.set(value, { use, gradient });
    const left = missing.get(value)! - 1;
    missing.set(value, left);
    if (left === 0) ready.push(value);
  };

  const back = (node: Made, dy: Range): readonly Range[] => {
    const { operation, from } = node;
    const xs = from.map((value) => values.get(value)!);
    const needed = from.map((value) => wanted.has(value));
    const y = values.get(node)!;
    return "divide" in operation
      ? operation.divide(site(node), xs, y, dy, needed)
      : [operation.backward(site(node), xs[0], y, dy, needed[0])];
  };
  // being an output is the last use of a value
  const seen = new Map<Node, number>();
  graph.outputs.forEach((value, i) => {
    const use = seen.get(value) ?? users.get(value)!.indexOf(undefined);
    seen.set(value, use + 1);
    deliver(value, use, given[i]);
  });
  while (ready.length > 0) {
    const node = ready.pop()!;
    if (!node.operation) continue;
    const made = node as Made;
    const dy = come.get(node)?.gradient;
    const gradients = dy && back(made, dy);
    // the last first, so that the first is on top
    for (let i = made.from.length - 1; i >= 0; i--) {
      const value = made.from[i];
      const earlier = made.from.slice(0, i).filter((other) => other === value).length;
      deliver(value, users.get(value)!.indexOf(made) + earlier, gradients?.[i]);
    }
  }
  return graph.inputs.map((value) => come.get(value)?.gradient);
}
