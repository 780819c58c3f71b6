/** What layers have in common that hold one layer, or a chain of them, and say what is done with it. */
import { type Field, list } from "../fields/fields.ts";
import type { SimpleLayerConfig, SimpleLayerInput } from "./configs.ts";
import type { LayerKind } from "./kind.ts";
import { type Applicable, type First, written } from "./layer.ts";
import { simpleLayerField } from "./layerFields.ts";

/** Written out, because the layers within are of the types that the index lists, the wrappers among them. */
export interface WrappedField
  extends Field<SimpleLayerConfig[], SimpleLayerInput | readonly SimpleLayerInput[], "required"> {}

/** One layer or several, as a list. @param max how many there may be */
export function wrappedField(max: number, doc: string): WrappedField {
  const one = simpleLayerField();
  const several = list(one, { min: 1, max });
  return {
    presence: "required",
    expected: TRAINING && `a layer, or an array of ${max === 2 ? "two" : "them"}`,
    check: (value, path) => (Array.isArray(value) ? several.check(value, path) : [one.check(value, path)]),
    jsonSchema:
      DOCS && ((defs) => ({ anyOf: [one.jsonSchema(defs), several.jsonSchema(defs)], description: doc })),
  };
}

/** What programs write such layers with. O: its options, K: its kind, each written out with a name; A: how it is applied. */
export interface WrapperFactory<T extends string, O, K, A = Applicable> {
  (layer: SimpleLayerInput | readonly SimpleLayerInput[], options?: Omit<O, "layer">): { type: T } & O & A;
  (options: O): { type: T } & O & A;
  readonly kind: K;
}

/** The field of the layers within. Kinds say by their type that they have one: what is within is of other types. */
export const WITHIN = ["layer"];

/** The factory of such a layer: it takes the layer and options, or the layer among them. */
export function wrapper(type: string, kind: LayerKind): object {
  const isLayer = (given: unknown) =>
    Array.isArray(given) || (typeof given === "object" && given !== null && "type" in given);
  const factory = TRAINING
    ? (given: unknown, options: object = {}) => {
        if (!isLayer(given)) return written(type, kind, given);
        const { inputShape, ...layer } = given as First;
        // the shape of a row is the wrapper's, as the layer within is no first one
        return written(type, kind, {
          layer: Array.isArray(given) ? given : layer,
          ...(inputShape && { inputShape }),
          ...options,
        });
      }
    : () => {};
  return Object.assign(factory, { kind });
}
