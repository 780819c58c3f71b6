/** Texts as ids, their windows, and texts that a model writes. */
import { expect, test } from "vitest";
import { buffersFor, range } from "../../src/data/dataset.ts";
import { describeAll } from "../../src/data/portable.ts";
import { textSplit } from "../../src/data/sequences/texts.ts";
import { charVocabulary, tokenise, Vocabulary, wordVocabulary } from "../../src/data/sequences/vocabulary.ts";
import { dense, flatten, load, type Model, sequential } from "../../src/index.ts";
import { generate } from "../../src/sequences/generate.ts";
import { ngramBits } from "../../src/sequences/ngram.ts";
import { makeDatasets } from "../../src/worker/datasets.ts";

test("characters have ids from 1, whatever their units", () => {
  const vocabulary = charVocabulary("cab😀\r\n");
  expect(vocabulary.info.tokens).toEqual(["\n", "a", "b", "c", "😀"]);
  expect([...vocabulary.encode("a😀b\n")]).toEqual([2, 5, 3, 1]);
  expect(vocabulary.decode([2, 5, 0, 3])).toBe("a😀b");
  // an accent is a character with its letter, however it is stored
  expect([...charVocabulary("é").encode("e\u0301")]).toEqual([1]);
});

test("what a vocabulary lacks is refused with its counts, or has an id of its own", () => {
  expect(() => charVocabulary("abc").encode("aßbß€", "greeting")).toThrow(
    'greeting: 2 characters are ("ß" 2 times, "€" once) not in the vocabulary; unknown: "token" gives all such characters an id',
  );
  const open = charVocabulary("abc", { unknown: "token" });
  expect([open.size, open.unknownId]).toEqual([5, 4]);
  expect([...open.encode("aßc")]).toEqual([1, 4, 3]);
  expect(open.decode([1, 4])).toBe("a\uFFFD");
  expect(tokenise("aßbß", open).unknown).toEqual(new Map([["ß", 2]]));
});

test("words are split from signs, and written with blanks where they belong", () => {
  const vocabulary = wordVocabulary("Don't stop, said the well-known fox. Stop!", { lowercase: true });
  expect(vocabulary.info.tokens).toEqual([
    "!",
    ",",
    ".",
    "don't",
    "fox",
    "said",
    "stop",
    "the",
    "well-known",
  ]);
  expect(vocabulary.decode(vocabulary.encode("STOP,   the fox said!"))).toBe("stop, the fox said!");
  const few = wordVocabulary("a a a b b c", { maxSize: 2 });
  expect([few.info.tokens, few.size]).toEqual([["a", "b"], 4]);
  expect([...few.encode("a c b")]).toEqual([1, 3, 2]);
  // a vocabulary is plain JSON
  expect([...new Vocabulary(JSON.parse(JSON.stringify(few.info))).encode("b a")]).toEqual([2, 1]);
});

test.each([1.5, -1, Number.NaN, "1", 2 ** 53, {}])("a text is written by no seed such as %o", (seed) => {
  const extra = { text: textSplit("abcabc", { length: 2, testFraction: 0 }).info };
  const model = { metadata: { extra }, predict: () => new Error("not asked") } as never;
  expect(() => generate(model, { seedText: "a", seed: seed as number })).toThrow(
    /^generate: seed: expected a whole number/,
  );
});

const rowsOf = (dataset: ReturnType<typeof textSplit>["train"], epoch?: number) => {
  const { x, y } = buffersFor(dataset, dataset.length);
  dataset.read(range(dataset.length), x, y, epoch);
  return { x: [...x], y: [...y] };
};

test("windows are one-hot rows or ids, and the end of the text is tested with", () => {
  const text = "abcabcabcabc";
  const {
    train,
    test: tested,
    vocabulary,
  } = textSplit(text, { length: 2, testFraction: 0.25, encoding: "ids" });
  expect(train.inputShape).toEqual([2]);
  expect(rowsOf(train)).toEqual({ x: [1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 1, 1, 2], y: [3, 1, 2, 3, 1, 2, 3] });
  expect(rowsOf(tested!)).toEqual({ x: [2, 3, 3, 1, 1, 2], y: [1, 2, 3] });
  const hot = textSplit(text, { length: 2, testFraction: 0 }).train;
  expect(hot.inputShape).toEqual([2, 4]);
  expect(rowsOf(hot).x.slice(0, 8)).toEqual([0, 1, 0, 0, 0, 0, 1, 0]);
  expect(vocabulary.size).toBe(4);
  const each = textSplit(text, { length: 3, testFraction: 0, encoding: "ids", targets: "each" }).train;
  expect([each.target, each.length]).toEqual([{ kind: "values", size: 3, shape: [3] }, 3]);
  expect(rowsOf(each).y.slice(0, 3)).toEqual([2, 3, 1]);
  const sent = structuredClone(describeAll([hot]).portables) as Parameters<typeof makeDatasets>[0];
  const [made] = makeDatasets(sent, new Map(), () => Promise.reject(new Error("nothing is asked for")));
  expect(rowsOf(made!, 1)).toEqual(rowsOf(hot, 1));
});

test("while training some windows have no beginning, which follows from epoch and row", () => {
  const { train } = textSplit("abc".repeat(200), { length: 6, testFraction: 0 });
  const ones = (epoch?: number) => rowsOf(train, epoch).x.reduce((a, b) => a + b, 0);
  expect(ones()).toBe(train.length * 6);
  expect(ones(0)).toBeLessThan(train.length * 6);
  expect(ones(0)).toBeGreaterThan(train.length * 5);
  expect(rowsOf(train, 3)).toEqual(rowsOf(train, 3));
  expect(rowsOf(train, 3).x).not.toEqual(rowsOf(train, 4).x);
});

async function writer(): Promise<Model> {
  const { train, vocabulary } = textSplit("one two three. ".repeat(40), { length: 6, testFraction: 0 });
  const model = sequential(
    [
      flatten(),
      dense({ units: 24, activation: "relu" }),
      dense({ units: vocabulary.size, activation: "softmax" }),
    ],
    { seed: 1 },
  );
  model.compile({ optimizer: { name: "adam", learningRate: 0.02 }, loss: "categoricalCrossentropy" });
  await model.fit(train, { epochs: 4, batchSize: 32 });
  return model;
}

test("a model goes on with a text, the same for the same seed", async () => {
  const model = await writer();
  expect(generate(model, { seedText: "one ", temperature: 0, length: 11 })).toBe("two three. ");
  // a short beginning is nothing new
  expect(generate(model, { seedText: "on", temperature: 0, length: 5 })).toBe("e two");
  expect(generate(model, { seedText: "one", temperature: 0, length: 50, stop: "." })).toBe(" two three.");
  const free = (seed: number) => generate(model, { seedText: "o", temperature: 3, length: 40, seed });
  expect(free(1)).toBe(free(1));
  expect(free(1)).not.toBe(free(2));
  expect(generate(model, { seedText: "one ", temperature: 3, topK: 1, length: 11, seed: 5 })).toBe(
    "two three. ",
  );
  const again = load(model.save());
  expect(generate(again, { seedText: "o", temperature: 3, length: 40, seed: 1 })).toBe(free(1));
  expect(() => generate(model, { seedText: "öne" })).toThrow(
    /generate: seedText: 1 character is \("ö" once\) not in/,
  );
  expect(() => generate(sequential([dense({ units: 1, inputShape: [2] })]))).toThrow(
    /was not trained on a text/,
  );
});

test("counting takes as many bits as it should", () => {
  // a coin: one bit, and a little for what is not sure
  const coin = Array.from({ length: 4000 }, (_, i) => ((i * 2654435761) >>> 13) % 2);
  expect(ngramBits(coin, coin.slice(0, 500), 2, 1)).toBeCloseTo(1, 2);
  // nothing is counted: all are as likely
  expect(ngramBits([], [0, 1, 2], 8)).toBeCloseTo(3, 12);
  // by hand: after "0" came 1 two times of two, one kind of token; p(1) = (2 + 1 · p₁) / 3, p₁ = (2 + 2 · ½) / 6
  const p = (2 + (2 + 2 * 0.5) / 6) / 3;
  const first = (2 + 2 * 0.5) / 6; // "0" two times of four, two kinds
  expect(ngramBits([0, 1, 0, 1], [0, 1], 2, 2)).toBeCloseTo(-(Math.log2(first) + Math.log2(p)) / 2, 12);
});

test.each<[string, () => unknown, RegExp]>([
  ["an empty text", () => textSplit("  \n"), /text: the text is empty; expected characters to learn from/],
  [
    "a text shorter than a window",
    () => textSplit("abc", { length: 8 }),
    /3 of 3 tokens are trained on, but a window of 8 and the next one take 9/,
  ],
  ["a vocabulary of nothing", () => charVocabulary(""), /charVocabulary: the text is empty/],
  ["no words", () => wordVocabulary(" \n"), /wordVocabulary: the text is empty; expected words/],
  [
    "a vocabulary that lacks the text",
    () => textSplit("abcdabcd", { vocabulary: charVocabulary("abc"), length: 2 }),
    /text: 1 character is \("d" .* not in the vocabulary/,
  ],
  ["ids beyond", () => charVocabulary("ab").decode([3]), /expected ids from 0 to 2, got 3/],
  [
    "a vocabulary from a stranger",
    () => new Vocabulary({ kind: "chars", tokens: ["a", "a"], unknown: "error" }),
    /expected different tokens/,
  ],
])("%s is refused", (_, make, message) => {
  expect(make).toThrow(message);
});
