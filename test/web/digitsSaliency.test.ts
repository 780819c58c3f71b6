/** Which pixels count: the gradient of a class's score, compared with what happens when pixels change. */
import { dense, dropout, flatten, sequential } from "nabla";
import { expect, test } from "vitest";
import { digits } from "../../src/data/digits/index.ts";
import { softmaxOf } from "../../web/digits/inspect.ts";
import { readyModel } from "../../web/digits/ready.ts";
import { saliency } from "../../web/digits/saliency.ts";

const row = (() => {
  const x = new Uint8Array(784);
  void digits({ samples: 10, part: "test" }).read(Uint32Array.of(3), x, new Int32Array(1));
  return x;
})();

test("of the network that comes with the page it is the slope of the logit, pixel by pixel", () => {
  const model = readyModel();
  const hidden = model.truncated("dense");
  const logits = (pixels: Float32Array): number[] =>
    softmaxOf(model, hidden.predict({ data: pixels, shape: [1, 28, 28, 1] }).data).map(({ z }) => z);
  const said = 3;
  const slope = saliency(model, row, said)!;
  const scale = slope.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  expect(scale).toBeGreaterThan(0.1);
  let checked = 0;
  const z = logits(Float32Array.from(row, (v) => v / 255))[said]!;
  // where there is no ink, all numbers of a pool are equal: a corner
  const inked = [...row.keys()].filter((i) => row[i]! > 0);
  for (const i of inked) {
    const step = 1 / 256;
    const near = (by: number): number =>
      logits(Float32Array.from(row, (v, j) => v / 255 + (j === i ? by : 0)))[said]!;
    const [up, down] = [(near(step) - z) / step, (z - near(-step)) / step];
    // where ReLU or pooling has a corner, there is no slope
    if (Math.abs(up - down) > 0.01 * scale) continue;
    expect(Math.abs(slope[i]! - (up + down) / 2), `pixel ${i}`).toBeLessThan(0.01 * scale);
    if (Math.abs(slope[i]!) > 0.05 * scale) checked++;
  }
  expect(checked).toBeGreaterThan(inked.length / 4);
});

test("of a linear network it is the kernel; dropout does not matter; of one output, no is the other way", () => {
  const model = sequential(
    [flatten(), dropout({ rate: 0.5 }), dense({ name: "o", units: 3, activation: "softmax" })],
    { inputShape: [28, 28] },
  );
  const kernel = model.weights()["o.kernel"]!;
  const found = saliency(model, row, 2)!;
  found.forEach((v, i) => void expect(v).toBeCloseTo(kernel[3 * i + 2]!, 5));
  const one = sequential([flatten(), dense({ name: "o", units: 1, activation: "sigmoid" })], {
    inputShape: [28, 28],
  });
  const weights = one.weights()["o.kernel"]!;
  expect(saliency(one, row, 1)![100]).toBeCloseTo(weights[100]!, 5);
  expect(saliency(one, row, 0)![100]).toBeCloseTo(-weights[100]!, 5);
});
