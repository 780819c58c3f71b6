/** What recurrent kernels begin as: what other kernels may, and orthogonal. */
import type { Field } from "../fields/fields.ts";
import {
  type OneOf,
  object,
  orName,
  type PlainNames,
  shared,
  variant,
  type WrittenOneOf,
} from "../fields/objects.ts";
import { ALL } from "../initializers/all.ts";
import { gaussianOf } from "../initializers/kind.ts";

const starts = () => ({
  ...ALL,
  orthogonal: {
    fields: () => object({}, { doc: DOCS && "Rows that are orthogonal and of length 1 (Saxe et al. 2014)." }),
    drawnFrom: () => gaussianOf(1),
  },
});

/** An initializer of recurrent kernels, with every default filled in. */
export type RecurrentInitializerConfig = OneOf<"name", ReturnType<typeof starts>>;
/** As people write it. */
export type RecurrentInitializerInput =
  | WrittenOneOf<"name", ReturnType<typeof starts>>
  | PlainNames<ReturnType<typeof starts>>;

export const startField = (): Field<RecurrentInitializerConfig, RecurrentInitializerInput, "required"> =>
  shared(
    "recurrentInitializer",
    orName(variant("name", starts())),
    DOCS &&
      "What recurrent weights are before training: an initializer, by its name, or by its name with options.",
  );
