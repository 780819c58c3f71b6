/** The microscope's numbers: they are Nabla's, they fit each other, and its formulas come to what they say. */
import { dense, sequential } from "nabla";
import { describe, expect, test } from "vitest";
import { linesOf, num, reached, stepsOf } from "../../web/microscope/steps.ts";
import { type Case, type LossName, nudge, type Place, trace } from "../../web/microscope/trace.ts";
import { ACTIVATIONS, OUTPUTS } from "../../web/plane/state/choices.ts";

/** Two inputs, three hidden units, so many outputs; weights and biases random. */
function caseOf(activation: string, loss: LossName, outputs = 2, seed = 1): Case {
  const common = { biasInitializer: { name: "gaussian", stddev: 0.5 } } as const;
  const units = [3, 3, outputs];
  const weights = sequential(
    units.map((n, i) => dense({ name: `l${i}`, units: n, ...common })),
    { inputShape: [2], seed },
  ).weights();
  return {
    layers: units.map((_, i) => ({
      kernel: weights[`l${i}.kernel`],
      bias: weights[`l${i}.bias`],
      activation: i < 2 ? activation : OUTPUTS[loss],
    })),
    loss,
    x: [0.8, -1.3],
    y: Array.from({ length: outputs }, (_, k) => (k === outputs - 1 ? 1 : 0)),
    rate: 0.3,
  };
}

// the perceptron's rule has a test of its own: it is for one layer, and is no gradient
const LOSSES = (Object.keys(OUTPUTS) as LossName[]).filter((loss) => loss !== "perceptron");

describe.each(ACTIVATIONS.map(({ value }) => value))("%s", (activation) => {
  test.each(LOSSES)("%s: numbers fit each other, and each gradient agrees with a nudge", (loss) => {
    const net = caseOf(activation, loss);
    const { layers } = trace(net);
    layers.forEach(({ input, delta, dKernel, slope, z, kernel }, l) => {
      const units = delta.length;
      expect(input).toEqual(l === 0 ? net.x : layers[l - 1].a);
      z.forEach((value, j) => {
        const sum = input.reduce((s, v, k) => s + v * kernel[k * units + j], net.layers[l].bias[j]);
        expect(value).toBeCloseTo(sum, 5);
      });
      dKernel.forEach((d, i) => {
        expect(d).toBeCloseTo(input[Math.floor(i / units)] * delta[i % units], 6);
      });
      const next = layers[l + 1];
      if (!next) return;
      delta.forEach((d, j) => {
        const back = next.delta.reduce((s, v, i) => s + v * next.kernel[j * next.delta.length + i], 0);
        expect(d).toBeCloseTo(back * slope![j], 6);
      });
    });
    const places = layers.flatMap(({ dKernel, delta }, layer): Place[] => [
      ...dKernel.map((_, index) => ({ layer, part: "kernel" as const, index })),
      ...delta.map((_, index) => ({ layer, part: "bias" as const, index })),
    ]);
    for (const place of places) {
      const { dKernel, delta } = layers[place.layer];
      const d = place.part === "kernel" ? dKernel[place.index] : delta[place.index];
      expect(nudge(net, place, 0.003).quotient).toBeCloseTo(d, 3);
    }
  });
});

test.each([
  [1, -2],
  [0, 2],
  [1, 2],
])("the perceptron's rule, where y is %d and the bias %d: δ is a − y", (y, bias) => {
  const net: Case = {
    layers: [{ kernel: [0.5, -0.25], bias: [bias], activation: "step" }],
    loss: "perceptron",
    x: [1, 2],
    y: [y],
    rate: 0.5,
  };
  const made = trace(net);
  const [layer] = made.layers;
  const a = bias > 0 ? 1 : 0;
  expect([...layer!.a]).toEqual([a]);
  expect([...layer!.delta]).toEqual([a - y]);
  expect([...layer!.dKernel]).toEqual([a - y, 2 * (a - y)]);
  expect([...layer!.newKernel]).toEqual([0.5 - 0.5 * (a - y), -0.25 - (a - y)]);
  expect(made.loss).toBe(Math.abs(a - y));
  const said = [{ phase: "loss" } as const, { phase: "backward", layer: 0, unit: 0 } as const].flatMap(
    (step) => linesOf(made, net.loss, net.y, net.rate, step).map(({ comes }) => comes),
  );
  expect(said[0]).toBe(`= 1/1 · (|${a} − ${y}|) = ${made.loss}`);
  expect(said[1]).toBe(`= ${a} − ${y} = ${num(a - y)}`);
});

test("the step is the bits of plain descent", async () => {
  const net = caseOf("tanh", "categoricalCrossentropy");
  const model = sequential(
    net.layers.map(({ bias, activation }, i) =>
      dense({ name: `l${i}`, units: bias.length, activation: activation as "tanh" }),
    ),
    { inputShape: [2] },
  );
  model.compile({ loss: net.loss, optimizer: { name: "sgd", learningRate: net.rate } });
  const named = (part: "kernel" | "bias", after: boolean) =>
    Object.fromEntries(
      trace(net).layers.map((layer, i) => [
        `l${i}.${part}`,
        Float32Array.from(after ? layer[part === "kernel" ? "newKernel" : "newBias"] : layer[part]),
      ]),
    );
  model.setWeights({ ...named("kernel", false), ...named("bias", false) });
  await model.fit([[...net.x]], [[...net.y]], { epochs: 1, batchSize: 1, worker: false });
  expect(model.weights()).toEqual({ ...named("kernel", true), ...named("bias", true) });
  expect(trace(net).lossAfter).toBeCloseTo((await model.gradients([[...net.x]], [[...net.y]])).loss, 6);
});

/** What stands between the first and the last "=", as a number. */
function arithmetic(comes: string): [left: number, right: number] {
  const [left, right] = comes.replace(/^= /, "").split(" = ");
  const code = (text: string) =>
    text
      .replaceAll("−", "-")
      .replaceAll("·", "*")
      .replaceAll("½", "0.5")
      .replaceAll("²", "**2")
      .replaceAll(/e\^\{([^}]*)\}/g, "Math.exp($1)")
      .replaceAll(/ln ([\d.e-]+)/g, "Math.log($1)")
      .replaceAll(/ln \(/g, "Math.log(")
      .replaceAll("σ(", "sigma(")
      .replaceAll("tanh(", "Math.tanh(")
      .replaceAll("max(", "Math.max(")
      .trim();
  const run = new Function("sigma", "relu", "text", "return eval(text)");
  const value = (text: string): number =>
    run(
      (z: number) => 1 / (1 + Math.exp(-z)),
      (z: number) => Math.max(0, z),
      code(text),
    );
  return [value(left), value(right ?? left)];
}

test.each([
  ["sigmoid", "quadratic"],
  ["tanh", "categoricalCrossentropy"],
  ["relu", "crossEntropy"],
  ["sigmoid", "meanSquaredError"],
  ["tanh", "categoricalHinge"],
] as const)("formulas with their numbers are true: %s, %s", (activation, loss) => {
  const net = caseOf(activation, loss, 3, 4);
  const made = trace(net);
  const steps = stepsOf([3, 3, 3]);
  expect(steps).toHaveLength(9 + 1 + 9 + 9);
  let lines = 0;
  for (const step of steps)
    for (const { comes } of linesOf(made, loss, net.y, net.rate, step)) {
      const [left, right] = arithmetic(comes);
      expect(Math.abs(left - right), comes).toBeLessThan(0.002 * Math.max(1, Math.abs(right)));
      lines++;
    }
  // z and a, the loss, δ, then 24 weights and 9 biases twice
  expect(lines).toBe(2 * 9 + 1 + 9 + 2 * 33);
});

test("steps go forward, then back from the last layer; what was reached is known", () => {
  const steps = stepsOf([2, 1]);
  expect(
    steps.map((step) => [step.phase, ...("layer" in step ? [step.layer, step.unit] : [])].join(" ")),
  ).toEqual([
    "forward 0 0",
    "forward 0 1",
    "forward 1 0",
    "loss",
    "backward 1 0",
    "backward 0 0",
    "backward 0 1",
    "update 0 0",
    "update 0 1",
    "update 1 0",
  ]);
  expect(reached(steps, 4, "loss")).toBe(true);
  expect(reached(steps, 3, "loss")).toBe(false);
  expect(reached(steps, 5, "backward", 1, 0)).toBe(true);
  expect(reached(steps, 5, "backward", 0, 0)).toBe(false);
});

test("numbers are written short, and none is lost", () => {
  expect([0, -2, 1.8224, 0.00123456, -1e-7, Number.NaN, 12345678].map(num)).toEqual([
    "0",
    "−2",
    "1.8224",
    "0.00123",
    "−1.00e−7",
    "no number",
    "1.23e+7",
  ]);
});
