/** x and y in one object, and promises that nobody has waited for. Loaded with what trains, and with arrayDataset(). */
import { NablaError } from "../errors.ts";
import { isPromise } from "../tags.ts";
import type { ArrayLike2 } from "./flat.ts";
import { some } from "./texts.ts";

/** x and y in one object, under these names or those of TensorFlow.js. */
export type ArraysTogether =
  | { readonly xs: ArrayLike2; readonly ys: ArrayLike2 | readonly string[] }
  | { readonly x: ArrayLike2; readonly y: ArrayLike2 | readonly string[] };

/** @throws NablaError for a promise of what it should be */
export function awaited(who: string, given: unknown): void {
  if (isPromise(given))
    throw new NablaError(`${who}: expected data, got a promise of it: await is missing before what gives it`);
}

/** x and y, under either names, and the names of what else there is; no pair where one is missing. */
export function pairIn(given: object): {
  pair: readonly [x: ArrayLike2, y: ArrayLike2] | undefined;
  others: readonly string[];
} {
  const { x, xs, y, ys, ...others } = given as Readonly<Record<string, ArrayLike2>>;
  const [one, two] = [xs ?? x, ys ?? y];
  return {
    pair: one === undefined || two === undefined ? undefined : [one, two],
    others: [
      ...Object.keys(others).filter((name) => others[name] !== undefined),
      // one of the two would be left out
      ...(x !== undefined && xs !== undefined ? ["xs"] : []),
      ...(y !== undefined && ys !== undefined ? ["ys"] : []),
    ],
  };
}

/** @throws NablaError for what is not understood in such an object */
export function apart(who: string, given: object): readonly [x: ArrayLike2, y: ArrayLike2] {
  const { pair, others } = pairIn(given);
  const [other] = others;
  if (other === undefined && pair) return pair;
  throw new NablaError(
    `${who}: expected { xs, ys } or { x, y }, got { ${some(Object.keys(given))} }${other === undefined ? "" : `; options are the second argument: ${who}({ xs, ys }, { ${other}: … })`}`,
  );
}
