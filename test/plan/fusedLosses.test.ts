/** Losses that compute the last activation themselves: only where nobody else needs its values, and never a second time. */

import { expect, test } from "vitest";
import { buildLayers } from "../../src/layers/table.ts";
import { resolveLoss } from "../../src/losses/resolve.ts";
import { Network } from "../../src/network/network.ts";
import { planFor } from "../../src/network/plans.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { beginStep } from "../../src/plan/step.ts";
import { givenFor } from "../support/graphs/check.ts";
import type { GraphConfig } from "../support/graphs/reference.ts";
import { subjectOf, tensorsOf } from "../support/graphs/run.ts";
import { near } from "../support/harness.ts";
import { ld, testCore, values } from "../support/kernel.ts";
import { size } from "../support/layers/index.ts";
import { lossReferences } from "../support/reference.ts";

type Name = "categoricalCrossentropy" | "binaryCrossentropy" | "meanSquaredError";

const input = { type: "input", name: "x", shape: [6] } as const;
const image = { type: "input", name: "x", shape: [4, 3, 2] } as const;
const ofImage = { type: "conv2d", name: "a", filters: 3, kernelSize: 3, activation: "sigmoid" } as const;
const classes = { type: "dense", name: "a", units: 5, activation: "softmax" } as const;
const more = { type: "dense", name: "b", units: 3, activation: "tanh", inputs: ["a"] } as const;

const cases: [string, GraphConfig, Name[]][] = [
  ["of an output alone", { layers: [input, classes], outputs: { a: "a" } }, ["categoricalCrossentropy"]],
  [
    "of an output that a layer uses, too",
    { layers: [input, classes, more], outputs: { a: "a", b: "b" } },
    ["categoricalCrossentropy", "meanSquaredError"],
  ],
  [
    "of a value that is an output twice",
    { layers: [input, { ...classes, activation: "sigmoid" }], outputs: { a: "a", b: "a" } },
    ["binaryCrossentropy", "meanSquaredError"],
  ],
  [
    "of a layer's values before and after its activation",
    {
      layers: [
        input,
        { type: "dense", name: "z", units: 5 },
        { type: "activation", name: "a", activation: "softmax" },
      ],
      outputs: { a: "a", z: "z" },
    },
    ["categoricalCrossentropy", "categoricalCrossentropy"],
  ],
  [
    "behind a flatten",
    {
      layers: [image, { ...ofImage, filters: 4 }, { type: "flatten", name: "b" }],
      outputs: { b: "b" },
    },
    ["binaryCrossentropy"],
  ],
  [
    "behind a flatten that copies",
    { layers: [image, ofImage, { type: "flatten", name: "b" }], outputs: { b: "b" } },
    ["binaryCrossentropy"],
  ],
  ["of an image with padding", { layers: [image, ofImage], outputs: { a: "a" } }, ["binaryCrossentropy"]],
  [
    "of an image that is used otherwise, too",
    { layers: [image, ofImage, { ...ofImage, name: "b", kernelSize: 1 }], outputs: { a: "a", b: "b" } },
    ["binaryCrossentropy", "binaryCrossentropy"],
  ],
];

test.each(cases)("%s", (_, config, names) => {
  const rows = 3;
  const subject = subjectOf(config);
  const { topology, reference } = subject;
  const given = givenFor(subject, rows);
  const network = new Network(buildLayers(topology, []), testCore());
  network.prepareTraining([]);
  const own = tensorsOf(network, reference);
  for (const [name, tensor] of own) network.write(tensor, given.p[name]);
  const objectives = names.map((name) => ({
    loss: resolveLoss({ name } as never),
    target: "values" as const,
  }));
  const units = reference.outputShapes.map(size);
  const targets = units.map((n, k) => {
    const y = values(rows * n, 70 + k).map((v) => (v + 1) / 2);
    if (names[k] !== "categoricalCrossentropy") return y;
    // each row adds up to 1, or logits and probabilities would not have one gradient
    const sums = Array.from({ length: rows }, (_, r) =>
      y.subarray(r * n, (r + 1) * n).reduce((s, v) => s + v, 0),
    );
    return y.map((v, i) => v / sums[Math.floor(i / n)]);
  });
  const run = (plan: Plan, to: number): Float32Array[] => {
    network.use(plan);
    network.core.f32(plan.inputs[0].x.offset, given.xs[0].length).set(given.xs[0]);
    for (const [k, { y, weight, each, share }] of plan.outputs.entries()) {
      if (y) network.core.f32(y.offset, targets[k].length).set(targets[k]);
      if (weight) network.core.f32(weight.offset, rows * each).fill(share);
    }
    beginStep(network.core, plan.step, { rows });
    network.run(plan, 0, to, rows);
    return plan.outputs.map(({ output, each, units }) => {
      const all = network.core.f32(output.offset, rows * each * ld(units));
      return all.filter((_, i) => i % ld(units) < units);
    });
  };
  const kinds = [{ type: "float32" as const, scale: 1 }];
  const evaluation = planFor(network, "evaluate", rows, kinds, { objectives });
  /** For each output, of each row: what its pixels contributed, if each was compared alone. */
  const lossesOf = () =>
    evaluation.outputs.map(({ losses, each }) => {
      const all = network.core.f32(losses!.offset, rows * each);
      return Array.from({ length: rows }, (_, r) =>
        all.subarray(r * each, (r + 1) * each).reduce((sum, v) => sum + v, 0),
      );
    });
  const lossOf = () => {
    run(evaluation, evaluation.marks.end);
    return lossesOf()
      .flat()
      .reduce((sum, v) => sum + v / rows, 0);
  };

  const prediction = network.plan("predict", rows, kinds);
  const predicted = run(prediction, prediction.marks.end);
  const evaluated = run(evaluation, evaluation.marks.end);
  const got = lossesOf();
  for (const [k, y] of predicted.entries()) {
    near(`output ${k}`, evaluated[k], y, 1e-6);
    const logits = names[k] === "categoricalCrossentropy" && reference.outputShapes.length > 1 && k === 1;
    const losses = Array.from({ length: rows }, (_, r) => {
      const row = [...y.subarray(r * units[k], (r + 1) * units[k])];
      const sum = row.reduce((s, v) => s + Math.exp(v), 0);
      const a = logits ? row.map((v) => Math.exp(v) / sum) : row;
      return lossReferences[names[k]].value(a, [...targets[k].subarray(r * units[k], (r + 1) * units[k])], 0);
    });
    near(`losses of output ${k}`, got[k], losses, 1e-5);
  }

  const training = planFor(network, "train", rows, kinds, { objectives });
  const trained = run(training, training.marks.end);
  for (const [k, y] of predicted.entries()) near(`output ${k} while training`, trained[k], y, 1e-6);
  const gradients = new Map([...own].map(([name, tensor]) => [name, network.read(tensor, "gradient")]));
  for (const [name, tensor] of own) {
    const direction = values(given.p[name].length, 33);
    const along = gradients.get(name)!.reduce((sum, v, i) => sum + v * direction[i], 0);
    const at = (h: number) => {
      network.write(
        tensor,
        given.p[name].map((v, i) => v + h * direction[i]),
      );
      return lossOf();
    };
    const slope = (at(0.01) - at(-0.01)) / 0.02;
    at(0);
    expect(Math.abs(slope - along), name).toBeLessThan(0.003 * (Math.abs(slope) + 0.1));
  }
});
