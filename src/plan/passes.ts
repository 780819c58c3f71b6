/** What is changed in a graph before it is planned. Its outputs keep their values. */
import { put } from "./graph.ts";
import type { Graph, Made, Node } from "./operation.ts";
import { flattenOutput } from "./reshape.ts";

/**
 * An activation that never falls is applied after a max pooling that follows it: the largest value stays the largest, its gradient goes
 * the same way, and there are fewer of them (four times, for windows of 2 × 2).
 */
export function activationAfterMax(node: Made, { outputs }: Graph): void {
  const { operation, inside, shape } = node;
  const [before] = node.from;
  const after = before.uses === 1 && before.operation?.afterMax?.(shape);
  if (!after || inside || outputs.includes(node)) return;
  before.operation = operation;
  before.shape = shape;
  node.operation = after;
}

/** What leaves an image with padding channels ends with a flat copy. @param stays which outputs are left as images */
export function flatOutputs(
  { nodes, outputs }: Graph,
  stays?: (value: Node, output: number) => boolean,
): void {
  for (const [i, value] of outputs.entries()) {
    if (stays?.(value, i)) continue;
    const operation = flattenOutput(value.operation?.layer ?? "input", value.shape);
    if (!operation) continue;
    // the copy is the output instead
    value.uses--;
    outputs[i] = put(nodes, operation, [value]);
    outputs[i].uses++;
  }
}

/**
 * Leaves out activations that make an output and nothing else, where `skips` says that the kernel of the loss computes them.
 *
 * @returns what the loss is told of each output: the activation that was left to its kernel; "linear" for values that no activation
 * made; "computed" for those of an activation that is on the tape, which no kernel may compute a second time
 */
export function withoutLast(
  { nodes, outputs }: Graph,
  skips: (output: number, activation: string) => boolean,
): string[] {
  return outputs.map((value, i) => {
    const activation = value.operation?.activation;
    if (activation && value.uses === 1 && skips(i, activation)) {
      nodes.splice(nodes.indexOf(value as Made), 1);
      [outputs[i]] = value.from;
      return activation;
    }
    let made = value;
    while (made.operation?.onlyLayout) [made] = made.from;
    return made.operation?.activation ? "computed" : "linear";
  });
}
