/** What fits into memory to be trained can be saved and read: neither takes more of it. */
import { expect, test } from "vitest";
import { conv2d, dense, flatten, load, type Model, sequential, weightsSha256 } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";

const UNITS = 3001;

test("save(), weights() and setWeights() of a large tensor take no room in linear memory", async () => {
  const model = sequential([dense({ units: UNITS })], { inputShape: [503], seed: 1 } as never);
  model.compile({ loss: "meanSquaredError", optimizer: "adam" });
  const rows = (n: number) => ({ data: new Float32Array(n).fill(0.5), shape: [1, n] });
  await model.fit(rows(503), rows(UNITS), { batchSize: 1, epochs: 1 });
  const { core } = internalsOf(model).built;
  const before = core.exports.memory.buffer.byteLength;
  const sha = weightsSha256(model);
  const weights = model.weights();
  model.save();
  model.setWeights(weights);
  expect(core.exports.memory.buffer.byteLength).toBe(before);
  expect(weightsSha256(model)).toBe(sha);
});

/** Widths around those of panels, and groups. */
const models: [string, () => Model][] = [
  ...[1, 3, 4, 5, 8, 9, 12, 13, 16, 21].map((units): [string, () => Model] => [
    `dense ${units}`,
    () => sequential([dense({ units, inputShape: [7] })], { seed: 3 }),
  ]),
  [
    "conv2d",
    () =>
      sequential([
        conv2d({ filters: 11, kernelSize: 3, inputShape: [5, 5, 2] }),
        flatten(),
        dense({ units: 2 }),
      ]),
  ],
  [
    "conv2d in groups",
    () => sequential([conv2d({ filters: 10, kernelSize: 2, groups: 2, inputShape: [4, 4, 6] }), flatten()]),
  ],
];

test.each(models)("%s: values come back as they were set, and the model as it was", (_, make) => {
  const model = make();
  const weights = model.weights();
  let n = 0;
  for (const values of Object.values(weights)) for (let i = 0; i < values.length; i++) values[i] = ++n;
  model.setWeights(weights);
  expect(model.weights()).toEqual(weights);
  expect(load(model.save()).weights()).toEqual(weights);
});
