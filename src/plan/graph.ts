/**
 * A network as values and what they are made of. A node is a value: an input, or what an operation makes of other values. A graph lists
 * them in the order they are computed in; how often a value is used decides what may be done with it.
 */
import type { AnyOperation, Architecture } from "./operation.ts";

export interface Node {
  /** Undefined: the value comes from outside. */
  readonly operation?: AnyOperation;
  /** What it is made of. */
  readonly from: readonly Node[];
  readonly shape: readonly number[];
  /** Of the operation among all of the network: see Site.number. */
  readonly number: number;
  /** Whether it is a value inside a layer that is no chain: nobody outside sees it. */
  readonly inside?: boolean;
}

/** A node with an operation. */
export type Made = Node & { readonly operation: AnyOperation };

export interface Graph {
  readonly inputs: readonly Node[];
  /** In the order they are computed in. */
  readonly nodes: readonly Made[];
  readonly outputs: readonly Node[];
}

export function graphOf({ inputs, layers, outputs }: Architecture): Graph {
  const numbers = new Map(layers.flatMap(({ operations }) => operations).map((each, i) => [each, i]));
  const values: Node[] = inputs.map(({ shape }) => ({ from: [], shape, number: -1 }));
  const nodes: Made[] = [];
  const given = [...values];
  const put = (operation: AnyOperation, from: readonly Node[], inside = false): Made => {
    const number = numbers.get(operation)!;
    const node = { operation, from, shape: operation.outputShape, number, ...(inside && { inside }) };
    nodes.push(node);
    return node;
  };
  for (const layer of layers) {
    const local = layer.inputs.map((i) => values[i]);
    if (layer.wired) {
      const last = layer.wired.length - 1;
      for (const [i, { operation, from }] of layer.wired.entries()) {
        const values = from.map((at) => local[at]);
        local.push(put(operation, values, i < last));
      }
    } else {
      let from = [...local];
      for (const operation of layer.operations) {
        from = [put(operation, from)];
        local.push(from[0]);
      }
    }
    values.push(local[local.length - 1]);
  }
  return { inputs: given, nodes, outputs: outputs.map(({ layer }) => values[given.length + layer]) };
}

/** Who uses each value: nodes, and `undefined` for being an output. In order, the nodes first. */
export function usersOf({ nodes, outputs }: Graph): Map<Node, (Made | undefined)[]> {
  const users = new Map<Node, (Made | undefined)[]>();
  const add = (value: Node, user?: Made) => {
    const known = users.get(value);
    if (known) known.push(user);
    else users.set(value, [user]);
  };
  for (const node of nodes) for (const value of node.from) add(value, node);
  for (const value of outputs) add(value);
  return users;
}
