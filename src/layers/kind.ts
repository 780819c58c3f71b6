/** What the rest of the library has to know of a kind of layer. */
import type { Fields, Infer, Kind, ObjectField } from "../fields/fields.ts";
import type { Layer } from "../plan/operation.ts";

/** Where a layer stands in the model it is built for. */
export interface Place {
  readonly name: string;
  /** How errors call it: dense "dense_1" (layer 1). */
  readonly called: string;
  readonly inputShape: readonly number[];
  /** Of all values it is applied to; inputShape is the first of them. */
  readonly inputShapes: readonly (readonly number[])[];
  /** In a graph: the states that each of these returns besides, see Layer.states. */
  readonly states?: readonly Layer["states"][];
  /** Builds the layers within it, as a chain that begins with its own input, or with another of this shape. */
  inner(configs: readonly { readonly type: string }[], inputShape?: readonly number[]): Layer[];
}

/** What building a layer gives; its name, type and inputs are known already. */
export type Built = Pick<Layer, "outputShape" | "operations" | "wiring" | "core" | "check" | "states"> & {
  /** The activation's name. Default "linear". */
  readonly activation?: string;
};

export interface LayerKind<F extends ObjectField<Fields> = ObjectField<Fields>> extends Kind {
  readonly fields: () => F;
  /**
   * @param config as its fields were checked
   * @throws NablaError for inputs it cannot take
   */
  build(config: Infer<F>, place: Place): Built;
  /** Options as an example, shown in the error when they are missing. */
  readonly example: string;
  /** Whether it has a kernel of weights, so that what is before it has to let gradients pass. */
  readonly hasKernel?: boolean;
  /** How many outputs it has whatever its input, where its options say so. NaN: neither they nor the layers before it say it. */
  outputs?(config: Infer<F>): number;
  /** Whether values only change their shape or place, so that they still are what the activation before made of them. */
  readonly onlyShape?: boolean;
  /** Whether a row's outputs depend, while training, on which other rows it is run with. */
  looksAcrossRows?(config: Infer<F>): boolean;
  /** Options with which it leaves nothing to chance: what it is like outside training. */
  readonly atRest?: Partial<Infer<F>>;
  /** Whether it is applied to several values. "states": those after the first are states it begins with. */
  readonly merges?: boolean | "states";
  /** The layer that is applied to its value for one of its states: see Layer.states. */
  readonly stateOf?: (state: string) => object;
  /** The layer within whose outputs, with their activation, are its own. */
  ends?(config: Infer<F>): { readonly type: string };
  /** Its fields that are lists of layers, in the order in which they are built. */
  readonly inner?: readonly string[];
  /** What gives a model steps one by one, of layers that carry a state: programs without them have no code for it. See OpenStream. */
  readonly streams?: (...of: never) => unknown;
  /** Its options for a sequence of one step, where they say how many there are. */
  ofOneStep?(config: Infer<F>, steps: number): Infer<F>;
}
