/** How a layer is declared: see dense.ts for the model. */
import { NablaError } from "../errors.ts";
import { type Fields, type Input, type ObjectField, show, string } from "../fields/fields.ts";
import { optional } from "../fields/objects.ts";
import type { LayerKind } from "./kind.ts";
import { register } from "./registry.ts";
import { type Applied, type ApplyOptions, applicable, type SymbolicTensor } from "./symbolic.ts";

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
