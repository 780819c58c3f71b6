/** Tapes cut into groups for threads: in whatever order threads come, the bits are those of one. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromConfig, type Model, sequential, weightsSha256 } from "../../src/index.ts";
import { dense } from "../../src/layers/dense.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { planFor } from "../../src/network/plans.ts";
import { ALONE, GROUP, MEET } from "../../src/threads/share.ts";
import { modelOf, recipes } from "../support/graphs/random.ts";
import { inTurns } from "../support/inTurns.ts";
import { values } from "../support/kernel.ts";
import { dataFor, NETS } from "../support/tapeNets.ts";

const ORDERS = [
  [1, 0],
  [2, 1, 0],
  [1, 2, 0],
  [4, 2, 3, 0, 1],
  [7, 6, 5, 4, 3, 2, 1, 0],
];

describe.each(Object.entries(NETS))("%s", (_, document) => {
  const data = dataFor(document);
  const train = async (order?: readonly number[]) => {
    const { model, fit } = fromConfig(document);
    const turns = order && inTurns(internalsOf(model).build(data.inputShape), order);
    await model.fit(data, { ...fit, worker: false });
    const scores = await model.evaluate(data);
    turns?.end();
    if (turns) expect(turns.meetings).toBeGreaterThan(10);
    return [weightsSha256(model), JSON.stringify(scores), model.predict(data).data.join()];
  };
  test("has the same bits whichever part comes first", async () => {
    const one = await train();
    for (const order of ORDERS) expect(await train(order), String(order)).toEqual(one);
  });
});

test("random graphs have the same bits whichever part comes first", async () => {
  const n = 5;
  let trained = 0;
  const property = fc.asyncProperty(recipes, async (recipe) => {
    const train = async (order?: readonly number[]) => {
      const model = modelOf(recipe);
      const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
      const x = { data: values(n * size(model.inputShape), 9), shape: [n, ...model.inputShape] };
      const y = { data: values(n * size(model.outputShape), 10), shape: [n, size(model.outputShape)] };
      model.compile({ loss: "quadratic", optimizer: { name: "adam", clipNorm: 1 } });
      const turns = order && inTurns(internalsOf(model).built, order);
      await model.fit(x, y, { epochs: 2, batchSize: 3, seed: 3, worker: false });
      turns?.end();
      return weightsSha256(model);
    };
    const one = await train();
    trained++;
    for (const order of ORDERS.slice(1, 4)) expect(await train(order), String(order)).toBe(one);
  });
  await fc.assert(property, { numRuns: 12, seed: 15 });
  expect(trained).toBe(12);
});

/** Groups of a training step, as text: instructions that are shared, or (alone). A bar is a meeting. */
function groupsOf(model: Model, rows: number): string {
  const network = internalsOf(model).built;
  const { state } = internalsOf(model);
  const turns = inTurns(network, [0, 1], 700);
  const { groups } = planFor(network, "train", rows, [{ type: "float32", scale: 1 }], {
    objectives: [{ loss: state.required.loss, target: "class" }],
  }) as unknown as { groups: Int32Array };
  turns.end();
  let text = "";
  for (let g = 0; g < groups.length; g += GROUP) {
    const [from, to, marks] = groups.subarray(g, g + GROUP);
    const numbers = `${from}${to - from > 1 ? `-${to - 1}` : ""}`;
    text += `${(marks & MEET) !== 0 ? " | " : " "}${(marks & ALONE) !== 0 ? `(${numbers})` : numbers}`;
  }
  return text.trim();
}

test("small neighbours are done by one, without meetings; what is independent has none between", () => {
  const net = (units: number) =>
    sequential([
      dense({ units, activation: "relu", inputShape: [units] }),
      dense({ units: 4, activation: "softmax" }),
    ]).compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
  // the only meeting is behind LOSS_REDUCE, which may stop the tape
  expect(groupsOf(net(4), 4)).toBe("(0-5) | (6-9)");
  // DENSE_FORWARD | RELU | DENSE_FORWARD and ONE_HOT | loss | (LOSS_REDUCE) | …
  expect(groupsOf(net(512), 128)).toBe("0 | 1 | 2-3 | 4 | (5) | 6 | 7 | 8 | 9");
});
