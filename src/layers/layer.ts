/** How a layer is declared: see dense.ts for the model. */
import { NablaError } from "../errors.ts";
import {
  type Fields,
  type Infer,
  type Input,
  type Kind,
  type ObjectField,
  show,
  string,
} from "../fields/fields.ts";
import { optional } from "../fields/objects.ts";
import type { Layer } from "../plan/operation.ts";
import type { LayerConfig } from "./configs.ts";
import { register } from "./registry.ts";
import type { OpenStream } from "./stream.ts";
import { type Applied, type ApplyOptions, applicable, type SymbolicTensor } from "./symbolic.ts";

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
  ends?(config: Infer<F>): LayerConfig;
  /** Its fields that are lists of layers, in the order in which they are built. */
  readonly inner?: readonly string[];
  /** What gives a model steps one by one, of layers that carry a state: programs without them have no code for it. */
  readonly streams?: OpenStream;
  /** Its options for a sequence of one step, where they say how many there are. */
  ofOneStep?(config: Infer<F>, steps: number): Infer<F>;
}

/** What a layer takes besides its fields. */
export interface First {
  /** Shape of one input row, for the first layer of a model. Default: that of the first data set. */
  inputShape?: readonly number[];
}
/** What a layer's factory takes. */
export type LayerOptions<F> = Input<F> & First;
/** What it returns. */
export type LayerOf<T extends string, F, A = Applicable> = { type: T } & LayerOptions<F> & A;

export interface Applicable {
  /**
   * What the layer makes of a value, or of several: for model({ inputs, outputs }). Applied again, it uses the same weights.
   * With `returnState` a recurrent layer gives a list: its value, and its states.
   * @throws NablaError for values it cannot take
   */
  apply<Result extends Applied = SymbolicTensor>(values: Applied, options?: ApplyOptions): Result;
}

/** What programs write layers with: dense({ units: 10, activation: "softmax" }). */
export interface LayerFactory<T extends string, F extends ObjectField<Fields>, A = Applicable> {
  (
    ...options: Record<never, never> extends Input<F>
      ? [options?: LayerOptions<F>]
      : [options: LayerOptions<F>]
  ): LayerOf<T, F, A>;
  readonly kind: LayerKind<F>;
}

/** Declares a layer: its factory, which knows the kind. A program has a layer's code where it names its factory. */
export function layer<T extends string, F extends ObjectField<Fields>>(
  type: T,
  kind: LayerKind<F>,
): LayerFactory<T, F> {
  const factory = TRAINING
    ? (given: unknown = needsOptions(kind) ? undefined : {}) => written(type, kind, given)
    : () => {};
  return Object.assign(factory, { kind }) as never;
}

const needsOptions = (kind: LayerKind): boolean =>
  Object.values(kind.fields().fields).some(({ presence }) => presence === "required");

/** A layer as a factory returns it; from now on models may be made of such layers. */
export function written(type: string, kind: LayerKind, given: unknown): object {
  // a bare number would be lost silently
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new NablaError(
      `${type}: expected an object of options, got ${show(given)}; write ${type}(${kind.example})`,
    );
  }
  register(type, kind);
  return Object.assign(Object.create(applicable), { type, ...given });
}

export const layerName = () =>
  optional(
    string({
      // Tensors are called "<layer>.kernel"; these two words begin the names of other tensors in checkpoints.
      pattern: /^(?!(?:optimizer|callbacks)$)[A-Za-z0-9_-]+$/,
      expected: "letters, digits, _ and - (not optimizer or callbacks)",
      doc:
        DOCS && "Begins the names of the layer's weights. By default the type and a number, such as dense_1.",
    }),
  );

/** A layer that cannot take its input. Layers of a saved model fitted together when it was built, so nabla/predict needs no more words. */
export const misfit = (message: string): NablaError =>
  new NablaError(message || "the layers do not fit together; the file is malformed");
