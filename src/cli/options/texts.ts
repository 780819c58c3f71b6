/** Options of texts: what `--model chars` and `--model words` make of a file, and how a text goes on. */

import type { TokenKind } from "../../data/sequences/vocabulary.ts";
import { NablaError } from "../../errors.ts";

/** How a text is read for a model. */
export interface TextModel {
  readonly tokens: TokenKind;
  /** Tokens that go in, where nobody says how many. */
  readonly length: number;
  /** Whether each step tells the next token, as recurrent layers do; else the last one alone. */
  readonly each?: true;
}

const chars = { tokens: "chars", length: 64, each: true } as const;
const words = { tokens: "words", length: 24, each: true } as const;

/** Models of texts, by the names of their presets. */
const TEXT_MODELS: Readonly<Record<string, TextModel>> = {
  chars: { tokens: "chars", length: 16 },
  words: { tokens: "words", length: 6 },
  "chars-lstm": chars,
  "chars-gru": chars,
  "words-lstm": words,
  "words-gru": words,
};

/** How a text is read, where the model is one of texts. */
export const textModelOf = (model: string | undefined): TextModel | undefined =>
  model !== undefined && Object.hasOwn(TEXT_MODELS, model) ? TEXT_MODELS[model] : undefined;

/** What a flag of texts is for. */
export const FOR_TEXTS = `for texts (--model ${Object.keys(TEXT_MODELS).join(", ")})`;

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
