/** Texts to data sets: so many tokens go in, the next one is to be predicted. */
import { NablaError } from "../../errors.ts";
import { demandText, isObject } from "../../fields/expected.ts";
import { choice, int, number, show, string } from "../../fields/fields.ts";
import { checkGiven, thing } from "../../fields/programs.ts";
import type { Dataset, WithTest } from "../dataset.ts";
import type { TextSource } from "../portable.ts";
import { givenOf } from "./given.ts";
import { textRows } from "./textRows.ts";
import {
  charVocabulary,
  checkVocabulary,
  UNKNOWN,
  type Vocabulary,
  type VocabularyInfo,
} from "./vocabulary.ts";

const ENCODINGS = ["oneHot", "ids"] as const;
const TARGETS = ["next", "each"] as const;

/** How a text becomes rows; plain JSON, `metadata.extra.text`. */
export interface TextInfo {
  vocabulary: VocabularyInfo;
  /** Tokens that go in. */
  length: number;
  /** From the beginning of a window to that of the next, where it is not 1. */
  step?: number;
  encoding: (typeof ENCODINGS)[number];
  targets: (typeof TARGETS)[number];
}

/** How windows are cut out of a text. */
export interface TextOptions {
  /** What errors call it; default "text". */
  name?: string;
  /** Default: the characters of the part that is trained on; what only the rest has shares an id of its own then. */
  vocabulary?: Vocabulary;
  /**
   * What becomes of characters that the part to train on lacks, where no vocabulary is given: "error" or "token". Default: "token" where the
   * part that is tested with has such.
   */
  unknown?: "error" | "token";
  /** Tokens that go in; default 32. */
  length?: number;
  /** From the beginning of a window to that of the next; default 1. */
  step?: number;
  /** "oneHot": a step is a row of zeros with a 1 at its id, [length, size]. "ids": a row is [length] ids, for `embedding`. Default "oneHot". */
  encoding?: TextInfo["encoding"];
  /** "next": the token behind the window, a class. "each": of every step the next one, for layers that return sequences. Default "next". */
  targets?: TextInfo["targets"];
  /** The share of the text, its end, that is tested with; default 0.1; 0 for none. */
  testFraction?: number;
}

/** A text in two parts. */
export interface TextSplit {
  train: Dataset;
  test?: Dataset;
  vocabulary: Vocabulary;
  info: TextInfo;
  /** Ids of the part that is trained on, and of the one that is tested with. */
  trainIds: Int32Array;
  testIds: Int32Array;
  /** What was read and how, in plain sentences. */
  notes: string[];
}

/**
 * Windows of a text to train on and to test with: its end is tested with, and no character of it is seen before.
 *
 * @throws NablaError for an empty text, one shorter than a window, and characters that the vocabulary lacks, where these are refused
 */
export function textSplit<F extends number = 0.1>(
  text: string,
  asked: TextOptions & { testFraction?: F } = {},
): WithTest<TextSplit, F> {
  demandText("textSplit", "a text", text);
  const options = givenOf("textSplit", asked);
  checkGiven("textSplit", options, {
    name: string(),
    vocabulary: thing("what charVocabulary() or wordVocabulary() gives"),
    unknown: choice(UNKNOWN),
    length: int({ min: 1 }),
    step: int({ min: 1 }),
    encoding: choice(ENCODINGS),
    targets: choice(TARGETS),
    testFraction: number({ min: 0, exclusiveMax: 1 }),
  });
  const {
    name = "text",
    length = 32,
    step = 1,
    encoding = "oneHot",
    targets = "next",
    testFraction = 0.1,
  } = options;
  if (text.trim() === "")
    throw new NablaError(`${name}: the text is empty; expected characters to learn from`);
  const cut = cutAt(text, testFraction);
  const [before, behind] = [text.slice(0, cut), text.slice(cut)];
  const vocabulary = options.vocabulary ?? fittingVocabulary(before, behind, options.unknown);
  if (typeof vocabulary.tokenise !== "function")
    throw new NablaError(
      `textSplit: vocabulary: expected what charVocabulary() or wordVocabulary() gives, got ${show(vocabulary)}`,
    );
  const [trainIds, testIds] = [vocabulary.encode(before, name), vocabulary.encode(behind, name)];
  const info: TextInfo = {
    vocabulary: vocabulary.info,
    length,
    ...(step !== 1 && { step }),
    encoding,
    targets,
  };
  const part = (ids: Int32Array, lead: Int32Array, what: string): Dataset => {
    if (ids.length === 0 || lead.length + ids.length <= length)
      throw new NablaError(
        `${name}: ${ids.length} of ${trainIds.length + testIds.length} tokens are ${what}, but a window of ${length} and the next one take ${length + 1}; expected a shorter length, or a longer text`,
      );
    return rowsOf(name, joined(lead, ids), Math.max(0, lead.length - length), step, info, vocabulary.size);
  };
  const train = part(trainIds, new Int32Array(0), "trained on");
  // what stands before is known by then
  const lead = trainIds.slice(-length);
  const test = testFraction > 0 ? part(testIds, lead, "tested with") : undefined;
  const { unknown } = vocabulary.tokenise(behind);
  return {
    train,
    ...(test && { test }),
    vocabulary,
    info,
    trainIds,
    testIds,
    notes: [
      `${vocabulary.info.tokens.length} different ${vocabulary.info.kind === "chars" ? "characters" : "words"}`,
      ...(unknown.size > 0
        ? [`${unknown.size} of them are in the test part alone, and count as unknown`]
        : []),
    ],
  } as WithTest<TextSplit, F>;
}

/** Of the part that is trained on; where the other one has more, these are unknown. */
function fittingVocabulary(before: string, behind: string, unknown?: "error" | "token"): Vocabulary {
  if (unknown !== undefined) return charVocabulary(before, { unknown });
  const known = charVocabulary(before);
  return known.tokenise(behind).unknown.size === 0 ? known : charVocabulary(before, { unknown: "token" });
}

/** Between two characters, not within one of two units or a line end. */
function cutAt(text: string, testFraction: number): number {
  let at = text.length - Math.round(text.length * testFraction);
  while (
    at < text.length &&
    (/[\uDC00-\uDFFF\p{M}]/u.test(text[at]!) || (text[at] === "\n" && text[at - 1] === "\r"))
  )
    at++;
  return at;
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const all = new Int32Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function rowsOf(
  name: string,
  ids: Int32Array,
  from: number,
  step: number,
  info: TextInfo,
  size: number,
): Dataset {
  const { length, encoding, targets } = info;
  const every = targets === "each" && step === 1 ? length : step;
  const starts = Uint32Array.from(
    { length: Math.floor((ids.length - length - 1 - from) / every) + 1 },
    (_, i) => from + i * every,
  );
  const width = encoding === "oneHot" ? size : 0;
  const source: TextSource = { ids, starts, length, width, targets };
  const names = { classes: size };
  const rows = textRows(
    {
      name,
      length: starts.length,
      inputShape: width > 0 ? [length, width] : [length],
      inputType: "float32",
      inputScale: 1,
      target:
        targets === "next"
          ? { kind: "class", ...names, names: classNames(info.vocabulary, size) }
          : { kind: "values", size: length, shape: [length] },
      apart: targets === "each" ? Math.ceil(length / every) - 1 : 0,
    },
    source,
  );
  return Object.assign(rows, { extra: { text: info } });
}

/** Names of ids, as confusion tables and predictions show them. */
export const classNames = ({ tokens }: VocabularyInfo, size: number): string[] =>
  ["(none)", ...tokens.map((token) => (token.trim() === "" ? show(token) : token)), "(unknown)"].slice(
    0,
    size,
  );

/** @throws NablaError for what textSplit() did not write: files come from strangers */
export function checkTextInfo(value: unknown, path = "text"): TextInfo {
  const info = value as TextInfo;
  if (!isObject(value)) throw new NablaError(`${path}: expected what textSplit() keeps, got ${show(value)}`);
  checkVocabulary(info.vocabulary, `${path}.vocabulary`);
  int({ min: 1 }).check(info.length, `${path}.length`);
  if (info.step !== undefined) int({ min: 1 }).check(info.step, `${path}.step`);
  choice(ENCODINGS).check(info.encoding, `${path}.encoding`);
  choice(TARGETS).check(info.targets, `${path}.targets`);
  return info;
}
