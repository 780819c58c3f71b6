/** Layers and models applied to values: what programs write graphs with. The code of graphs comes with the values, from input(). */
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import type { Shape } from "../shape.ts";

/** A value of a graph that is being written: an input, or what a layer makes of other values. It holds no numbers, only a shape. */
export interface SymbolicTensor {
  /** Of one row, without the batch. */
  readonly shape: Shape;
  /** What a layer or a model makes of values, of which this is the first. */
  through(applied: object, values: readonly SymbolicTensor[], options?: ApplyOptions): Applied;
}

/** How a layer is applied. */
export interface ApplyOptions {
  /**
   * The states that simpleRnn, lstm, gru or bidirectional() of them begins with, each [units], instead of zeros: [h], of lstm [h, c], of
   * bidirectional those of the first direction and then of the second. The same as apply([x, ...initialState]).
   */
  initialState?: Applied;
}

/** A value, or a list of them. */
export type Applied = SymbolicTensor | readonly SymbolicTensor[];

/** The values as a list. @param who begins the error @throws NablaError for anything but values of a graph */
export function tensorsOf(who: string, values: Applied): readonly SymbolicTensor[] {
  const list = [values].flat() as SymbolicTensor[];
  const odd = list.findIndex((value) => typeof value?.through !== "function");
  if (list.length > 0 && odd < 0) return list;
  throw new NablaError(
    `${who}: expected values of a graph, as input() and apply() return them, got ${show(odd < 0 ? values : list[odd])}`,
  );
}

/** What a layer or a model makes of values. */
export function apply(who: string, applied: object, values: Applied, options?: ApplyOptions): Applied {
  const list = tensorsOf(`${who}.apply`, values);
  return list[0].through(applied, list, options);
}

/** What layers inherit apply() from. */
export const applicable = {
  apply(this: { readonly type: string }, values: Applied, options?: ApplyOptions): Applied {
    return apply(this.type, this, values, options);
  },
};
