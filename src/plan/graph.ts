/**
 * A network as values and what they are made of. A node is a value: an input, or what an operation makes of other values. A graph lists
 * them in the order they are computed in. It is made for one plan: passes change it, and planning notes in it where values lie.
 */
import type { Range } from "./builder.ts";
import type { InputKind } from "./forward.ts";
import type { Mask } from "./masks.ts";
import type { AnyOperation, Architecture, Site } from "./operation.ts";

export interface Node {
  /** Undefined: the value comes from outside. */
  operation?: AnyOperation;
  /** What it is made of. */
  from: readonly Node[];
  shape: readonly number[];
  /** How often it is used: by operations, and as an output. Walking back counts down to the last gradient. */
  uses: number;
  /** Whether it is a value inside a layer that is no chain: nobody outside sees it. */
  readonly inside?: boolean;
  /** Of an input: how its rows arrive. */
  kind?: InputKind;
  /** Once the forward pass is on the tape: where it lies, and what its operation was told. */
  y?: Range;
  site?: Site;
  /** Which of its steps are padding: see masks.ts. */
  mask?: Mask;
  /** While walking back: whether a gradient goes to it, as it has parameters or is made of what has. */
  wanted?: boolean;
  /** The sum of the gradients that have come. */
  dy?: Range;
}

/** A node with an operation. */
export type Made = Node & { operation: AnyOperation };

export interface Graph {
  readonly inputs: readonly Node[];
  /** In the order they are computed in. */
  readonly nodes: Made[];
  readonly outputs: Node[];
}

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
