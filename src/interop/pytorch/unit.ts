/** A layer here, and the modules that are the same in PyTorch. */
import type { LayerConfig } from "../../layers/configs.ts";
import type { Shape } from "../../shape.ts";
import type { Value } from "./orders.ts";

/** A parameter here, and what PyTorch keeps it in. */
export interface Part {
  /** As the layer calls it: "kernel". */
  readonly parameter: string;
  readonly tensors: readonly Theirs[];
  /** All values of the parameter where a file has none of them. Undefined: they must be there. */
  readonly otherwise?: number;
  /** @param tensors of a file @returns the parameter */
  in(tensors: readonly Float32Array[]): Float32Array;
  out(parameter: Float32Array): Float32Array[];
  /** What is done on the way in, for people. */
  readonly how: string;
}

/** Where a layer stands. */
export interface Spot {
  readonly config: LayerConfig;
  readonly input: Value;
  readonly output: Value;
  /** Shapes of its parameters by their names. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Of recurrent layers in both directions: the name of the module, and whether it is the one that goes back. */
  readonly module?: string;
  readonly back?: boolean;
}

/** A tensor that PyTorch's module may have and the layer has not: it must say nothing. */
export interface Spare extends Theirs {
  /** What all its values are, if it says nothing. */
  readonly value: number;
  /** Whether PyTorch always has it. */
  readonly written: boolean;
  /** What to do where it says something. */
  readonly advice: string;
}

/** A module of PyTorch, or one layer of a recurrent one. */
export interface Unit {
  readonly layer: string;
  readonly type: string;
  /** The module's name, and what its tensors' names end with: "_l0" of recurrent ones. */
  readonly path: string;
  readonly suffix: string;
  readonly parts: readonly Part[];
  readonly spares: readonly Spare[];
  /** Whether a file may lack it: PyTorch has no such module. */
  readonly ours?: boolean;
  /** What a state dict does not say, and is another thing here. */
  readonly note?: string;
  /** Why there is no such module. */
  readonly problem?: string;
}

/** A tensor of PyTorch, as its module calls it: "weight". */
export interface Theirs {
  readonly name: string;
  readonly shape: Shape;
  /** Where a parameter is a part of it: from which of its first axis, and to which. */
  readonly rows?: readonly [from: number, to: number];
}
