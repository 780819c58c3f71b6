/** Types of layers that may return their states: apply() gives a list then. */
import type { Fields, ObjectField } from "../fields/fields.ts";
import type { LayerKind } from "./kind.ts";
import { type LayerFactory, layer } from "./layer.ts";
import type { Applied, ApplyOptions, SymbolicTensor } from "./symbolic.ts";

export interface Returning {
  /**
   * What the layer makes of a sequence. With returnState: true the list [y, h]: that, and the state at the end, [units]; of lstm [y, h, c],
   * the cells as well; of bidirectional the states of the first direction, then of the second. Applied again, it uses the same weights.
   * In TypeScript say so: apply<SymbolicTensor[]>(x).
   * @throws NablaError for values it cannot take
   */
  apply<Result extends Applied = SymbolicTensor>(values: Applied, options?: ApplyOptions): Result;
}

/** Declares a recurrent layer: as layer(), with these types. */
export const recurrent = layer as <T extends string, F extends ObjectField<Fields>>(
  type: T,
  kind: LayerKind<F>,
) => LayerFactory<T, F, Returning>;
