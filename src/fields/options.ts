/** Options that nobody reads are mistakes: a misspelt name must not silently mean the default. */
import { didYouMean, NablaError } from "../errors.ts";
import type { Fields, Infer } from "./fields.ts";
import { show } from "./fields.ts";

const RATE = TRAINING && 'it belongs to the optimizer: optimizer: { name: "adam", learningRate: 0.01 }';
/** Names of Keras where ours is another word; those in snake_case are understood by themselves. */
const ELSEWHERE: Readonly<Record<string, string>> = TRAINING && {
  lr: RATE,
  learningRate: RATE,
  ranks: "only fit() takes them: call this on rank 0, without",
};

/** @throws NablaError unless n is a whole number ≥ 1 */
export function checkWhole(what: string, n: number): void {
  if (!Number.isInteger(n) || n < 1)
    throw new NablaError(`${what}: expected a whole number ≥ 1, got ${show(n)}`);
}

/** What an unknown option may be meant to be. What only predicts has one option: the error names it anyway. */
function hintFor(name: string, names: readonly string[], more: Readonly<Record<string, string>>): string {
  const here = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const elsewhere = { ...ELSEWHERE, ...more };
  if (Object.hasOwn(elsewhere, here)) return `; ${elsewhere[here]}`;
  return here !== name && names.includes(here) ? `; here it is ${here}` : didYouMean(name, names);
}

/**
 * @param more hints for names that are another word elsewhere
 * @throws NablaError where `options` is not an object or has a name that is not among `names`; undefined values count as missing
 */
export function checkOptions(
  who: string,
  options: unknown,
  names: readonly string[],
  more: Readonly<Record<string, string>> = {},
): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new NablaError(`${who}: expected its options as an object, got ${show(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || names.includes(name)) continue;
    const hint = TRAINING && hintFor(name, names, more);
    throw new NablaError(`${who}: unknown option "${name}"${hint || `; there are ${names.join(", ")}`}`);
  }
}

/** Those of the values that belong to these fields; undefined ones were not given. */
export function given<F extends Fields>(
  fields: F,
  values: { readonly [K in keyof F]?: unknown },
): { [K in keyof F]?: Infer<F[K]> } {
  const said = Object.entries(values).filter(
    ([name, value]) => Object.hasOwn(fields, name) && value !== undefined,
  );
  return Object.fromEntries(said) as { [K in keyof F]?: Infer<F[K]> };
}
