/** Options that only a running program can give: what each may be, as a field, so that a wrong one is named before anything begins. */

import { NablaError } from "../errors.ts";
import { isA } from "../tags.ts";
import { type Field, type Fields, show } from "./fields.ts";
import { checkOptions } from "./options.ts";

/** What JSON cannot hold, or holds in too many ways to say: told by what it can do. */
const value = <T>(
  expected: string,
  fits: (value: unknown) => boolean,
  got: (value: unknown) => string = show,
): Field<T, T, "required"> => ({
  presence: "required",
  expected,
  check: (given, path = "") => {
    if (fits(given)) return given as T;
    throw new NablaError(`${path}: expected ${expected}, got ${got(given)}`, { details: { path } });
  },
  jsonSchema: DOCS && (() => ({})),
});

export const func = <T>() => value<T>("a function", (given) => typeof given === "function");

/** null is none, as for fetch(). */
export const abortSignal = () =>
  value<AbortSignal | null>(
    "that of an AbortController",
    (given) => given === null || typeof (given as AbortSignal | undefined)?.addEventListener === "function",
    (given) => (isA("AbortController", given) ? "the controller: pass controller.signal" : show(given)),
  );

/** An object of any kind: an array, a Map, what has a class. @param expected what it is to be, to follow "expected" */
export const thing = <T>(expected: string) =>
  value<T>(expected, (given) => typeof given === "object" && given !== null);

/** An object with these methods. */
export const having = <T>(expected: string, ...methods: readonly string[]) =>
  value<T>(expected, (given) =>
    methods.every((name) => typeof (given as Record<string, unknown> | null)?.[name] === "function"),
  );

/** What is looked at more closely where it is used; null is none. Other values that count as false would be passed over there. */
export const used = (expected: string) =>
  value<unknown>(expected, (given) => given === null || Boolean(given));

/** Any time there is, endless as well. */
export const milliseconds = () =>
  value<number>("milliseconds, a number ≥ 0", (given) => typeof given === "number" && given >= 0);

/** A list, a typed array: numbers by their places. */
export const numbers = () =>
  value<ArrayLike<number>>(
    "numbers, one for each",
    (given) =>
      typeof (given as ArrayLike<number> | undefined)?.length === "number" && typeof given === "object",
  );

/** An object with texts for names, as JSON has it. */
export const plain = <T>(expected = "an object") =>
  value<T>(expected, (given) => typeof given === "object" && given !== null && !Array.isArray(given));

/**
 * Checks the names of options, and what each is. null stands for the default.
 *
 * @param fields of options; `more` are checked where they are used
 * @param elsewhere hints for names that are another word elsewhere
 * @throws NablaError that begins with `who` and the option's name
 */
export function checkGiven(
  who: string,
  options: object,
  fields: Fields,
  more: readonly string[] = [],
  elsewhere?: Readonly<Record<string, string>>,
): void {
  checkOptions(who, options, [...Object.keys(fields), ...more], elsewhere);
  const given = options as Readonly<Record<string, unknown>>;
  for (const [name, field] of Object.entries(fields))
    if (given[name] != null) field.check(given[name], `${who}: ${name}`);
}
