/** Texts as numbers: characters or words, each with an id. 0 is none of them: what fills rows up that are shorter than others. */
import { NablaError } from "../../errors.ts";
import { demand, demandText, isObject } from "../../fields/expected.ts";
import { bool, choice, int, list, show, string } from "../../fields/fields.ts";
import { checkGiven } from "../../fields/programs.ts";
import { givenOf } from "./given.ts";

/** What a token is. */
export type TokenKind = "chars" | "words";
const KINDS = ["chars", "words"] as const;
/** What becomes of tokens that a vocabulary lacks. */
export const UNKNOWN = ["error", "token"] as const;

/** A vocabulary as it is kept with a model; plain JSON. */
export interface VocabularyInfo {
  kind: TokenKind;
  /** The token with id i + 1. */
  tokens: string[];
  /** Of what is not among them: an error, or an id of its own, the one behind the others. */
  unknown: "error" | "token";
  lowercase?: boolean;
}

/** How a vocabulary is fitted. */
export interface VocabularyOptions {
  /** What becomes of characters or words that are not in it. Default "error" for characters, "token" for words: an id that all of these share. */
  unknown?: "error" | "token";
  /** How often a token has to occur; default 1. Rarer ones are unknown, so `unknown` is "token" then. */
  minCount?: number;
  /** Most tokens, the most frequent ones; default: all characters, 10,000 words. */
  maxSize?: number;
  /** Whether words are read in lower case; default false. */
  lowercase?: boolean;
}

/** Ids of a text, and what was not in the vocabulary. */
export interface Tokens {
  readonly ids: Int32Array;
  /** What is unknown, and how often it occurs. */
  readonly unknown: ReadonlyMap<string, number>;
}

/** What all unknown tokens are written as. */
export const UNKNOWN_TOKEN = "\uFFFD";

/** Words with their apostrophes, numbers, and every other sign alone. Linear: no part can match what another one gave back. */
const WORDS = /\p{L}[\p{L}\p{M}\p{N}]*(?:['’-]\p{L}[\p{L}\p{M}\p{N}]*)*|\p{N}+|[^\s\p{L}\p{N}]/gu;

/** Line ends are \n, and letters with accents one character, however they are stored. */
const cleaned = (text: string): string => text.replace(/\r\n?/g, "\n").normalize("NFC");

/** Ids for characters or words: encode(), decode(). Made by charVocabulary() and wordVocabulary(). */
export class Vocabulary {
  readonly #ids: ReadonlyMap<string, number>;

  /** @param info as it is kept with a model @throws NablaError for what is none */
  constructor(readonly info: VocabularyInfo) {
    checkVocabulary(info);
    this.#ids = new Map(info.tokens.map((token, i) => [token, i + 1]));
  }

  /** How many ids there are: 0, the tokens, and one for unknown ones where these have one. */
  get size(): number {
    return this.info.tokens.length + 1 + Number(this.info.unknown === "token");
  }

  /** The id that unknown tokens share; undefined where they are refused. */
  get unknownId(): number | undefined {
    return this.info.unknown === "token" ? this.info.tokens.length + 1 : undefined;
  }

  /** A text in its tokens. Where it is a list, these are its tokens already, and stay apart. */
  split(text: string | readonly string[]): string[] {
    const { kind, lowercase } = this.info;
    const clean = (given: string) => cleaned(lowercase ? given.toLowerCase() : given);
    if (Array.isArray(text)) {
      const odd = text.findIndex((token) => typeof token !== "string" || token.trim() === "");
      demand(odd < 0, "vocabulary", "tokens that are texts, none of them empty", text[odd]);
      return text.map(clean);
    }
    demandText("vocabulary", "text", text);
    const whole = clean(text as string);
    return kind === "chars" ? Array.from(whole) : (whole.match(WORDS) ?? []);
  }

  /** Ids of a text, or of its tokens, with unknown ones counted: they have the id unknownId, or 0 where there is none. */
  tokenise(text: string | readonly string[]): Tokens {
    const tokens = this.split(text);
    const other = this.unknownId ?? 0;
    const unknown = new Map<string, number>();
    const ids = Int32Array.from(tokens, (token) => {
      const id = this.#ids.get(token);
      if (id === undefined) unknown.set(token, (unknown.get(token) ?? 0) + 1);
      return id ?? other;
    });
    return { ids, unknown };
  }

  /**
   * Ids of a text, or of its tokens.
   * @param name what errors call the text
   * @throws NablaError with what is unknown, and how often, where that is refused
   */
  encode(text: string | readonly string[], name = "text"): Int32Array {
    const { ids, unknown } = this.tokenise(text);
    if (unknown.size === 0 || this.unknownId !== undefined) return ids;
    throw new NablaError(
      `${name}: ${unknownText(unknown, this.info.kind)} not in the vocabulary; unknown: "token" gives all such ${this.info.kind === "chars" ? "characters" : "words"} an id of their own (--unknown token, when the model is trained)`,
    );
  }

  /** The text of ids: words with blanks between them, but for those before . , ; : ! ? and the like. */
  decode(ids: ArrayLike<number>): string {
    demand(
      isObject(ids) && typeof ids.length === "number",
      "vocabulary",
      "ids, a number for each token",
      ids,
    );
    const { tokens, kind } = this.info;
    let text = "";
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (!Number.isInteger(id) || id < 0 || id >= this.size)
        throw new NablaError(`vocabulary: expected ids from 0 to ${this.size - 1}, got ${show(id)}`);
      if (id === 0) continue;
      const token = tokens[id - 1] ?? UNKNOWN_TOKEN;
      text +=
        kind === "words" && text !== "" && !/^[.,;:!?)\]}%…’]/u.test(token) && !/[([{]$/.test(text)
          ? ` ${token}`
          : token;
    }
    return text;
  }
}

/** "2 characters are (“ß” 3 times, “é” once)" */
export function unknownText(unknown: ReadonlyMap<string, number>, kind: TokenKind): string {
  const all = [...unknown].sort((a, b) => b[1] - a[1]);
  const what = kind === "chars" ? "character" : "word";
  const shown = all.slice(0, 8).map(([token, n]) => `${show(token)} ${n === 1 ? "once" : `${n} times`}`);
  return `${all.length} ${what}${all.length === 1 ? " is" : "s are"} (${shown.join(", ")}${all.length > 8 ? ", …" : ""})`;
}

/** @throws NablaError for a document that is no vocabulary: files come from strangers */
export function checkVocabulary(value: unknown, path = "vocabulary"): VocabularyInfo {
  const info = value as VocabularyInfo;
  if (typeof value !== "object" || value === null)
    throw new NablaError(
      `${path}: expected what charVocabulary() and wordVocabulary() keep, got ${show(value)}`,
    );
  choice(KINDS).check(info.kind, `${path}.kind`);
  choice(UNKNOWN).check(info.unknown, `${path}.unknown`);
  list(string(), { min: 1 }).check(info.tokens, `${path}.tokens`);
  if (info.lowercase !== undefined) bool().check(info.lowercase, `${path}.lowercase`);
  if (new Set(info.tokens).size < info.tokens.length)
    throw new NablaError(`${path}.tokens: expected different tokens`);
  return info;
}

/** The characters of a text. @throws NablaError for an empty text */
export const charVocabulary = (text: string, options: VocabularyOptions = {}): Vocabulary =>
  fitted("charVocabulary", "chars", text, options, Number.POSITIVE_INFINITY);

/** The words of a text, signs among them; or words that are a list already. @throws NablaError for a text without any */
export const wordVocabulary = (
  text: string | readonly string[],
  options: VocabularyOptions = {},
): Vocabulary => fitted("wordVocabulary", "words", text, options, 10_000);

function fitted(
  who: string,
  kind: TokenKind,
  text: string | readonly string[],
  asked: VocabularyOptions,
  most: number,
): Vocabulary {
  if (!Array.isArray(text)) demandText(who, "a text", text);
  const options = givenOf(who, asked);
  checkGiven(who, options, {
    unknown: choice(UNKNOWN),
    minCount: int({ min: 1 }),
    maxSize: int({ min: 1 }),
    lowercase: bool(),
  });
  const { minCount = 1, maxSize = most, lowercase } = options;
  const any: VocabularyInfo = { kind, tokens: ["a"], unknown: "token", ...(lowercase && { lowercase }) };
  const counts = new Map<string, number>();
  for (const token of new Vocabulary(any).split(text)) counts.set(token, (counts.get(token) ?? 0) + 1);
  if (counts.size === 0)
    throw new NablaError(`${who}: the text is empty; expected ${kind === "chars" ? "characters" : "words"}`);
  // the most frequent first; of equals in the order of their code units, the same everywhere
  const kept = [...counts]
    .filter(([, n]) => n >= minCount)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, maxSize)
    .map(([token]) => token);
  if (kept.length === 0)
    throw new NablaError(`${who}: minCount: no token occurs ${minCount} times; expected a smaller number`);
  const rare = kept.length < counts.size;
  if (rare && options.unknown === "error")
    throw new NablaError(
      `${who}: unknown: "error" would refuse the very text, of which ${counts.size - kept.length} tokens are left out by minCount or maxSize; expected "token"`,
    );
  const unknown = options.unknown ?? (rare || kind === "words" ? "token" : "error");
  return new Vocabulary({ ...any, tokens: kept.sort(), unknown });
}

/** Ids of a text by a vocabulary, with what is unknown counted: tokenise(text, vocabulary).unknown.get("ß"). */
export function tokenise(text: string, vocabulary: Vocabulary): Tokens {
  if (typeof vocabulary?.tokenise !== "function")
    throw new NablaError(
      `tokenise: expected a vocabulary, as charVocabulary() and wordVocabulary() make them, got ${show(vocabulary)}`,
    );
  return vocabulary.tokenise(text);
}
