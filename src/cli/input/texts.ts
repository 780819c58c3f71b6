/** Files as texts: what `--model chars` makes of one. */

import { sha256Hex } from "../../checkpoint/sha256.ts";
import type { Dataset } from "../../data/dataset.ts";
import { publicly } from "../../data/readers/remote.ts";
import { type TextInfo, textSplit } from "../../data/sequences/texts.ts";
import { Vocabulary, wordVocabulary } from "../../data/sequences/vocabulary.ts";
import { decodeText } from "../../data/tables/text.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import { readBytes } from "../../node/paths.ts";
import { ngramBits } from "../../sequences/ngram.ts";
import { checkTextFlags, type TextModel } from "../options/texts.ts";
import { type Extra, extraOf } from "../training/resume.ts";
import { trainedOn } from "./trainedOn.ts";

/** Windows of a file, opened as data sets are. */
export interface OpenedText extends OpenedData {
  /** Bits per token by counting, of the part that is tested with. */
  readonly bits?: number;
}

interface TextFlags {
  testSplit?: number;
  window?: number;
  windowStep?: number;
  unknown?: "error" | "token";
  encoding?: string;
  maxBytes?: number;
}

/** What is said of a text in its model's file. */
export const textOf = (model: Model): TextInfo | undefined =>
  (model.metadata.extra as Partial<Extra> | undefined)?.text;

export const isText = (data: OpenedData): data is OpenedText => data.kind === "text";

/** Most words of a vocabulary: each has an output. */
const WORDS = 5000;

/** Tokens that are looked at together by counting. */
const N = 3;

/**
 * The windows of a text file to train on and to test with.
 *
 * @param as how a new model reads it; or what is known of a model that training goes on from, or that is looked at
 */
export async function openText(
  source: string,
  as: TextModel | { readonly text: TextInfo; readonly testSplit?: number },
  flags: TextFlags,
): Promise<OpenedText> {
  checkTextFlags(flags);
  const known = "text" in as ? as : undefined;
  const kind = "text" in as ? as.text.vocabulary.kind : as.tokens;
  if (known && flags.window !== undefined && flags.window !== known.text.length)
    throw new NablaError(
      `--window: the model was trained with ${known.text.length}, got ${flags.window}; leave it out`,
    );
  const step = known?.text.step ?? flags.windowStep;
  if (flags.windowStep !== undefined && flags.windowStep !== step)
    throw new NablaError(
      `--window-step: the model was trained with ${step}, got ${flags.windowStep}; leave it out`,
    );
  const name = publicly(source);
  const bytes = await readBytes(source, flags.maxBytes);
  const { text, notes } = decodeText(bytes, name, flags.encoding);
  const testSplit = flags.testSplit ?? known?.testSplit ?? 0.1;
  const vocabulary = known
    ? new Vocabulary(known.text.vocabulary)
    : kind === "words" && text.trim() !== ""
      ? wordVocabulary(text, {
          maxSize: WORDS,
          lowercase: true,
          ...(flags.unknown && { unknown: flags.unknown }),
        })
      : undefined;
  const split = textSplit(text, {
    name,
    ...("text" in as
      ? { length: as.text.length, encoding: as.text.encoding, targets: as.text.targets }
      : { length: flags.window ?? as.length, ...(as.each && { encoding: "ids", targets: "each" }) }),
    ...(step !== undefined && { step }),
    ...(flags.unknown && { unknown: flags.unknown }),
    ...(vocabulary && { vocabulary }),
    testFraction: testSplit,
  });
  const fingerprint = sha256Hex(bytes);
  const made = (part: Dataset): Dataset =>
    Object.assign(part, {
      extra: {
        data: { name, kind: "text", inputType: "float32", inputScale: 1, testSplit, fingerprint },
        text: split.info,
      },
    });
  return {
    name,
    kind: "text",
    train: made(split.train),
    ...(split.test && {
      test: made(split.test),
      bits: ngramBits(split.trainIds, split.testIds, split.vocabulary.size, N),
    }),
    fingerprint,
    notes: [
      ...notes,
      ...split.notes,
      `looks at ${split.info.length} ${kind === "chars" ? "characters" : "words"} (--window)`,
    ],
  };
}

/** The part of a text that a model is looked at with: what it was not trained on, or all of another file. */
export async function openModelText(
  source: string,
  flags: TextFlags & { part?: string },
  model: Model,
): Promise<{ dataset: Dataset; part: "test" | "train" | "all"; notes: readonly string[]; bits?: number }> {
  const [text, data] = [textOf(model)!, extraOf(model)?.data];
  const same = data?.fingerprint === sha256Hex(await readBytes(source, flags.maxBytes));
  const part = (flags.part ?? (same && data?.testSplit !== 0 ? "test" : "all")) as "test" | "train" | "all";
  if (!["test", "train", "all"].includes(part) || (part !== "all" && !same))
    throw new NablaError(
      `--part: ${publicly(source)} is not the text the model was trained on, or has no ${flags.part} part; leave --part out`,
    );
  const testSplit = part === "all" ? 0 : (data?.testSplit ?? 0.1);
  const opened = await openText(source, { text }, { ...flags, testSplit });
  const dataset = part === "test" ? opened.test! : opened.train;
  const notes = [...(opened.notes ?? []), ...trainedOn(part, same, data?.testSplit)];
  return { dataset, part, notes, ...(part === "test" && { bits: opened.bits! }) };
}

/** How well a text is predicted. */
export interface TextScore {
  readonly info: TextInfo;
  readonly bits: number;
  /** Of counting. */
  readonly ngram?: number;
}

/** @param loss of the part that is tested with */
export const textScore = (
  model: Model,
  { bits }: Pick<OpenedText, "bits">,
  loss?: number,
): TextScore | undefined =>
  loss === undefined
    ? undefined
    : { info: textOf(model)!, bits: loss / Math.LN2, ...(bits !== undefined && { ngram: bits }) };

/** "3.21 bits per character; counting the two before, a 3-gram, takes 3.65" */
export function bitsText({ info, bits, ngram }: TextScore): string {
  const what = info.vocabulary.kind === "chars" ? "character" : "word";
  const own = `${bits.toFixed(3)} bits per ${what}`;
  return ngram === undefined
    ? own
    : `${own}; a ${N}-gram counted in the text that is trained on takes ${ngram.toFixed(3)}`;
}

/** The same in JSON. */
export const bitsJson = ({ bits, ngram }: TextScore) => ({
  bitsPerToken: bits,
  ...(ngram !== undefined && { ngramBits: ngram }),
});
