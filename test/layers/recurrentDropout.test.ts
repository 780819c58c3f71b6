/** Recurrent layers that drop inputs and states: against the reference with the numbers that were drawn. */
import { expect, test } from "vitest";
import { streamOf } from "../../src/layers/noise.ts";
import type { Site } from "../../src/plan/operation.ts";
import { givenFor } from "../support/graphs/check.ts";
import { runGraph, SEED, subjectOf } from "../support/graphs/run.ts";
import { near } from "../support/harness.ts";
import { Bed } from "../support/kernel.ts";
import type { Tensors } from "../support/layers/index.ts";
import { recurrent } from "../support/layers/recurrent.ts";

const [STEPS, INPUTS, UNITS, ROWS] = [4, 3, 6, 3];
/** Streams of states: src/layers/stepNoise.ts. */
const OF_STATES = 128;
const forms = [
  { type: "simpleRnn" },
  { type: "lstm" },
  { type: "gru" },
  { type: "gru", resetAfter: false },
] as const;
const rates = [
  [0.3, 0],
  [0, 0.4],
  [0.3, 0.4],
] as const;

/** What the kernel draws: [rows, units] of 0 and 1 / (1 − rate). */
function drawn(rate: number, stream: number, units: number): Float32Array {
  const bed = new Bed();
  bed.core.i32(bed.step + bed.core.record("Step").seedLow.at, 1)[0] = SEED;
  const y = bed.matrix("y", ROWS, units);
  const threshold = Math.round(rate * 4294967296);
  bed.run("STEP_NOISE", { y, step: bed.step, units, stream, threshold, scale: 1 / (1 - rate) }, ROWS);
  return Float32Array.from(bed.read(y, ROWS, units));
}

test.each(
  forms.flatMap((form) =>
    rates.map(([dropout, recurrentDropout]) => ({ ...form, dropout, recurrentDropout })),
  ),
)("%o", ({ dropout, recurrentDropout, ...form }) => {
  const config = { ...form, units: UNITS, returnSequences: true };
  const layer = { ...config, name: "walk", inputs: ["x"], dropout, recurrentDropout };
  const shape = [STEPS, INPUTS];
  const subject = subjectOf({
    layers: [{ type: "input", name: "x", shape }, layer],
    outputs: { y: "walk" },
  } as never);
  const given = givenFor(subject, ROWS);
  const stream = streamOf({ number: 0 } as Site);
  const ones = (n: number) => new Float32Array(ROWS * n).fill(1);
  const x = dropout > 0 ? drawn(dropout, stream, INPUTS) : ones(INPUTS);
  const h = recurrentDropout > 0 ? drawn(recurrentDropout, stream + OF_STATES, UNITS) : ones(UNITS);
  // some are dropped, and some are not
  for (const [all, rate] of [
    [x, dropout],
    [h, recurrentDropout],
  ] as const)
    expect(new Set(all).size).toBe(rate > 0 ? 2 : 1);
  const p: Tensors = Object.fromEntries(
    Object.entries(given.p).map(([name, values]) => [name.slice("walk.".length), values]),
  );
  const got = runGraph(subject, ROWS, given);
  const sums: Record<string, Float64Array> = {};
  for (let r = 0; r < ROWS; r++) {
    const of = <T extends Float32Array | Float64Array>(all: T, n: number) =>
      all.subarray(r * n, (r + 1) * n) as T;
    const reference = recurrent(config, shape, { x: of(x, INPUTS), h: of(h, UNITS) });
    const pass = reference.forward(p, of(given.xs[0] as Float64Array, STEPS * INPUTS), true);
    near(`y of row ${r}`, of(got.ys[0], STEPS * UNITS), pass.y, 2e-6);
    const { dx, gradients } = pass.backward(Float64Array.from(of(got.dys[0], STEPS * UNITS)));
    near(`dx of row ${r}`, of(got.dxs[0], STEPS * INPUTS), dx, 2e-6);
    for (const [name, values] of Object.entries(gradients))
      sums[name] = values.map((v, i) => v + (sums[name]?.[i] ?? 0));
  }
  for (const [name, values] of Object.entries(sums))
    near(`gradient of ${name}`, got.gradients[`walk.${name}`], values, 4e-6);
});
