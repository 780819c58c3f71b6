/** What a layer is to the rest: shapes, parameters, and the instructions it puts on the tape; and the graph that operations form. */

import type { Build } from "../core/compile.ts";
import type { Core } from "../core/core.ts";
import type { InitializerConfig } from "../initializers/table.ts";
import type { PlanBuilder, Range } from "./builder.ts";

/**
 * How a parameter lies in linear memory: plain values, a matrix [everything but the last axis, last axis] with padded rows, or one
 * packed (see assembly/math/packed.ts).
 */
export type Layout = "vector" | "rows" | "packed";

export interface Parameter {
  /** "kernel", "bias": with the layer's name, the tensor's name in a checkpoint. */
  readonly name: string;
  /** Outside linear memory the values are row-major in this shape. */
  readonly shape: readonly number[];
  readonly layout: Layout;
  /** Packed: columns are cut into so many matrices, one after the other. Default 1. */
  readonly groups?: number;
  /** Columns of the matrix, where they are more than the last axis: the last axes together. */
  readonly columns?: number;
  readonly initializer: InitializerConfig;
  /** What it begins as instead, where that is known: row-major in its shape. */
  readonly values?: ArrayLike<number>;
  /** What is made of the numbers that are drawn for it, row-major in its shape, where that is not each by itself. */
  shaped?(drawn: Float32Array): ArrayLike<number>;
  readonly fanIn: number;
  readonly fanOut: number;
  /** Penalties l1·|w| + l2·w² added to the loss. */
  readonly l1: number;
  readonly l2: number;
  /** Whether training changes it by its gradient. What is not trained has neither gradient nor optimizer slots. */
  readonly trainable: boolean;
  /** Whether it is a state that goes on from batch to batch, [rows of every batch, …]. */
  readonly carried?: boolean;
}

/** Where a parameter and its gradient lie, as fixed ranges. */
export interface Placed {
  readonly value: Range;
  /** Nowhere (offset 0) where the parameter is not trained. */
  readonly gradient: Range;
}

/** What an operation needs to know while it writes its part of a plan. The same from forward() to backward(). */
export interface Site {
  readonly builder: PlanBuilder;
  /** Keep what backward() needs. */
  readonly training: boolean;
  /** Of the operation among all of the network: what tells its random numbers from those of others. */
  readonly number: number;
  parameter(name: string): Placed;
  /** The value that is computed: what it is made of, and their masks. */
  readonly node: Node;
  /** Where a state of an operation lies that streams carry from run to run, [rows, units]. */
  readonly carried?: (operation: AnyOperation, name: string, units: number) => Range | undefined;
  /** A buffer for outputs of this shape. */
  output(shape: readonly number[]): Range;
  /** A buffer for gradients of this shape. */
  gradient(shape: readonly number[]): Range;
  /** What forward() keeps for backward(), by name. */
  readonly saved: Map<string, Range>;
}

/** What is known of a step of the network, however many values it takes. */
interface Step {
  /** Whose parameters it works with. */
  readonly layer: string;
  readonly parameters: readonly Parameter[];
  readonly outputShape: readonly number[];
  /** States at the end of a walk that it keeps for those who ask, by the names under which Site.saved has them: see layers/finalState.ts. */
  readonly ends?: readonly string[];
  /** Whether x may be an image whose pixels lie without padding: see Range.packed. */
  readonly takesPacked?: boolean;
  /** Whether y are values of x, or lie between them, in another layout or place at most: what an activation made of them they still are. */
  readonly onlyLayout?: boolean;
  /** The activation it applies, where it does nothing else: what the loss may compute with it. */
  readonly activation?: string;
  /** The same for values of another shape, put behind a max pooling instead of before it. Where values never fall as x rises. */
  afterMax?(shape: readonly number[]): Operation;
  /** What it does to steps some of which are padding: "takes" the mask, or "mixes" steps. Default: leaves them where they are. */
  readonly steps?: "takes" | "mixes";
  /** Of sequences, given step by step: see layers/oneStep.ts. "each": what it makes of a step is of that step alone, "walks": and of its state. */
  readonly alone?: "each" | "walks";
  /** Why it cannot be given steps one by one, where that is no matter of course. */
  readonly whole?: string;
  /** Changes the graph around the node it makes, before it is planned: see passes.ts. */
  pass?(node: Made, graph: Graph): void;
  /** Puts on the tape what completes the gradients of parameters, once the walk back is over. */
  settle?(site: Site): void;
  /** Puts on the tape what changes parameters otherwise than by gradients, once a step has turned out well. */
  update?(site: Site): void;
}

/** One step of the network: most layers are one, a dense layer with an activation is two. */
export interface Operation extends Step {
  readonly inputShape: readonly number[];
  /** Puts the forward instructions on the tape. Returns where y is: a buffer of its own, or x where x may be overwritten. */
  forward(site: Site, x: Range): Range;
  /**
   * Puts the backward instructions on the tape: gradients of parameters, then dx if `needed`. x and y are what forward()
   * was given and returned. dy may be overwritten; nobody else has what is returned. Where it has `ends`, dy is undefined if they alone
   * are looked at. It returns undefined where it has left the gradient with the operation that x is of.
   */
  backward(site: Site, x: Range, y: Range, dy: Range, needed: boolean): Range | undefined;
}

/** A step where several values meet. */
export interface Merge extends Step {
  readonly inputShapes: readonly (readonly number[])[];
  /** Returns where y is: a buffer of its own. */
  merge(site: Site, xs: readonly Range[]): Range;
  /**
   * As Operation.backward(), for each of xs. `needed` says of which the gradient goes on; what is returned for the others is not looked
   * at. No two of those returned are the same buffer.
   */
  divide(site: Site, xs: readonly Range[], y: Range, dy: Range, needed: readonly boolean[]): readonly Range[];
}

export type AnyOperation = Operation | Merge;

/** Puts an operation behind the values it is applied to; gives its own. @param inside nobody outside of the layer sees the value */
export type Put = (operation: AnyOperation, from: readonly Node[], inside?: boolean) => Node;

/** How the operations of a layer that is no chain are connected. */
export interface Wiring {
  /** Puts them behind the values the layer is given. Returns the layer's value. */
  wire(put: Put, xs: readonly Node[]): Node;
  /** See Architecture.walk. */
  readonly walk: WalkBack;
}

/** @see walk.ts */
export type WalkBack = (
  builder: PlanBuilder,
  graph: Graph,
  given: readonly Range[],
  inputGradients: boolean,
) => (Range | undefined)[];

/** A layer where it is applied: one that is applied twice is there twice. */
export interface Layer {
  readonly name: string;
  readonly type: string;
  /** Numbers of the values it is applied to: those of the network's inputs come first, then the outputs of its layers, in order. */
  readonly inputs: readonly number[];
  /** Of the first of them. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** One after the other, unless the layer wires them. In the order that numbers them. */
  readonly operations: readonly AnyOperation[];
  /** Where they are no chain. */
  readonly wiring?: Wiring;
  /** The states that it returns besides its value, in order, with the length of each: what finalState may ask for. */
  readonly states?: Readonly<Record<string, number>>;
  /** The activation's name, for summaries and for pairing with a loss. Undefined where values only change their shape. */
  readonly activation?: string;
  /**
   * What it asks of an input of the network that it is applied to, besides that its values are finite.
   * @param who begins errors @param rowOf what errors call a row @throws NablaError
   */
  check?(
    who: string,
    core: Core,
    input: PlannedInput | undefined,
    rows: number,
    rowOf: (row: number) => number,
  ): void;
  /** The build of the core its kernels are in, where that of dense layers lacks them. */
  readonly core?: Build;
}

/** A value that comes from outside. */
export interface Input {
  readonly name: string;
  /** Of one row. */
  readonly shape: readonly number[];
}

/** What a network consists of: inputs, layers in an order in which each comes after those it is applied to, outputs. */
export interface Architecture {
  readonly inputs: readonly Input[];
  readonly layers: readonly Layer[];
  /** By name, the numbers of the layers whose values they are. */
  readonly outputs: readonly { readonly name: string; readonly layer: number }[];
  /** The walk back through its graph. A chain has none: walkChain() does, so that programs of chains have no code for graphs. */
  readonly walk?: WalkBack;
}

/** The parameters of a layer, in order. */
export const parametersOf = (layer: Layer): { layer: string; spec: Parameter }[] =>
  layer.operations.flatMap((operation) =>
    operation.parameters.map((spec) => ({ layer: operation.layer, spec })),
  );

/** Whether training reaches a parameter of this operation. */
export const isTrainable = ({ parameters }: AnyOperation): boolean =>
  parameters.some(({ trainable }) => trainable);

/** A value: an input, or what an operation makes of other values. */
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

/** See graph.ts. */
export interface Graph {
  readonly inputs: readonly Node[];
  /** In the order they are computed in. */
  readonly nodes: Made[];
  readonly outputs: Node[];
}

/** See masks.ts. */
export interface Mask {
  readonly steps: number;
  /** [rows, steps] in float32, once the layer that began it is on the tape. */
  range?: Range;
  /** The weights of a loss for each step: what a row's padding lacks goes to its other steps where `mean`, so that they have their mean. */
  weights(builder: PlanBuilder, weight: Range, mean: boolean): Range;
}

/** How rows of a batch arrive. */
export interface InputKind {
  readonly type: "uint8" | "float32";
  /** What uint8 values are multiplied by. */
  readonly scale: number;
}

/** An input of the network in a plan. */
export interface PlannedInput {
  readonly name: string;
  readonly kind: InputKind;
  /** Of one row. */
  readonly shape: readonly number[];
  /** Where a batch is read to: dense rows in the type of `kind`. */
  readonly x: Range;
  /** Gradient of the loss with respect to the input as its layers are given it, where asked for: padded, see floatsOf(). */
  readonly dx?: Range;
}
