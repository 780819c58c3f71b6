/** Options of texts: what `--model chars` and `--model words` make of a file, and how a text goes on. */

import type { TokenKind } from "../../data/sequences/vocabulary.ts";
import { NablaError } from "../../errors.ts";

/** Models of texts, by what a token is. */
const TEXT_MODELS: Readonly<Record<string, TokenKind>> = { chars: "chars", words: "words" };

/** What a token is, where the model is one of texts. */
export const tokensOf = (model: string | undefined): TokenKind | undefined =>
  model !== undefined && Object.hasOwn(TEXT_MODELS, model) ? TEXT_MODELS[model] : undefined;

/** @throws NablaError for flags of other data */
export function checkTextFlags(flags: object): void {
  const all = flags as Readonly<Record<string, unknown>>;
  for (const [option, key] of [
    ["--label", "label"],
    ["--forecast", "forecast"],
    ["--season", "season"],
    ["--time", "time"],
    ["--gaps", "gaps"],
    ["--missing", "missing"],
    ["--ignore", "ignore"],
    ["--column", "column"],
    ["--task", "task"],
    ["--split", "split"],
    ["--folds", "folds"],
    ["--samples", "samples"],
    ["--size", "size"],
    ["--augment", "augment"],
  ] as const)
    if (all[key] !== undefined) throw new NablaError(`${option} is for other data; a text has none of it`);
}
