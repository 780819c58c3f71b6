/** Examples of graphs, of losses of one's own and of training by hand. */
import { expect, test } from "vitest";
import { run as autoencoder } from "../../examples/autoencoder.mjs";
import { run as distillation } from "../../examples/distillation.mjs";
import { run as multiLabel } from "../../examples/multi-label.mjs";
import { run as ownLoss } from "../../examples/own-loss.mjs";
import { run as policy } from "../../examples/policy.mjs";
import { run as segmentation } from "../../examples/segmentation.mjs";
import { run as twoInputs } from "../../examples/two-inputs.mjs";
import { quiet } from "./quiet.ts";

test("two-inputs: which digit is larger takes both pictures", async () => {
  const { accuracy, alone } = await twoInputs(quiet);
  expect(alone).toBeGreaterThan(0.65);
  expect(alone).toBeLessThan(0.8); // the best that the left digit tells is 7/9
  expect(accuracy).toBeGreaterThan(0.86);
});

test("multi-label: notes of chords, each right or wrong for itself", async () => {
  const { binaryAccuracy, whole } = await multiLabel(quiet);
  expect(binaryAccuracy).toBeGreaterThan(0.99);
  expect(whole).toBeGreaterThan(0.95);
  expect(whole).toBeLessThanOrEqual(binaryAccuracy);
});

test("segmentation: a mean IoU of at least 0.95 on new pictures", async () => {
  const { iou, meanIoU } = await segmentation(quiet);
  expect(iou).toHaveLength(3);
  for (const each of iou) expect(each).toBeGreaterThan(0.95);
  expect(meanIoU).toBeGreaterThanOrEqual(0.95);
  expect(meanIoU).toBeCloseTo((iou[0] + iou[1] + iou[2]) / 3, 12);
});

test("autoencoder: eight numbers keep more of a digit than eight principal components", async () => {
  const { loss, pcaLoss, code } = await autoencoder(quiet);
  expect(code).toHaveLength(8);
  // of numpy's svd() on the same pictures
  expect(pcaLoss).toBeCloseTo(0.036266, 6);
  expect(loss).toBeLessThan(0.75 * pcaLoss);
});

test("policy: in less than a minute a pole stays up for at least 475 of 500 steps, on average over 100 episodes", async () => {
  const { before, after } = await policy(quiet);
  expect(before).toBeLessThan(50);
  expect(after).toBeGreaterThanOrEqual(475);
});

test("distillation: doubts teach more than labels, even a digit that was not shown", async () => {
  const { teacher, fromLabels, fromDoubts } = await distillation(quiet);
  expect(fromLabels.hidden).toBe(0);
  expect(fromDoubts.hidden).toBeGreaterThan(0.5);
  expect(fromDoubts.all).toBeGreaterThan(fromLabels.all + 0.05);
  expect(teacher.all).toBeGreaterThan(fromDoubts.all);
});

test("own-loss: as many points lie below each output as was asked for", async () => {
  const { fits, rows, below } = await ownLoss(quiet);
  expect(fits?.checked).toBe(15);
  expect(fits?.error).toBeLessThan(1e-5);
  [0.1, 0.5, 0.9].forEach((share, k) => {
    expect(Math.abs(below[k] - share)).toBeLessThan(0.03);
  });
  for (const { learned, exact } of rows)
    learned.forEach((value, k) => {
      expect(Math.abs(value - exact[k])).toBeLessThan(0.05);
    });
});
