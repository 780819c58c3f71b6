/** Every chapter without its page: the task, the texts and their numbers, the links. */

import { sequential, simpleRnn } from "nabla";
import { describe, expect, test } from "vitest";
import { run as batchSizes } from "../../examples/batch-sizes.mjs";
import { run as initialisation } from "../../examples/initialisation.mjs";
import { run as perceptron } from "../../examples/perceptron.mjs";
import { run as ravine } from "../../examples/ravine.mjs";
import { run as softmax } from "../../examples/softmax.mjs";
import { run as stepNetwork } from "../../examples/step-network.mjs";
import { Desk } from "../../web/course/chapter.ts";
import { written } from "../../web/course/chapters/convolution.tsx";
import type { ReadPiece } from "../../web/course/chapters/cutting.tsx";
import { type ChapterName, loadChapter, NAMES } from "../../web/course/chapters/index.ts";
import * as recurrent from "../../web/course/chapters/recurrent.tsx";
import { inkOf, SHEET } from "../../web/course/strokes.ts";
import { gradients } from "../../web/gradients.ts";
import { num } from "../../web/microscope/steps.ts";
import { text } from "../../web/text/index.ts";
import { lessons } from "../../web/text/lessons.ts";
import { fill } from "../../web/text/words.ts";
import { initialOf, read, write } from "../../web/ui/codec.ts";

interface CutResult {
  readonly gaps: readonly ReadPiece[];
  readonly components: number;
  readonly text: string;
  readonly confidence: number;
}

const quiet = (): void => {};

/** All texts in a part of the catalogue. */
const textsIn = (part: unknown): string[] =>
  typeof part === "string" ? [part] : Object.values(part as object).flatMap(textsIn);

/** A chapter's words in a state. */
async function wordsOf(name: ChapterName, patch: object = {}): Promise<Readonly<Record<string, string>>> {
  const made = await loadChapter(name);
  const state = { ...(initialOf(made.fields) as object), ...patch };
  return made.words!(await made.compute(state), state);
}

test("chapters and their texts have the same names, in the same order", () => {
  expect(Object.keys(text.chapters)).toEqual(NAMES);
  expect(Object.keys(lessons)).toEqual(NAMES);
});

describe.each(NAMES)("%s", (name) => {
  test("the task is open at first and done by its solution", async () => {
    const made = await loadChapter(name);
    const state = initialOf(made.fields) as object;
    const first = await made.compute(state);
    expect(made.solved(first, state)).toBe(false);
    const solved = { ...state, ...made.solution };
    expect(made.solved(await made.compute(solved), solved)).toBe(true);
    // a link carries it
    const query = write(made.fields, solved);
    expect(read(made.fields, query)).toEqual({ state: solved, notices: [] });
  });

  test("every place of its texts is filled, and no number is written that is computed", async () => {
    const { figure, body, task, done, labels } = lessons[name];
    const words = await wordsOf(name);
    const all = [figure, ...body, task, done];
    // raised and lowered parts have braces of their own, one in another
    const plain = (text: string): string =>
      [1, 2, 3].reduce((left) => left.replaceAll(/[\^_]\{[^{}]*\}/g, ""), text);
    for (const each of all) expect(plain(fill(each, words))).not.toMatch(/[{}]/);
    // 0, 1 and 2 are of formulas, and digits a net confuses are names; all else is computed, also where it is a word
    for (const each of [...all, ...textsIn(labels)])
      expect(plain(each.replaceAll(/\{\w+\}/g, ""))).not.toMatch(
        /\d[.,/]?\d|\b(four|five|six|seven|eight|nine|ten|twelve|sixteen|twenty|thirty|hundred|hundredth|thousand)\b/i,
      );
    for (const [key, value] of Object.entries(words)) {
      expect(all.join(" "), key).toContain(`{${key}}`);
      expect(value).not.toMatch(/undefined|NaN/);
    }
  });
});

test("numbers are those of the examples", async () => {
  const gate = await perceptron(quiet);
  expect((await wordsOf("sigmoid", { c: 3 })).distance).toBe(num(gate.scaled[1].distance));
  expect(gate.nand).toEqual([1, 1, 1, 0]);
  const { z3, z4, a3, a4, z5, a5 } = await stepNetwork(quiet);
  expect(await wordsOf("matrices")).toEqual({
    z1: `${num(z3)}, ${num(z4)}`,
    a1: `${num(a3)}, ${num(a4)}`,
    z2: num(z5),
    a2: num(a5),
    probes: "3",
  });
  const ten = await softmax(quiet);
  const words = await wordsOf("softmax");
  expect([words.lecture, words.lectureRight, words.p5]).toEqual(["1.822", "1.083", num(ten.p[5])]);
  expect(words.summed).toBe(ten.summed.toFixed(3));
  const costs = await batchSizes(quiet);
  const descent = await wordsOf("descent");
  expect([descent.full, descent.mini, descent.online]).toEqual(
    Object.values(costs).map(({ costs }) => num(costs[20])),
  );
  const { plain, momentum, nesterov } = await ravine(quiet);
  expect(await wordsOf("momentum")).toMatchObject({
    plain: String(plain.steps),
    momentum: String(momentum.steps),
    nesterov: String(nesterov.steps),
  });
  const { spreads } = await initialisation(quiet);
  expect(await wordsOf("initialisation")).toMatchObject({
    plain: spreads[2].plain.toFixed(2),
    scaled: spreads[2].scaled.toFixed(2),
  });
  expect([descent.miniSteps, descent.onlineSteps]).toEqual(["300", "4800"]);
});

test("overfitting: without remedies the validation loss rises while the training loss falls; no remedy alone does the task", async () => {
  const made = await loadChapter("overfitting");
  const initial = initialOf(made.fields) as object;
  const of = async (patch: object) => {
    const state = { ...initial, ...patch };
    const result = await made.compute(state);
    return { ...result, solved: made.solved(result, state), kept: made.words!(result, state).kept };
  };
  const plain = await of({});
  const lowest = Math.min(...plain.curves.held);
  expect(plain.curves.held.indexOf(lowest)).toBe(plain.best - 1);
  expect(plain.held).toBeGreaterThan(3 * lowest);
  expect(plain.train).toBeLessThan(0.01);
  expect(plain.held).toBeCloseTo(plain.curves.held.at(-1), 6);
  // the weights that are kept are those of the best epoch, and the border belongs to them
  const early = await of({ early: true });
  expect(early.held).toBeCloseTo(lowest, 6);
  expect([early.kept, early.curves.held.length]).toEqual([String(plain.best), plain.best + 20]);
  expect(early.border).not.toEqual(plain.border);
  for (const patch of [{ l2: "0.001" }, { l2: "0.003" }, { l2: "0.01" }, { drop: "0.2" }, { drop: "0.4" }])
    expect((await of(patch)).solved, JSON.stringify(patch)).toBe(false);
  expect(early.solved).toBe(false);
});

test("cutting: gaps fail where digits touch, the net that judges its cuts does not; pieces are where the ink is", async () => {
  const made = await loadChapter("cutting");
  const initial = initialOf(made.fields) as { ink: readonly (readonly (readonly [number, number])[])[] };
  const first = (await made.compute(initial)) as CutResult;
  expect([first.gaps.length, first.components, first.text]).toEqual([1, 1, "27"]);
  expect(first.confidence).toBeGreaterThan(0.9);
  // apart, both ways agree
  const apart = { ink: initial.ink.map((stroke, s) => stroke.map(([x, y]) => [x + 10 * s, y] as const)) };
  const second = (await made.compute(apart)) as CutResult;
  expect(second.gaps.map(({ digit }) => digit)).toEqual([2, 7]);
  expect([second.text, second.components]).toEqual(["27", 2]);
  const ink = inkOf(apart.ink);
  const inked = (x: number) =>
    Array.from({ length: SHEET.height }, (_, y) => ink[y * SHEET.width + x]!).some((v) => v > 0);
  for (const { from, to } of second.gaps) {
    expect([inked(from - 1), inked(from), inked(to - 1), inked(to)]).toEqual([false, true, true, false]);
  }
  // nothing written is no error
  expect(await made.compute({ ink: [] })).toMatchObject({ gaps: [], text: "" });
  expect(() => made.fields.ink.read("0a0")).toThrow(/four hexadecimal digits/);
  expect(() => made.fields.ink.read("ff00")).toThrow(/120 × 40/);
});

test("convolution: the formulas under the pointer are what Nabla computes, for any drawing and kernel", async () => {
  const made = await loadChapter("convolution");
  const value = (formula: string): number =>
    new Function(`const max = Math.max; return ${formula.replaceAll("·", "*").replaceAll("−", "-")}`)();
  const k = [1, -2.5, 0, 0.5, -1, 3, -0.25, 0, 2];
  for (let at = 0; at < 100; at += 7) {
    const drawing = Array.from({ length: 144 }, (_, i) => Number((i * i + at) % 5 < 2));
    const state = { drawing, k, b: -0.75, at };
    const result = (await made.compute(state)) as Parameters<typeof written>[1];
    // the same by hand
    const [row, column] = [Math.floor(at / 10), at % 10];
    let z = state.b;
    for (let i = 0; i < 9; i++) z += k[i] * drawing[(row + Math.floor(i / 3)) * 12 + column + (i % 3)];
    expect(result.z[at]).toBe(z);
    expect(result.a[at]).toBe(Math.max(0, z));
    const corner = 20 * Math.floor(row / 2) + 2 * Math.floor(column / 2);
    const pooled = result.pooled[5 * Math.floor(row / 2) + Math.floor(column / 2)];
    expect(pooled).toBe(Math.max(...[0, 1, 10, 11].map((i) => result.a[corner + i])));
    const formulas = Object.values(written(state, result));
    for (const formula of formulas) {
      const sides = formula.split(" = ").map((side) => side.trim());
      const [left, right] = sides.slice(-2);
      expect(value(left), formula).toBe(value(right));
    }
    expect(value(formulas[0].split(" = ").at(-1)!)).toBe(z);
    expect(value(formulas[2].split(" = ").at(-1)!)).toBe(pooled);
    // a link carries the drawing
    expect(read(made.fields, write(made.fields, state))).toEqual({ state, notices: [] });
  }
  expect(read(made.fields, "drawing=zz").notices).toHaveLength(1);
});

describe("recurrent", () => {
  /** simpleRnn with the same weights: the last state and its gradients. */
  function whole({ g, w, u }: { g: "tanh" | "linear"; w: number; u: number }, x: number[], y: number) {
    const rnn = simpleRnn({ name: "h", units: 1, activation: g, useBias: false, inputShape: [x.length, 1] });
    const model = sequential([rnn]).compile({ loss: "quadratic" });
    model.setWeights({ "h.kernel": [w], "h.recurrentKernel": [u] });
    const rows = [x.map((value) => [value])];
    return {
      h: model.predict(rows).data[0],
      gradients: gradients(model, [rows, [[y]]]).gradients,
    };
  }

  test.each(["recall", "add"] as const)("%s: the unrolled net has simpleRnn's numbers", (sequence) => {
    for (const steps of ["4", "10", "20"] as const)
      for (const weights of [
        { g: "tanh", w: 1, u: 0.5 },
        { g: "tanh", w: -0.75, u: 1.5 },
        { g: "linear", w: 0.5, u: -1.25 },
      ] as const) {
        const { x, y, h, delta, dw, du } = recurrent.unrolled({ sequence, steps, ...weights });
        expect(x.filter((value) => value !== 0)).toHaveLength(sequence === "recall" ? 1 : 3);
        const one = whole(weights, x, y);
        expect(h.at(-1)).toBeCloseTo(one.h, 5);
        const near = (value: number, wanted: number) =>
          expect(Math.abs(value - wanted)).toBeLessThan(1e-5 * Math.max(1, Math.abs(wanted)));
        near(dw, one.gradients["h.kernel"][0]);
        near(du, one.gradients["h.recurrentKernel"][0]);
        // δ by its formula
        const slope = (t: number) => (weights.g === "tanh" ? 1 - h[t] ** 2 : 1);
        near(delta[h.length - 1], (h[h.length - 1] - y) * slope(h.length - 1));
        for (let t = h.length - 2; t >= 0; t--) near(delta[t], weights.u * delta[t + 1] * slope(t));
      }
  });

  test("what depends on the first step vanishes, explodes or stays", () => {
    const of = (g: "tanh" | "linear", u: number) =>
      recurrent.unrolled({ sequence: "recall", steps: "20", g, w: 1, u }).reach;
    expect(of("tanh", 0.5)[0]).toBeLessThan(0.5 ** 19);
    expect(of("linear", 2)[0]).toBe(2 ** 19);
    expect(of("linear", 1)).toEqual(new Array(20).fill(1));
    // the last state is 8e8, of which single precision takes no 1
    expect(of("linear", 3)[0] / 3 ** 19).toBeCloseTo(1, 5);
    expect(of("linear", -3)[0] / (-3) ** 19).toBeCloseTo(1, 5);
    // saturated: the state is kept, but nothing can be learned from it
    expect(of("tanh", 3)[0]).toBeLessThan(1e-12);
  });

  test("the formulas of a step come to what stands there", () => {
    const value = (formula: string): number =>
      new Function(
        `const tanh = Math.tanh; return ${formula.replaceAll("·", "*").replaceAll("−", "-").replaceAll("²", "**2")}`,
      )();
    for (const g of ["tanh", "linear"] as const)
      for (const sequence of ["recall", "add"] as const) {
        const state = { sequence, steps: "4", g, w: -0.75, u: 1.25 } as const;
        const result = recurrent.unrolled(state);
        for (let t = 1; t <= 4; t++) {
          const { forward, backward } = recurrent.written(state, result, t);
          for (const [formula, wanted] of [
            [forward, result.h[t - 1]],
            [backward, result.delta[t - 1]],
          ] as const) {
            const [, left, right] = formula.split(" = ");
            expect(Math.abs(value(left) - wanted), formula).toBeLessThan(0.001);
            expect(right).toBe(num(wanted));
          }
        }
      }
  });

  test("neither tanh nor half of the solution does the task", () => {
    for (const [g, w, u] of [
      ["tanh", 1, 1],
      ["tanh", 1, 2],
      ["linear", 1, 0.5],
      ["linear", 0.5, 1],
      ["linear", -1, -1],
      // of an even number of steps: what comes first alone is kept
      ["linear", -1, 1],
    ] as const)
      expect(recurrent.farthest({ g, w, u }), `${g} ${w} ${u}`).toBeGreaterThan(0.05);
    expect(recurrent.farthest({ g: "linear", w: 1, u: 1 })).toBeLessThan(1e-6);
  });
});

test("a desk hears of changes and solutions, and only the last change counts", async () => {
  const heard: string[] = [];
  const made = await loadChapter("perceptron");
  const desk = new Desk(made, {
    changed: (query) => void heard.push(query),
    solved: () => void heard.push("solved"),
    failed: (error) => void heard.push(String(error)),
  });
  expect(desk.open("w1=99&b=3&other=1")).toHaveLength(2);
  expect(desk.state.value).toEqual({ w1: 0, w2: 0, b: 3 });
  desk.set({ w1: -2 });
  desk.set({ w2: -2 });
  await expect.poll(() => heard).toContain("solved");
  expect(heard).toEqual(["w1=-2&b=3", "w1=-2&w2=-2&b=3", "solved"]);
  expect(desk.result.value?.state).toEqual(desk.state.value);
  expect(desk.query).toBe("w1=-2&w2=-2&b=3");
});

test("a chapter that fails says so and stays usable", async () => {
  const heard: unknown[] = [];
  const desk = new Desk<{ n: number }, number>(
    {
      fields: { n: { initial: 0, read: Number, write: String } },
      compute: ({ n }) => {
        if (n === 1) throw new Error("one is not possible");
        return n;
      },
      solved: (n) => n === 2,
      solution: { n: 2 },
      Figure: () => null,
    },
    {
      changed: () => {},
      solved: () => heard.push("solved"),
      failed: (error) => heard.push((error as Error).message),
    },
  );
  desk.open("n=1");
  await expect.poll(() => heard).toHaveLength(1);
  await expect.poll(() => desk.busy.value).toBe(false);
  desk.set({ n: 2 });
  await expect.poll(() => heard).toHaveLength(2);
  expect(heard).toEqual(["one is not possible", "solved"]);
});
