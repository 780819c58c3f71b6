/** readDigits: with made-up classifiers, and with one that learned from the generated digits. */
import { beforeAll, expect, test } from "vitest";
import { distance, makeStrip } from "../../bench/strips.mjs";
import { buffersFor, range } from "../../src/data/dataset.ts";
import { digits } from "../../src/data/index.ts";
import { dense, flatten, type LinePicture, type Model, readDigits, sequential } from "../../src/index.ts";
import { Stream } from "../../src/math/random.ts";
import { double, drawn } from "./support.ts";

const BARS = drawn(`${".".repeat(20)} ${"..##....##....##.... ".repeat(10)}${".".repeat(20)}`, 2);

test("digits that stand apart come from left to right, with their columns in the picture", () => {
  const reading = readDigits(
    double(() => 7),
    BARS,
  );
  expect(reading.text).toBe("777");
  expect(reading.digits.map(({ from, to }) => [from, to])).toEqual([
    [4, 8],
    [16, 20],
    [28, 32],
  ]);
  for (const { digit, confidence, ranking } of reading.digits) {
    expect([digit, confidence]).toEqual([7, expect.closeTo(0.99, 5)]);
    expect(ranking.map((each) => each.digit)).toEqual([7, 0, 1, 2, 3, 4, 5, 6, 8, 9]);
  }
  expect(reading.confidence).toBeGreaterThan(0.5);
  expect(reading.confidence).toBeLessThanOrEqual(0.99 ** 3);
  expect(
    readDigits(
      double(() => 7),
      { ...BARS, data: BARS.data.map((v) => 255 - v) },
    ),
  ).toEqual(reading);
});

test("of two ways to cut, the classifier decides", () => {
  // one digit or two that touch?
  const ring = drawn(`.......... ..######.. ${".##....##. ".repeat(8)}..######.. ..........`, 2);
  const wide = (pixels: Uint8Array) =>
    Array.from({ length: 28 }, (_, x) => pixels.some((value, i) => i % 28 === x && value > 0)).filter(Boolean)
      .length > 14;
  const sureOf = (whole: boolean) => ({
    ...double(() => 0),
    predict(x: Uint8Array) {
      const data = new Float32Array((x.length / 784) * 10).fill(0.1);
      for (let row = 0; row < x.length / 784; row++)
        if (wide(x.subarray(row * 784, row * 784 + 784)) === whole)
          data.fill(0, row * 10, row * 10 + 10)[row * 10 + (whole ? 0 : 3)] = 1;
      return { data };
    },
  });
  expect(readDigits(sureOf(true), ring).text).toBe("0");
  expect(readDigits(sureOf(false), ring).text).toBe("33");
});

test("outputs that are no shares are made so", () => {
  const of = (values: readonly number[]) => ({
    ...double(() => 0),
    predict: (x: Uint8Array) => ({
      data: Float32Array.from({ length: (x.length / 784) * 10 }, (_, i) => values[i % 10]),
    }),
  });
  const sigmoids = readDigits(of([0, 0.5, 0, 0, 0.25, 0, 0, 0, 0, 0]), BARS).digits[0];
  expect(sigmoids.ranking.slice(0, 2)).toEqual([
    { digit: 1, confidence: 2 / 3 },
    { digit: 4, confidence: 1 / 3 },
  ]);
  const logits = readDigits(of([-1, -1, -1, 4, -1, -1, -1, -1, -1, -1]), BARS).digits[0];
  expect(logits.digit).toBe(3);
  expect(logits.confidence).toBeCloseTo(1 / (1 + 9 * Math.exp(-5)), 10);
  expect(readDigits(of(new Array(10).fill(0)), BARS).digits[0].confidence).toBe(0.1);
  expect(() => readDigits(of([Number.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0]), BARS)).toThrow(
    /expected ten finite outputs .* such as NaN; is the model trained\?/,
  );
});

test("classes in another order, and each input shape of a picture", () => {
  const classes = [..."1234567890"];
  expect(readDigits({ ...double(() => 9), metadata: { classes } }, BARS).text).toBe("000");
  for (const inputShape of [[28, 28], [784]])
    expect(readDigits({ ...double(() => 2), inputShape }, BARS).text).toBe("222");
});

const model = double(() => 1);
const flat = { data: new Uint8Array(400).fill(200), width: 20, height: 20 };
test.each<[string, object, object, RegExp]>([
  ["no ink", model, flat, /^strip\.png: found no ink: the background is 200 of 255 .* expected dark digits/],
  [
    "hardly any contrast",
    model,
    { ...BARS, data: BARS.data.map((v) => (v ? 120 : 100)) },
    /found no ink: .* stands out by 24 or more/,
  ],
  [
    "too large",
    model,
    { data: new Uint8Array(4), width: 5000, height: 5000 },
    /5000 × 5000 is too large: .* 25,000,000; make it smaller/,
  ],
  ["no width", model, { ...flat, width: 0 }, /width and height: expected whole numbers above 0, got 0 × 20/],
  [
    "too few values",
    model,
    { ...flat, width: 21 },
    /expected 21 · 20 pixels of 1, 2, 3 or 4 channels, got 400 values/,
  ],
  ["other channels", model, { ...flat, channels: 3 }, /got 400 values and channels: 3/],
  [
    "floats",
    model,
    { ...flat, data: new Float32Array(400) },
    /data: expected a Uint8Array of values from 0 to 255/,
  ],
  [
    "too long",
    model,
    {
      data: Uint8Array.from({ length: 60000 }, (_, i) =>
        i % 20000 > 0 && i % 20000 < 19999 && i > 20000 && i < 40000 ? 255 : 0,
      ),
      width: 20000,
      height: 3,
    },
    /a line 19998 times as long as it is high is too long/,
  ],
  [
    "another input",
    { ...model, inputShape: [32, 32, 3] },
    BARS,
    /28 × 28 .*; this one takes \[32, 32, 3\]; train one with nabla train digits/,
  ],
  ["another output", { ...model, outputShape: [2] }, BARS, /has ten outputs; this one's output is \[2\]/],
  [
    "other classes",
    { ...model, metadata: { classes: ["shirt", "coat", ..."01234567"] } },
    BARS,
    /this one's classes are shirt, coat, 0/,
  ],
  [
    "equal classes",
    { ...model, metadata: { classes: [..."0123456788"] } },
    BARS,
    /this one's classes are 0, 1/,
  ],
  [
    "a table's model",
    { ...model, metadata: { standardisation: { mean: [0], scale: [1] } } },
    BARS,
    /standardised columns of a table/,
  ],
])("refused: %s", (_, classifier, picture, message) => {
  expect(() => readDigits(classifier as typeof model, picture as LinePicture, { name: "strip.png" })).toThrow(
    message,
  );
});

test("a misspelt option is an error", () => {
  expect(() => readDigits(model, BARS, { nmae: "x" } as object)).toThrow(
    /unknown option "nmae"; did you mean "name"/,
  );
});

let trained: Model;
beforeAll(async () => {
  trained = sequential(
    [flatten(), dense({ units: 64, activation: "relu" }), dense({ units: 10, activation: "softmax" })],
    { seed: 1 },
  );
  trained.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
  await trained.fit(digits({ samples: 8000 }), { epochs: 6, batchSize: 32 });
});

/** For strips of generated digits that the model has not seen: what was read, and how rightly. */
function share(options: object, strips = 60) {
  const test = digits({ samples: 1000, part: "test" });
  const { x, y } = buffersFor(test, test.length);
  test.read(range(test.length), x, y);
  const image = (i: number) => x.subarray(i * 784, i * 784 + 784) as Uint8Array;
  let [all, wrong, lengths] = [0, 0, 0];
  const readings = [];
  for (let s = 0; s < strips; s++) {
    const strip = makeStrip(image, (i) => y[i], test.length, new Stream(3, 4, s), options);
    const reading = readDigits(trained, strip.picture);
    readings.push(reading);
    all += strip.text.length;
    wrong += distance(strip.text, reading.text);
    lengths += Number(strip.text.length === reading.text.length);
  }
  return { right: 1 - wrong / all, lengths: lengths / strips, readings };
}

// a classifier that learned so little tells 84.7 % of single digits: more cannot be read
test.each<[string, object, number, number]>([
  ["apart", { gap: [1, 6] }, 0.84, 0.97],
  ["apart, of different heights", { gap: [1, 6], scale: [0.7, 1.4] }, 0.82, 0.97],
  ["noisy, dark on light", { dark: true, noise: 15 }, 0.81, 0.97],
  ["in boxes that overlap", { gap: [-3, -1] }, 0.68, 0.75],
  ["that touch", { meet: true, gap: [0, 0] }, 0.64, 0.6],
])("reads generated digits %s", (_, options, right, lengths) => {
  const got = share(options);
  expect(got.right).toBeGreaterThan(right);
  expect(got.lengths).toBeGreaterThan(lengths);
});

test("the same picture and weights give the same reading", () => {
  expect(share({}, 5).readings).toEqual(share({}, 5).readings);
});
