/**
 * A graph learns as in PyTorch: two inputs, two outputs with losses of different weight, shared layers, a skip and a concatenation.
 * What it is and what PyTorch gave: test/golden/make_graph.py.
 */

import { describe, expect, test } from "vitest";
import { fromConfig } from "../../src/index.ts";
import type { Topology } from "../../src/layers/configs.ts";
import { buildLayers } from "../../src/layers/table.ts";
import { resolveLoss } from "../../src/losses/resolve.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { Network } from "../../src/network/network.ts";
import { planFor } from "../../src/network/plans.ts";
import { type OptimizerInput, optimizerField, optimizers } from "../../src/optimizers/table.ts";
import { emitUpdate, slotsOf } from "../../src/optimizers/update.ts";
import { beginStep, lossOfStep } from "../../src/plan/step.ts";
import golden from "../golden/graph.json";
import type { GraphConfig, GraphLayer } from "../support/graphs/reference.ts";
import { subjectOf } from "../support/graphs/run.ts";
import { near } from "../support/harness.ts";
import { testCore, values } from "../support/kernel.ts";
import { nearStored } from "../support/layers/golden.ts";
import { size } from "../support/layers/index.ts";

const { steps, batches, rows, boxWeight } = golden;

const dense = (name: string, units: number, activation: string, from: string): GraphLayer => ({
  type: "dense",
  name,
  units,
  activation,
  inputs: [from],
});
const same = { filters: 3, kernelSize: 3, padding: "same", activation: "tanh" } as const;

const net: GraphConfig = {
  layers: [
    { type: "input", name: "image", shape: [6, 4, 2] },
    { type: "input", name: "table", shape: [7] },
    { type: "conv2d", name: "body", ...same, inputs: ["image"] },
    { type: "conv2d", name: "tower", ...same, inputs: ["body"] },
    { type: "shared", name: "higher", layer: "tower", inputs: ["tower"] },
    { type: "add", name: "skip", inputs: ["body", "higher"] },
    { type: "maxPooling2d", name: "pooled", inputs: ["skip"] },
    { type: "flatten", name: "flat", inputs: ["pooled"] },
    dense("seen", 6, "tanh", "flat"),
    dense("told", 6, "tanh", "table"),
    dense("mix", 5, "silu", "seen"),
    { type: "shared", name: "mixed", layer: "mix", inputs: ["told"] },
    { type: "concatenate", name: "joined", inputs: ["mix", "mixed", "told"] },
    dense("both", 9, "gelu", "joined"),
    dense("class", 4, "softmax", "both"),
    dense("box", 3, "linear", "both"),
  ],
  outputs: { class: "class", box: "box" },
};

/** The first values of every parameter, in the order of make_graph.py. */
function firstWeights(network: Network): void {
  for (const [i, tensor] of network.tensors.entries()) {
    const { shape } = tensor.spec;
    const scale = shape.length === 1 ? 0.5 : 1.7 / Math.sqrt(size(shape.slice(0, -1)));
    network.write(
      tensor,
      values(size(shape), 4 + i).map((v) => v * scale),
    );
  }
}

const all = (shape: readonly number[], seed: number) => values(batches * rows * size(shape), seed);
const inputs = [all([6, 4, 2], 1), all([7], 2)];
const boxes = all([3], 3);

/** @param piece how many rows are run at once */
function train(config: OptimizerInput, piece = rows) {
  const { topology } = subjectOf(net);
  const network = new Network(buildLayers(topology as Topology, []), testCore());
  const { core } = network;
  const optimizer = optimizerField().check(config, "optimizer");
  network.prepareTraining(slotsOf(optimizer));
  firstWeights(network);
  const float32 = { type: "float32", scale: 1 } as const;
  const plan = planFor(network, "train", piece, [float32, float32], {
    objectives: [
      { loss: resolveLoss({ name: "categoricalCrossentropy", labelSmoothing: 0 }), target: "class" },
      { loss: resolveLoss({ name: "meanSquaredError" }), target: "values", factor: boxWeight },
    ],
    update: {
      penalties() {},
      update: (builder) =>
        emitUpdate(builder, { kind: optimizers[optimizer.name], config: optimizer }, network.flat),
    },
  });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const batch = step % batches;
    for (let first = 0; first < rows; first += piece) {
      const n = Math.min(piece, rows - first);
      network.use(plan);
      plan.inputs.forEach(({ x, shape }, i) => {
        const from = (batch * rows + first) * size(shape);
        core.f32(x.offset, n * size(shape)).set(inputs[i].subarray(from, from + n * size(shape)));
      });
      const [digit, box] = plan.outputs;
      core.i32(digit.y!.offset, n).set(Array.from({ length: n }, (_, r) => (3 * (first + r) + batch) % 4));
      const from = (batch * rows + first) * 3;
      core.f32(box.y!.offset, n * 3).set(boxes.subarray(from, from + n * 3));
      for (const { weight } of plan.outputs) core.f32(weight!.offset, n).fill(1);
      beginStep(core, plan.step, { rows, rate: optimizer.learningRate, step, first });
      const to = first + n < rows ? plan.marks.penalties : plan.marks.end;
      expect(network.run(plan, 0, to, n)).toBe(true);
    }
    losses.push(lossOfStep(core, plan.step));
  }
  return { losses, network };
}

describe.each(golden.trainings.map((one) => [JSON.stringify(one.optimizer), one] as const))(
  "%s",
  (_, { optimizer, losses, weights }) => {
    const config = optimizer as OptimizerInput;
    const whole = train(config);

    test("follows PyTorch", () => {
      near("losses", whole.losses, losses, 1e-5);
      const of = new Map(whole.network.tensors.map((tensor) => [tensor.name, tensor]));
      expect([...of.keys()]).toEqual(Object.keys(weights));
      for (const [name, want] of Object.entries(weights))
        nearStored(name, whole.network.read(of.get(name)!), want, 1e-5);
      // it learned enough for a wrong gradient to show
      expect(whole.losses.at(-1)).toBeLessThan(whole.losses[0] - 0.05);
    });

    test("through fit(), with the same bits", async () => {
      const { topology } = subjectOf(net);
      const model = fromConfig({
        nabla: 2,
        model: topology as never,
        training: { loss: "meanSquaredError" },
      }).model;
      model.compile({
        optimizer: config,
        loss: { class: "categoricalCrossentropy", box: "meanSquaredError" },
        lossWeights: { box: boxWeight },
      });
      firstWeights(internalsOf(model).built);
      const n = batches * rows;
      const labels = Array.from({ length: n }, (_, r) => (3 * (r % rows) + Math.floor(r / rows)) % 4);
      const x = {
        image: { data: inputs[0], shape: [n, 6, 4, 2] },
        table: { data: inputs[1], shape: [n, 7] },
      };
      const y = { class: labels, box: { data: boxes, shape: [n, 3] } };
      const epochs = Math.floor(steps / batches);
      const rest = steps - epochs * batches;
      await model.fit(x, y, { epochs, batchSize: rows, shuffle: false });
      const cut = (values: Float32Array, shape: readonly number[]) => ({
        data: values.subarray(0, rest * rows * size(shape)),
        shape: [rest * rows, ...shape],
      });
      if (rest > 0)
        await model.fit(
          { image: cut(inputs[0], [6, 4, 2]), table: cut(inputs[1], [7]) },
          { class: labels.slice(0, rest * rows), box: cut(boxes, [3]) },
          { batchSize: rows, shuffle: false },
        );
      const { built } = internalsOf(model);
      for (const [i, tensor] of whole.network.tensors.entries())
        expect(built.read(built.tensors[i]), tensor.name).toEqual(whole.network.read(tensor));
    });

    test("in pieces, with the same bits", () => {
      for (const piece of [1, 3, 5]) {
        const cut = train(config, piece);
        expect(cut.losses).toEqual(whole.losses);
        for (const [i, tensor] of whole.network.tensors.entries())
          expect(cut.network.read(cut.network.tensors[i]), tensor.name).toEqual(whole.network.read(tensor));
      }
    });
  },
);
