/** What a step leaves behind: views of memory are made once, not in every step, and never of memory that has grown since. */
import { expect, test } from "vitest";
import { Core } from "../../src/core/core.ts";
import { arrayDataset, conv2d, dense, flatten, type LayerInput, sequential } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";

const pixels = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 37) % 251);

test.each<[string, LayerInput[]]>([
  ["dense", [flatten({ inputShape: [8, 8, 1] }), dense({ units: 3, activation: "softmax" })]],
  [
    "convolutions",
    [
      conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1] }),
      flatten(),
      dense({ units: 3, activation: "softmax" }),
    ],
  ],
])("%s: steps use the views of those before", async (_, layers) => {
  // 4 batches of 8 rows and one of 3
  const data = arrayDataset(
    pixels(35 * 64),
    Array.from({ length: 35 }, (_, i) => i % 3),
    { inputShape: [8, 8, 1] },
  );
  const model = sequential(layers, { seed: 1 }).compile({
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const made: number[] = [];
  let views: readonly unknown[] = [];
  const onBatchEnd = () => {
    const now: readonly unknown[] = [...internalsOf(model).built.core["views"]];
    made.push(now.filter((view, i) => view !== undefined && view !== views[i]).length);
    views = now;
  };
  await model.fit(data, { epochs: 3, batchSize: 8, threads: 1, callbacks: [{ onBatchEnd }] });
  expect(made).toHaveLength(15);
  // the first step makes them; steps of an epoch that follow one of as many rows make none
  expect(made[0]).toBeGreaterThan(5);
  for (const batch of [2, 3, 7, 8, 12, 13]) expect(made[batch], `batch ${batch}`).toBe(0);
});

test("a view is the same as long as its memory is, and of its kind", () => {
  const core = new Core();
  const at = core.base;
  const floats = core.f32(at, 4);
  floats.set([1, 2, 3, 4]);
  expect(core.f32(at, 4)).toBe(floats);
  expect(core.f32(at, 3)).toEqual(new Float32Array([1, 2, 3]));
  expect(core.i32(at, 4)).toBeInstanceOf(Int32Array);
  expect(core.u8(at, 4)).toEqual(new Uint8Array([0, 0, 128, 63]));
  expect(core.f32(at, 4)).toEqual(floats);
  const before = core.f32(at, 4);
  core.reserve(core.exports.memory.buffer.byteLength + 1);
  expect(before).toHaveLength(0);
  expect(core.f32(at, 4)).toEqual(new Float32Array([1, 2, 3, 4]));
});
