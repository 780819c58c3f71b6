/** The callbacks that documents may name in their `training`, of those in index.ts. */
import type { Field, Infer, Input } from "../fields/fields.ts";
import { optional } from "../fields/objects.ts";
import { ALL } from "./all.ts";
import type { Callback } from "./callback.ts";
import type { CallbackKind } from "./kind.ts";

type All = typeof ALL;
type FieldsOf<K> = K extends { readonly fields: () => infer F } ? F : never;
export type CallbackFields = {
  [K in keyof All as All[K] extends { readonly fields: unknown } ? K : never]: Field<
    Infer<FieldsOf<All[K]>>,
    Input<FieldsOf<All[K]>>,
    "optional"
  >;
};

// biome-ignore lint/suspicious/noExplicitAny: of any fields
const kinds = (): [string, CallbackKind<any>][] =>
  Object.entries(ALL).flatMap(([name, make]) => ("fields" in make ? [[name, make]] : []));

/** A field of `training` for each, all optional. */
export const callbackFields = (): CallbackFields =>
  Object.fromEntries(kinds().map(([name, { fields }]) => [name, optional(fields())])) as CallbackFields;

/** What a `training` says of callbacks, and nothing else of it. */
export const callbackOptions = <T extends object>(training: T): Pick<T, keyof T & keyof CallbackFields> =>
  Object.fromEntries(
    kinds().flatMap(([name]) => {
      const options = training[name as keyof T];
      return options === undefined ? [] : [[name, options]];
    }),
  ) as Pick<T, keyof T & keyof CallbackFields>;

/** The callbacks that a checked document's `training` asks for. */
export const callbacksOf = (training: { readonly [K in keyof CallbackFields]?: unknown }): Callback[] =>
  kinds().flatMap(([name, make]) => {
    const options = training[name as keyof CallbackFields] as Record<string, unknown> | undefined;
    return options === undefined ? [] : [make(options)];
  });
