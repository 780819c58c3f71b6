/** Plans: pure arithmetic over offsets, and a tape that any number of threads may run. */
import { afterEach, describe, expect, test, vi } from "vitest";
import type { KernelName } from "../../src/core/core.ts";
import type { Field } from "../../src/core/layouts.ts";
import { activation, dense, flatten, type LayerInput, sequential } from "../../src/index.ts";
import { buildLayers } from "../../src/layers/table.ts";
import { Network } from "../../src/network/network.ts";
import { OPTIMIZERS } from "../../src/optimizers/table.ts";
import { type CoreFacts, ld, PlanBuilder, type PlanImage, type Range } from "../../src/plan/builder.ts";
import { type InputKind, type Mode, type Plan, type PlanRequest, plan } from "../../src/plan/plan.ts";
import { setRate } from "../../src/plan/step.ts";
import { compileTraining, type TrainingOptions } from "../../src/training/compile.ts";
import { updateOf } from "../../src/training/update.ts";
import { difference } from "../support/bytes.ts";
import { checkLayers } from "../support/checkLayers.ts";
import { testCore, values } from "../support/kernel.ts";

// of the core only where the fields of its records lie
const core = testCore();
const kernels: KernelName[] = [];
const facts: CoreFacts = {
  kernel: (name) => 100 + (kernels.includes(name) ? kernels.indexOf(name) : kernels.push(name) - 1),
  record: (name) => core.record(name),
  constant: (name) => (name === "OUTER_SCRATCH" ? 5000 : 4096),
  size: () => 1000,
};
const BASE = 4096;
const float32: InputKind = { type: "float32", scale: 1 };
const uint8: InputKind = { type: "uint8", scale: 1 / 255 };

type Options = Partial<PlanRequest> & { compile?: TrainingOptions; target?: "class" | "values" };

/** A request with parameters placed one after the other; the plan begins behind them. */
function request(
  mode: Mode,
  layers: LayerInput[],
  { compile, target = "values", ...rest }: Options = {},
): PlanRequest {
  const { configs, inputShape } = checkLayers(layers);
  const topology = { layers: configs };
  const built = buildLayers(topology, inputShape!);
  const placed = new Map<string, { value: Range; gradient: Range }>();
  let at = BASE;
  const place = (name: string, bytes: number): Range => {
    const range = { name, bytes: Math.ceil(bytes / 64) * 64, offset: at };
    at += range.bytes;
    return range;
  };
  for (const layer of built.layers)
    for (const { parameters } of layer.operations)
      for (const { name, shape } of parameters) {
        const bytes = (shape.length > 1 ? shape[0] : 1) * ld(shape[shape.length - 1]) * 4;
        const full = `${layer.name}.${name}`;
        placed.set(full, { value: place(full, bytes), gradient: place(`gradient of ${full}`, bytes) });
      }
  const compiled = compileTraining(compile ?? { loss: "meanSquaredError", optimizer: "sgd" }, topology);
  const flat = { w: BASE, dw: BASE, slots: [BASE, BASE], n: (at - BASE) / 4 };
  const tensors = [...placed].map(([name, p]) => ({ name, spec: { l1: 0, l2: 0 }, ...p }));
  const network = { flat, tensors, trained: tensors };
  return {
    mode,
    rows: 7,
    architecture: built,
    inputs: [float32],
    objectives: [{ loss: compiled.loss, target }],
    update: updateOf(compiled, network as unknown as Network),
    core: facts,
    parameter: (layer, name) => placed.get(`${layer}.${name}`)!,
    base: at,
    ...rest,
  };
}

const deep = (): LayerInput[] => [
  flatten({ inputShape: [3, 3] }),
  dense({ units: 13, activation: "gelu" }),
  dense({ units: 6 }),
  activation({ activation: "relu" }),
  dense({ units: 17, activation: "softmax", useBias: false }),
  dense({ units: 5, activation: "sigmoid" }),
];

const modes: Mode[] = ["train", "evaluate", "predict"];
const variants: [string, LayerInput[], Options][] = [
  ["a deep net", deep(), {}],
  ["of bytes", deep(), { inputs: [uint8] }],
  ["of classes", deep(), { target: "class" }],
  [
    "with softmax and its loss in one",
    [...deep(), dense({ units: 4, activation: "softmax" })],
    { compile: { loss: "categoricalCrossentropy", optimizer: "adam" } },
  ],
  [
    "with logits",
    [dense({ units: 3, inputShape: [8] })],
    { compile: { loss: "categoricalCrossentropy", optimizer: { name: "sgd", clipNorm: 1 } } },
  ],
  ["one row, one value", [dense({ units: 1, inputShape: [1] })], { rows: 1 }],
  [
    "many rows",
    [dense({ units: 4, activation: "tanh", inputShape: [4] }), dense({ units: 4 })],
    { rows: 1000 },
  ],
  [
    "images as far as the loss",
    [
      dense({ units: 6, activation: "relu", inputShape: [3, 5, 2] }),
      dense({ units: 3, activation: "softmax" }),
    ],
    {},
  ],
  ["without parameters", [activation({ activation: "softmax", inputShape: [4] })], {}],
];

interface Seen {
  plan: Plan;
  ranges: Range[];
  instructions: { kernel: KernelName; fields: Record<string, number | Range>; each: number }[];
}

/** What the builder knows when it finishes: buffers and instructions. */
function observe(wanted: PlanRequest): Seen {
  let seen: unknown;
  const original = PlanBuilder.prototype.finish;
  vi.spyOn(PlanBuilder.prototype, "finish").mockImplementation(function (
    this: PlanBuilder,
    ...args
  ): PlanImage {
    seen = this;
    return original.apply(this, args);
  });
  const made = plan(wanted);
  vi.restoreAllMocks();
  const { ranges, instructions } = seen as Seen;
  return { plan: made, ranges, instructions };
}
afterEach(() => void vi.restoreAllMocks());

/** Which instructions name a buffer, and which buffers the caller fills or reads. */
function usesOf(made: Plan, instructions: Seen["instructions"]) {
  const uses = new Map<Range, number[]>();
  instructions.forEach(({ fields }, at) => {
    for (const value of Object.values(fields))
      if (typeof value !== "number") uses.set(value, [...(uses.get(value) ?? []), at]);
  });
  // what the search for a NaN looks at is there when the tape stops after the loss
  const [{ x }] = made.inputs;
  const [{ y, weight, losses, output }] = made.outputs;
  if (losses) for (const { range } of made.trace) uses.get(range)?.push(made.marks.backward - 1);
  const always = new Set([x, y, weight, losses, output].filter((range) => range !== undefined));
  return { uses, always };
}

describe.each(variants)("%s", (_, layers, options) => {
  test.each(modes)("%s: the same request gives the same plan", (mode) => {
    const [a, b] = [plan(request(mode, layers, options)), plan(request(mode, layers, options))];
    expect(a).toEqual(b);
    expect(a.bytes).toEqual(b.bytes);
    const once = request(mode, layers, options);
    const first = plan(once);
    expect(plan(once).bytes).toEqual(first.bytes); // the request is not used up
  });

  test.each(modes)("%s: buffers are aligned, apart from each other, and within the plan", (mode) => {
    const wanted = request(mode, layers, options);
    const { plan: made, ranges, instructions } = observe(wanted);
    expect(made.base % 64).toBe(0);
    expect(made.base).toBeGreaterThanOrEqual(wanted.base);
    expect([made.tape % 8, made.step % 64]).toEqual([0, 0]);
    const start = made.base + made.bytes.length;
    for (const range of ranges) {
      expect(range.offset % 64, range.name).toBe(0);
      expect(range.offset, range.name).toBeGreaterThanOrEqual(start);
    }
    expect(made.end).toBe(Math.max(start, ...ranges.map((range) => range.offset + range.bytes)));
    // buffers that some instruction finds in use at the same time lie apart; those of the caller are always in use
    const { uses, always } = usesOf(made, instructions);
    const alive = (range: Range, at: number) => {
      const seen = uses.get(range) ?? [];
      return always.has(range) || (at >= Math.min(...seen) && at <= Math.max(...seen));
    };
    instructions.forEach((_, at) => {
      const now = ranges.filter((range) => alive(range, at)).sort((a, b) => a.offset - b.offset);
      now.slice(1).forEach((range, i) => {
        const before = now[i];
        expect(range.offset, `${before.name} and ${range.name}`).toBeGreaterThanOrEqual(
          before.offset + before.bytes,
        );
      });
    });
  });

  test.each(modes)("%s: instructions point to whole buffers, large enough for their rows", (mode) => {
    const wanted = request(mode, layers, options);
    const { plan: made, ranges, instructions } = observe(wanted);
    const view = new DataView(made.bytes.buffer);
    const starts = new Set(ranges.map((range) => range.offset));
    instructions.forEach(({ kernel, fields, each }, i) => {
      const word = (at: number) => view.getUint32(at - made.base, true);
      const instruction = made.tape + i * 8;
      // what runs on the pixels of images is called by EACH
      const { kernel: called, record: inner, each: count } = core.record("EACH");
      const outer = word(instruction + 4);
      const record = each > 1 ? word(outer + inner.at) : outer;
      expect(word(instruction)).toBe(facts.kernel(each > 1 ? "EACH" : kernel));
      if (each > 1) {
        expect(word(outer + called.at)).toBe(facts.kernel(kernel));
        expect(word(outer + count.at)).toBe(each);
      }
      Object.entries<Field>(core.record(kernel)).forEach(([field, { type }], f) => {
        const at = record - made.base + f * 4;
        const given = fields[field];
        const number = typeof given === "number" ? given : given.offset;
        if (type === "f") expect(view.getFloat32(at, true)).toBe(Math.fround(number));
        else expect(view.getUint32(at, true)).toBe(number);
        if (type !== "p") return;
        // nothing, the step, something of the model's, or a buffer of the plan
        const known = number === 0 || number === made.step || number < wanted.base || starts.has(number);
        expect(known, `${kernel}.${field} = ${number}`).toBe(true);
      });
      // matrices have room for all rows
      const { units, inputs } = fields as Record<string, number>;
      const needs = { y: units, z: units, a: units, da: units, dz: units, dy: units, x: inputs, dx: inputs };
      for (const [field, width] of Object.entries(needs)) {
        const range = fields[field];
        if (typeof range !== "object" || width === undefined) continue;
        expect(range.bytes, `${kernel}.${field}`).toBeGreaterThanOrEqual(wanted.rows * each * ld(width) * 4);
      }
    });
    expect(made.marks.end).toBe(instructions.length);
    expect(made.marks.backward).toBeLessThanOrEqual(made.marks.update);
  });

  test.each(modes)("%s: no product overwrites what it reads", (mode) => {
    const { instructions } = observe(request(mode, layers, options));
    for (const { kernel, fields } of instructions) {
      if (kernel === "DENSE_FORWARD") expect(fields.y).not.toBe(fields.x);
      if (kernel === "DENSE_BACK") expect(fields.dx).not.toBe(fields.dy);
    }
  });

  test("predicting needs less than evaluating, and that no more than training", () => {
    const [train, evaluate, predict] = modes.map((mode) => {
      const made = plan(request(mode, layers, options));
      return made.end - made.base;
    });
    expect(predict).toBeLessThan(evaluate);
    expect(evaluate).toBeLessThanOrEqual(train);
    if (layers.length > 3) expect(evaluate).toBeLessThan(0.8 * train);
  });
});

describe("beyond 4 GiB", () => {
  test("the three largest tensors are named: buffers of a batch", () => {
    const layers = [
      dense({ units: 500, inputShape: [100], name: "wide" }),
      dense({ units: 10, name: "out" }),
    ];
    expect(() => plan(request("train", layers, { rows: 2_000_000 }))).toThrow(
      /^the model needs \d+\.\d GiB, more than the 4 GiB that WebAssembly can address; the largest tensors are (outputs|input gradients) of (wide|out) \(3\.7 GiB\), (outputs|input gradients) of (wide|out) \(3\.7 GiB\), inputs \(0\.745 GiB\)\. Use fewer units or a smaller batch size$/,
    );
  });

  test("or parameters, where these are larger", () => {
    const layers = [
      dense({ units: 20_000, inputShape: [20_000], name: "huge" }),
      dense({ units: 10_000, name: "out" }),
    ];
    expect(() => plan(request("train", layers, { rows: 5000 }))).toThrow(
      "the largest tensors are huge.kernel (1.5 GiB), gradient of huge.kernel (1.5 GiB), out.kernel (0.745 GiB)",
    );
  });

  test("through the model, before any memory is taken", () => {
    expect(() => sequential([dense({ units: 40_000, inputShape: [40_000], name: "huge" })])).toThrow(
      /^the model needs 6\.0 GiB, .*huge\.kernel \(6\.0 GiB\), huge\.bias/,
    );
  });

  test("offsets beyond 2 GiB are written whole", () => {
    const made = plan(request("predict", [dense({ units: 4, inputShape: [4] })], { base: 3 * 2 ** 30 }));
    expect(made.tape).toBeGreaterThan(3 * 2 ** 30);
    const view = new DataView(made.bytes.buffer);
    expect(view.getUint32(made.tape - made.base + 4, true)).toBeGreaterThan(3 * 2 ** 30);
  });
});

describe("run in shares, instruction by instruction", () => {
  const tall: LayerInput[] = [
    dense({ units: 37, activation: "tanh", inputShape: [70], kernelRegularizer: { l1: 1e-3, l2: 1e-3 } }),
    dense({ units: 24, activation: "gelu" }),
    activation({ activation: "leakyRelu" }),
    dense({ units: 9, activation: "softmax", useBias: false }),
    dense({ units: 5, activation: "sigmoid" }),
  ];
  const clipping = { learningRate: 0.01, clipNorm: 0.2, clipValue: 0.05, weightDecay: 0.01 };
  const cases: [string, LayerInput[], TrainingOptions][] = OPTIMIZERS.map((name) => [
    name,
    tall,
    { loss: "crossEntropy", optimizer: { name, ...clipping } },
  ]);
  cases.push([
    "rates and decays by layer",
    tall,
    {
      loss: "crossEntropy",
      optimizer: { name: "adam", ...clipping, decay: "kernels", layers: { dense_2: { learningRate: 0.1 } } },
    },
  ]);
  // large enough for every way the products have of going about it
  cases.push([
    "on a wide layer",
    [
      dense({ units: 300, activation: "relu", inputShape: [520] }),
      dense({ units: 10, activation: "softmax" }),
    ],
    { loss: "categoricalCrossentropy", optimizer: "sgd" },
  ]);
  cases.push([
    "on strides of a power of two",
    [dense({ units: 256, activation: "relu", inputShape: [1024] }), dense({ units: 4 })],
    { loss: "huber", optimizer: "momentum" },
  ]);

  /** Everything training leaves behind after some steps; with `order`, every instruction is shared out in that order. */
  function run(layers: LayerInput[], training: TrainingOptions, steps: number, order?: number[]): Uint8Array {
    const { configs, inputShape } = checkLayers(layers);
    const topology = { layers: configs };
    const compiled = compileTraining(training, topology);
    const network = new Network(buildLayers(topology, inputShape!));
    network.initialize(4);
    network.prepareTraining(compiled.slots);
    const tensors = new Map(network.tensors.map((tensor) => [tensor.name, tensor]));
    const { core } = network;
    const rows = 65;
    const made = plan({
      mode: "train",
      rows,
      architecture: network.architecture,
      inputs: [float32],
      objectives: [{ loss: compiled.loss, target: "values" }],
      update: updateOf(compiled, network),
      core,
      parameter: (layer, name) => tensors.get(`${layer}.${name}`)!,
      base: network.flat.dw + network.bytes * (1 + compiled.slots.length),
      parts: order?.length,
    });
    network.use(made);
    const [{ x }] = made.inputs;
    const [{ y, weight, units }] = made.outputs;
    const inputs = inputShape![0];
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const n = step % 4 === 3 ? 10 : rows; // a short last batch
      core.f32(x.offset, n * inputs).set(values(n * inputs, 100 + step));
      core.f32(y!.offset, n * units).set(values(n * units, 200 + step).map((v) => Number(v > 0)));
      core.f32(weight!.offset, n).fill(1);
      core.f32(made.step, 2).set([0.01, 1 / n]);
      core.i32(made.step + 8, 2).set([step, 0]);
      for (const own of made.rates ?? []) setRate(core, own.step.offset, step, own.learningRate);
      if (!order) expect(core.run(made.tape, 0, made.marks.end, n, made.step)).toBe(made.marks.end);
      else
        for (let i = 0; i < made.marks.end; i++)
          for (const part of order)
            core.exports.runPart(made.tape, i, i + 1, n, made.step, part, order.length);
      losses.push(core.f32(made.step + 16, 1)[0]);
    }
    expect(losses.every(Number.isFinite)).toBe(true);
    const left = core.u8(network.flat.w, network.bytes * (2 + compiled.slots.length));
    const all = new Uint8Array(losses.length * 8 + left.length);
    all.set(new Uint8Array(Float64Array.from(losses).buffer));
    all.set(left, losses.length * 8);
    return all;
  }

  test.each(cases)("%s: the weights, gradients, slots and losses of one thread", (_, layers, training) => {
    const large = (layers[0] as { units: number }).units > 100;
    const steps = large ? 3 : 20;
    const want = run(layers, training, steps);
    for (const parts of large ? [2, 5] : [1, 2, 3, 8]) {
      const order = Array.from({ length: parts }, (_, p) => p);
      expect(difference(run(layers, training, steps, order), want), `${parts} parts`).toBe(-1);
      order.reverse();
      expect(difference(run(layers, training, steps, order), want), `${parts} parts backwards`).toBe(-1);
    }
  });

  test("the comparison can fail", () => {
    const [, layers, training] = cases[0];
    const want = run(layers, training, 4);
    expect(difference(run(layers, training, 4, [0, 1, 1]), want)).not.toBe(-1);
    expect(difference(run(layers, { ...training, optimizer: "sgd" }, 4), want)).not.toBe(-1);
  });
});
