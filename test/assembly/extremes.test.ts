/**
 * Activations and losses where exp overflows, differences cancel and squares leave float32: against float64, each activation and loss of the
 * index. Where mathematics has a number that float32 holds, so have values and gradients.
 */
import { describe, expect, test } from "vitest";
import { ACTIVATIONS, type ActivationName, activations } from "../../src/activations/table.ts";
import { LOSSES, type LossName, losses } from "../../src/losses/table.ts";
import { dealt } from "../support/dealt.ts";
import { runActivation, runLoss } from "../support/harness.ts";
import { activationReferences, type LossReference, lossReferences, type Row } from "../support/reference.ts";

const MAX = 3.4028234663852886e38;
const SIZES = [
  0,
  1e-45,
  1.1754944e-38,
  1e-30,
  1e-8,
  1e-3,
  0.5,
  1,
  2.9,
  3,
  8,
  17,
  50,
  86,
  87.3,
  88,
  88.8,
  103.9,
  104.1,
  1e4,
  1e10,
  1e19,
  1e30,
  MAX,
];
const EXTREMES = [...SIZES, ...SIZES.map((v) => -v)].map(Math.fround);
const INFINITE = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
/** What float64 computes limits with. */
const LIMIT = 1e300;
const finite = (v: number) => (Number.isFinite(v) ? v : Math.sign(v) * LIMIT);

/** One unit in the last place of float32, relative: 2⁻²³. */
const EPSILON = 2 ** -23;
/** Results below are zero or lose digits: the least number with all 24 bits. */
const TINY = 2 ** -126;

/**
 * @param relative of the value, in units of EPSILON
 * @param absolute what a value of about one is rounded to on the way, in the same units
 */
function close(what: string, got: number, want: number, relative: number, absolute = 0): void {
  const rounded = Math.fround(want);
  // what is multiplied by a share may have overflowed before
  if (Math.abs(want) > MAX / 4 && Math.abs(got) === Number.POSITIVE_INFINITY) return;
  if (!Number.isFinite(rounded)) return expect(got, what).toBe(rounded);
  const error = Math.abs(got - want);
  const bound = EPSILON * (relative * Math.abs(want) + absolute) + TINY;
  expect(
    error <= bound,
    `${what}: got ${got}, want ${want}, ${error / EPSILON / (Math.abs(want) || 1)} units`,
  ).toBe(true);
}

/** Rows across which an activation works: one value far above, all at one end, masked ones. */
const ROWS: Row[] = [
  [0, 0, 0],
  [1e-45, -1e-45, 0],
  [88, 0, -88],
  [104, 0, 1],
  [1e4, 0, -1e4],
  [1e30, 0, -1e30],
  [MAX, 0, -MAX],
  [MAX, MAX, -MAX],
  [-MAX, -MAX, -MAX],
  [MAX, MAX, MAX],
  [1e30, 1e30, 1e29],
  [0, -1e30, -1e30],
  [Number.NEGATIVE_INFINITY, 0, 1],
  [Number.NEGATIVE_INFINITY, MAX, -MAX],
].map((row) => row.map(Math.fround));

/** Units in the last place: exp and its kin are within 2, and what is made of them adds one or two. */
const VALUE = 6;
/** Slopes are computed from rounded values, so they have the error of a value of one. */
const SLOPE = 8;

/** Products and quotients of an infinity and zero or another: NaN, as in PyTorch. What went before has overflowed then. */
const OF_INFINITY = new Set<ActivationName>(["gelu", "silu", "hardSwish", "softsign"]);
/** Where the reference takes the difference of values of about one. */
const ABSOLUTE: Partial<Record<ActivationName, number>> = { gelu: 1 };

const kernels = ACTIVATIONS.filter((name) => activations[name].forward);
describe.each(dealt(kernels))("%s", (name: ActivationName) => {
  const reference = activationReferences[name];
  const across = name === "softmax" || name === "logSoftmax";

  test("values and slopes at extremes", () => {
    const rows = across ? ROWS : [...EXTREMES, ...(OF_INFINITY.has(name) ? [] : INFINITE)].map((z) => [z]);
    for (const z of rows) {
      const da = z.map((_, i) => (i === 0 ? 1 : 0.5 * i));
      const { a, dz } = runActivation(name, z, da, 1, 0.1);
      const limits = z.map(finite);
      const want = reference.value(limits, Math.fround(0.1));
      for (let i = 0; i < z.length; i++)
        close(`${name}(${z})[${i}]`, a[i]!, want[i]!, VALUE, ABSOLUTE[name] ?? 0);
      if (!activations[name].backward || z.some((v) => !Number.isFinite(v))) continue;
      const slopes = reference.gradient(limits, da, Math.fround(0.1));
      for (let i = 0; i < z.length; i++)
        close(`slope of ${name}(${z})[${i}]`, dz[i]!, slopes[i]!, SLOPE, SLOPE);
    }
  });

  test("no NaN for any number", () => {
    const many = Array.from({ length: 4000 }, (_, i) =>
      Math.fround((i % 2 ? -1 : 1) * 10 ** (-44 + (i / 4000) * 82)),
    );
    const { a, dz } = runActivation(
      name,
      many,
      many.map(() => 1),
      1000,
      0.1,
    );
    expect(a.some(Number.isNaN)).toBe(false);
    if (activations[name].backward) expect(dz.every(Number.isFinite)).toBe(true);
  });
});

/** Losses of what comes before an activation, without the rounding of what comes after. */
const ofLogits: Record<string, LossReference> = {
  BINARY_CROSSENTROPY_SIGMOID: {
    value: (z, y) =>
      z.reduce((s, v, i) => s + Math.max(v, 0) - v * y[i]! + Math.log1p(Math.exp(-Math.abs(v))), 0),
    gradient: (z, y) => z.map((v, i) => 1 / (1 + Math.exp(-v)) - y[i]!),
  },
  CATEGORICAL_CROSSENTROPY_SOFTMAX: {
    value(z, y) {
      const most = Math.max(...z);
      const log = Math.log(z.reduce((s, v) => s + Math.exp(v - most), 0));
      return z.reduce((s, v, i) => s + (y[i]! === 0 ? 0 : y[i]! * (most - v + log)), 0);
    },
    gradient(z, y) {
      const p = activationReferences.softmax.value(z, 0);
      const all = y.reduce((s, v) => s + v, 0);
      return p.map((v, i) => all * v - y[i]!);
    },
  },
};

const TARGETS: Record<string, Row[]> = {
  probability: [[0], [1], [0.3]],
  distribution: [
    [1, 0, 0],
    [0, 0, 1],
    [0.2, 0.3, 0.5],
  ],
  "one-hot": [
    [1, 0, 0],
    [0, 0, 1],
  ],
  sign: [[1], [-1]],
  binary: [[0], [1]],
  any: [[0], [1], [-1e30], [1e30], [1e-45]],
};

/** What is clipped is clipped to numbers of float32. */
const clip = (a: number) => Math.min(Math.max(a, Math.fround(1e-7)), Math.fround(1 - 1e-7));
/** Not where 1 + a − b is a − b, which loses what the loss is about. */
const apart = (row: Row) => row.every((v, i) => Math.abs(v) < 1e7 || row.indexOf(v) === i);

describe.each(dealt(LOSSES))("%s", (name: LossName) => {
  const { kernel, domain, fused } = losses[name];
  const targets = TARGETS[domain ?? "any"]!;
  const wide = targets[0]!.length > 1;
  const probability = domain === "probability" || domain === "distribution";
  const shares: Row[] = wide
    ? [
        [1, 0, 0],
        [0, 1, 0],
        [1, 1e-45, 1e-45],
        [1 - EPSILON / 2, EPSILON / 2, 0],
      ]
    : [0, 1, 1e-45, 1e-8, 1e-7, 1 - EPSILON / 2, 0.5].map((v) => [v]);
  const outputs = probability
    ? shares
    : wide
      ? ROWS.filter((row) => row.every(Number.isFinite) && apart(row))
      : EXTREMES.map((v) => [v]);

  test("of outputs at extremes", () => {
    const reference = lossReferences[name];
    for (const y of targets)
      for (const given of outputs.map((row) => row.map(Math.fround))) {
        const x = domain === "probability" ? given.map(clip) : given;
        const got = runLoss(name, kernel, { x: given, y, rows: 1 });
        const exact = y.map(Math.fround);
        const what = `${name}(${x}; ${y})`;
        close(what, got.losses[0]!, reference.value(x, exact, 1), 16, probability ? 16 : 0);
        for (const [i, want] of reference.gradient(x, exact, 1).entries())
          close(`gradient of ${what}[${i}]`, got.gradient[i]!, want, 16, 0);
      }
  });

  test.each([...new Set(Object.values(fused))])("%s of logits at extremes", (both) => {
    const reference = ofLogits[both]!;
    const logits = wide ? ROWS : EXTREMES.map((v) => [v]);
    // the mean over units, or the sum
    for (const y of targets)
      for (const x of logits) {
        if (x.some((v, i) => !Number.isFinite(v) && y[i] !== 0)) continue;
        const exact = y.map(Math.fround);
        const got = runLoss(name, both, { x, y, rows: 1 });
        const what = `${both}(${x}; ${y})`;
        close(what, got.losses[0]!, reference.value(x, exact, 1), 16, 4);
        for (const [i, want] of reference.gradient(x, exact, 1).entries())
          close(`gradient of ${what}[${i}]`, got.gradient[i]!, want, 4, 4);
      }
  });
});
