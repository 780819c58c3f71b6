/** What targets turn out to be is looked at in every batch, and not in the first alone. */
import { expect, test } from "vitest";
import { dense, sequential } from "../../src/index.ts";

test("a quantity after many rows of 0 and 1 is found by the metric that cannot measure it", async () => {
  const rows = 512;
  const x = { data: Float32Array.from({ length: rows * 2 }, (_, i) => (i % 5) / 5), shape: [rows, 2] };
  const y = {
    data: Float32Array.from({ length: rows }, (_, i) => (i === rows - 1 ? 0.25 : i % 2)),
    shape: [rows, 1],
  };
  const model = sequential([dense({ units: 1, inputShape: [2] })], { seed: 1 });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", metrics: ["accuracy"] });
  await expect(model.fit(x, y, { epochs: 1, batchSize: 32, shuffle: false })).rejects.toThrow(
    /"accuracy" does not measure what the targets are: quantities \(0.25\)/,
  );
});
