/**
 * A network as values and what they are made of. A node is a value: an input, or what an operation makes of other values. A graph lists
 * them in the order they are computed in. It is made for one plan: passes change it, and planning notes in it where values lie.
 */
import type { AnyOperation, Architecture, Graph, Made, Node } from "./operation.ts";

/** Puts a value behind those it is made of. */
export function put(nodes: Made[], operation: AnyOperation, from: readonly Node[], inside = false): Made {
  for (const value of from) value.uses++;
  const node = { operation, from, shape: operation.outputShape, uses: 0, inside };
  nodes.push(node);
  return node;
}

export function graphOf({ inputs, layers, outputs }: Architecture): Graph {
  const nodes: Made[] = [];
  const given = inputs.map(({ shape }): Node => ({ from: [], shape, uses: 0 }));
  /** Of the inputs, then of the layers. */
  const values = [...given];
  for (const { inputs, operations, wiring } of layers) {
    const xs = inputs.map((i) => values[i]);
    const [y] = wiring
      ? [wiring.wire((...step) => put(nodes, ...step), xs)]
      : operations.reduce((from, operation) => [put(nodes, operation, from)], xs);
    values.push(y);
  }
  const ends = outputs.map(({ layer }) => values[given.length + layer]);
  for (const value of ends) value.uses++;
  return { inputs: given, nodes, outputs: ends };
}
