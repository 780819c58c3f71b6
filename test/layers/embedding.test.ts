/** What embeddings begin as, and what they take. */
import { expect, test } from "vitest";
import { dense, embedding, globalAveragePooling1d, reshape, sequential } from "../../src/index.ts";

test("a table begins with values evenly from −0.05 to 0.05, as in Keras", () => {
  const model = sequential([embedding({ inputDim: 500, outputDim: 8 })], { inputShape: [2], seed: 1 });
  const values = model.weights()["embedding_1.embeddings"];
  const most = Math.max(...values.map(Math.abs));
  expect(most).toBeGreaterThan(0.0499);
  expect(most).toBeLessThanOrEqual(Math.fround(0.05));
  // of a uniform distribution: (2 · 0.05)² / 12
  const variance = values.reduce((sum, v) => sum + v * v, 0) / values.length;
  expect(variance / (0.01 / 12)).toBeCloseTo(1, 1);
});

test.each([
  ["alone", []],
  ["behind another shape", [reshape({ targetShape: [3] })]],
])(
  "bytes are refused before the first step, and nothing is called a diverging loss: %s",
  async (_, before) => {
    const layers = [
      ...before,
      embedding({ inputDim: 300, outputDim: 2 }),
      globalAveragePooling1d(),
      dense({ units: 1 }),
    ];
    const model = sequential(layers).compile({ loss: "meanSquaredError", optimizer: "sgd" });
    const x = { data: Uint8Array.from({ length: 12 }, (_, i) => i * 3), shape: [4, 3] };
    const said = await model
      .fit(x, [[1], [2], [3], [4]], { epochs: 1 })
      .catch((error: Error) => error.message);
    expect(said).toContain("takes whole numbers, but the input has bytes, which are multiplied by 0.0039");
    expect(said).not.toContain("NaN");
  },
);
