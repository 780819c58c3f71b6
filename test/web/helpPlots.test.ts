/** The small plots of "What is this?", beside the formulas that stand with them. */
import { describe, expect, it } from "vitest";
import { ACTIVATIONS, LOSSES, OUTPUTS, SCHEDULES } from "../../web/plane/state/choices.ts";
import { enHelp } from "../../web/text/enHelp.ts";
import { sketchOf } from "../../web/ui/helpPlots.ts";

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const { loss: lossHelp, activation: activationHelp } = enHelp.about;

describe("plots of activations", () => {
  const G: Record<string, (z: number) => number> = {
    tanh: Math.tanh,
    relu: (z) => Math.max(0, z),
    leakyRelu: (z) => (z < 0 ? 0.01 * z : z),
    elu: (z) => (z < 0 ? Math.exp(z) - 1 : z),
    silu: (z) => z * sigmoid(z),
    softplus: (z) => Math.log(1 + Math.exp(z)),
    sigmoid,
    gaussian: (z) => Math.exp(-z * z),
    linear: (z) => z,
  };
  it.each(ACTIVATIONS.map(({ value }) => value))("have its formula and its derivative: %s", (name) => {
    expect(activationHelp.formulas[name]).toBeDefined();
    const [g, slope] = sketchOf("activation", name).lines;
    for (let i = 1; i + 1 < g!.points.length; i++) {
      const [z, a] = g!.points[i]!;
      if (G[name]) expect(a).toBeCloseTo(G[name](z), 5);
      // the corner of those that have one
      if (Math.abs(z) < 0.15) continue;
      const [before, after] = [g!.points[i - 1]!, g!.points[i + 1]!];
      expect(slope!.points[i]![1]).toBeCloseTo((after[1] - before[1]) / (after[0] - before[0]), 1);
    }
  });
});

describe("plots of losses", () => {
  const L: Record<string, (z: number) => number> = {
    categoricalCrossentropy: (z) => Math.log(1 + Math.exp(-z)),
    crossEntropy: (z) => -Math.log(sigmoid(z)) + Math.log(2),
    binaryCrossentropy: (z) => -Math.log(sigmoid(z)),
    quadratic: (z) => ((sigmoid(z) - 1) ** 2 + 0.25) / 2,
    meanSquaredError: (z) => (z - 1) ** 2 / 2,
    categoricalHinge: (z) => Math.max(0, 1 - z),
    perceptron: (z) => (z > 0 ? 0 : 1),
  };
  it.each(LOSSES.map(({ value }) => value))("have its formula: %s", (name) => {
    expect(enHelp.outputs[name]).toBe(OUTPUTS[name]);
    expect(name in lossHelp.formulas || name === "categoricalCrossentropy").toBe(true);
    for (const [z, value] of sketchOf("loss", name).lines[0]!.points)
      expect(value).toBeCloseTo(L[name]!(z), 4);
  });
});

describe("plots of schedules", () => {
  const SHARE: Record<string, (t: number) => number> = {
    constant: () => 1,
    "step:0.5,50": (t) => 0.5 ** Math.floor(t / 50),
    "exponential:0.99": (t) => 0.99 ** t,
    "inverseTime:0.02": (t) => 1 / (1 + 0.02 * t),
    "cosine:0,300": (t) => (1 + Math.cos((Math.PI * Math.min(t, 300)) / 300)) / 2,
  };
  it.each(SCHEDULES.map(({ value }) => value))("have its share of the rate: %s", (name) => {
    const { points } = sketchOf("schedule", name).lines[0]!;
    for (const [t, share] of points) {
      if (SHARE[name]) expect(share).toBeCloseTo(SHARE[name](t), 6);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  });
});
