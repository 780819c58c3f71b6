/** Callbacks that documents can name: what they take are fields that JSON can hold. */
import type { Fields, Infer, Input, ObjectField } from "../fields/fields.ts";
import { checkOptions } from "../fields/options.ts";
import type { Callback } from "./callback.ts";

/** Makes a callback; `fields` are its options in documents. */
export interface CallbackKind<F extends Fields> {
  (options?: Input<ObjectField<F>>): Callback;
  readonly fields: () => ObjectField<F>;
}

/**
 * A kind of callback by its fields: names of options and defaults are theirs.
 *
 * @param name of the function, of the field in a document's `training`, and of the state in a checkpoint
 * @param hooks what it does, with every default filled in
 */
export function callbackKind<F extends Fields>(
  name: string,
  fields: () => ObjectField<F>,
  hooks: (options: Infer<ObjectField<F>>) => Omit<Callback, "name">,
): CallbackKind<F> {
  const make = (options: object = {}): Callback => ({
    name,
    ...hooks(withDefaults(name, fields(), options)),
  });
  return Object.assign(make, { fields });
}

/**
 * Options with the fields' defaults. What a document may not contain, a `patience` of Infinity, a program may.
 *
 * @throws NablaError for names that are not fields, and values that are none of theirs
 */
export function withDefaults<F extends Fields>(
  who: string,
  { fields }: ObjectField<F>,
  options: object,
  more: readonly string[] = [],
): Infer<ObjectField<F>> {
  checkOptions(who, options, [...more, ...Object.keys(fields)]);
  const given = options as Record<string, unknown>;
  for (const [name, field] of Object.entries(fields))
    if (given[name] !== undefined && !isEndless(given[name], field.fallback))
      field.check(given[name], `${who}: ${name}`);
  return Object.fromEntries(
    Object.entries(fields).map(([name, { fallback }]) => [
      name,
      given[name] === undefined ? fallback : given[name],
    ]),
  ) as Infer<ObjectField<F>>;
}

const isEndless = (value: unknown, fallback: unknown): boolean =>
  value === Infinity && typeof fallback === "number";
