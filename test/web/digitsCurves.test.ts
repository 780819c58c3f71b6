import { describe, expect, it } from "vitest";
import { Curves } from "../../web/digits/curves.ts";

const BATCHES = 100;

/** Reports of a training whose loss falls in a straight line from 2 by 1 an epoch, seen after these batches of each epoch. */
function trained(epochs: number, seen: readonly number[], lateReport = true): Curves {
  const curves = new Curves("accuracy");
  const mean = (epoch: number, batch: number) => ({ loss: 2 - epoch - batch / BATCHES / 2, accuracy: 0.5 });
  for (let epoch = 0; epoch < epochs; epoch++) {
    const report = (batch: number) =>
      curves.add({
        epoch,
        epochs,
        batch,
        batches: BATCHES,
        step: epoch * BATCHES + batch,
        logs: mean(epoch, batch),
        samplesPerSecond: 1,
      });
    for (const batch of seen) report(batch);
    curves.addEpoch(epoch, BATCHES, { ...mean(epoch, BATCHES), valLoss: 9, valAccuracy: 0.4 });
    if (lateReport) report(BATCHES);
  }
  curves.flush();
  return curves;
}

describe("the curve of the training loss", () => {
  it.each([
    ["the last report comes shortly before the epoch's end", [30, 60, 97]],
    ["the last report is long before it", [40]],
    ["there is no report within an epoch", []],
    ["the report of the end itself comes before", [50, 100]],
  ])("has no jump at the ends of epochs: %s", (_, seen) => {
    for (const late of [true, false]) {
      const [x, loss, tests] = trained(2, seen, late).loss.peek() as [number[], number[], (number | null)[]];
      for (let i = 1; i < loss.length; i++) expect(loss[i]).toBeLessThanOrEqual(loss[i - 1]! + 1e-9);
      // one point for each place, and the figures of the test part exactly at the ends
      expect(new Set(x).size).toBe(x.length);
      expect(x.filter((_, i) => tests[i] !== null)).toEqual([1, 2]);
      expect(tests.filter((test) => test !== null)).toEqual([9, 9]);
    }
  });

  it("keeps the mean of what happened since the report before", () => {
    const [x, loss] = trained(1, [50]).loss.peek() as [number[], number[]];
    expect(x).toEqual([0.5, 1]);
    expect(loss[0]).toBeCloseTo(1.75, 6);
    expect(loss[1]).toBeCloseTo(1.25, 6);
  });
});
