/** forward(), backward(), applyGradients(): a step of training in the program's own hands. */
import { describe, expect, test } from "vitest";
import {
  add,
  batchNormalization,
  type Dataset,
  dense,
  dropout,
  model as graph,
  input,
  type LayerInput,
  type Model,
  type OutputRecord,
  type Outputs,
  sequential,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { values } from "../support/kernel.ts";
import { clouds, dataset } from "../support/problems.ts";

const ROWS = 12;
const x = Array.from({ length: ROWS }, (_, r) => values(5, r + 1));
const y = Array.from({ length: ROWS }, (_, r) => values(3, r + 40));

const plain = (): LayerInput[] => [
  dense({ units: 9, activation: "tanh", kernelRegularizer: { l2: 0.01 } }),
  dropout({ rate: 0.3 }),
  dense({ units: 3, activation: "softmax", name: "head" }),
];

function fresh(layers = plain(), optimizer: TrainingOptions["optimizer"] = "adam"): Model {
  return sequential(layers, { seed: 3, inputShape: [5] }).compile({ loss: "quadratic", optimizer });
}

/** Of the quadratic loss, as its kernel rounds it: rows from `first` on of a batch of so many. */
function gradientOf(outputs: Outputs, first = 0, rows = ROWS): Float32Array {
  const scale = Math.fround(1 / rows);
  const targets = Float32Array.from(y.flatMap((row) => [...row]));
  return outputs.data.map((a, i) => scale * Math.fround(a - targets[first * 3 + i]!));
}

async function step(model: Model, options?: { learningRate: number }): Promise<Outputs> {
  const dx = await model.backward(gradientOf(await model.forward(x)));
  await model.applyGradients(options);
  return dx;
}

describe("the same gradients give the bits of trainOnBatch()", () => {
  const cases: [string, LayerInput[], TrainingOptions["optimizer"]][] = [
    ["dropout, a penalty", plain(), "adam"],
    [
      "clipping, decay, rates by layer, an average",
      plain(),
      {
        name: "nesterov",
        clipNorm: 0.1,
        weightDecay: 0.1,
        decay: "kernels",
        useEma: true,
        layers: { head: { learningRate: 0.3 } },
      },
    ],
    [
      "batch normalisation",
      [dense({ units: 4 }), batchNormalization(), dense({ units: 3, activation: "sigmoid" })],
      "rmsprop",
    ],
  ];
  test.each(cases)("%s", async (_, layers, optimizer) => {
    const [hand, batch] = [fresh(layers, optimizer), fresh(layers, optimizer)];
    for (let i = 0; i < 4; i++) {
      await step(hand);
      await batch.trainOnBatch(x, y);
      expect(hand.weights()).toEqual(batch.weights());
    }
    // and goes on from there
    for (const model of [hand, batch]) await model.fit(x, y, { epochs: 2, batchSize: 5 });
    expect(hand.save()).toEqual(batch.save());
    await step(hand, { learningRate: 0.2 });
    await batch.trainOnBatch(x, y, { learningRate: 0.2 });
    expect(hand.save()).toEqual(batch.save());
  });

  test("some rows at a time, added up", async () => {
    const [hand, batch] = [fresh(), fresh()];
    for (let i = 0; i < 3; i++) {
      for (const [from, to] of [
        [0, 5],
        [5, 6],
        [6, 12],
      ] as const) {
        const outputs = await hand.forward(x.slice(from, to));
        expect(outputs.shape).toEqual([to - from, 3]);
        await hand.backward(gradientOf(outputs, from));
        hand.predict(x);
      }
      await hand.applyGradients();
      await batch.trainOnBatch(x, y);
    }
    expect(weightsSha256(hand)).toBe(weightsSha256(batch));
  });

  test("a forward pass that is not gone back, and gradients that are cleared, leave nothing", async () => {
    const [hand, batch] = [fresh(), fresh()];
    for (let i = 0; i < 3; i++) {
      await hand.forward(x.slice(3));
      await hand.backward(gradientOf(await hand.forward(x)));
      await hand.clearGradients();
      await step(hand);
      await batch.trainOnBatch(x, y);
    }
    expect(weightsSha256(hand)).toBe(weightsSha256(batch));
  });
});

test("gradients of the inputs are those of inputGradients(), for bytes too", async () => {
  const still = () =>
    fresh([dense({ units: 9, activation: "tanh" }), dense({ units: 3, activation: "softmax" })]);
  const bytes = Uint8Array.from(values(ROWS * 5, 3), (v) => Math.abs(v) * 100);
  for (const rows of [x, { data: bytes, shape: [ROWS, 5] }]) {
    const model = still();
    const dx = await model.backward(gradientOf(await model.forward(rows), 0, 1));
    expect(dx).toEqual(await model.inputGradients(rows, y));
    expect(dx.shape).toEqual([ROWS, 5]);
  }
});

test("forward() is predict() where no layer behaves otherwise, and gradients may be nested or shaped", async () => {
  const layers = [dense({ units: 9, activation: "tanh" }), dense({ units: 3, activation: "softmax" })];
  const shas = new Set<string>();
  for (const form of [
    (g: Float32Array) => g,
    (g: Float32Array) => ({ data: g, shape: [ROWS, 3] }),
    (g: Float32Array) => Array.from({ length: ROWS }, (_, r) => [...g.subarray(r * 3, r * 3 + 3)]),
  ]) {
    const model = fresh(layers);
    const outputs = await model.forward(x);
    expect(outputs).toEqual(model.predict(x));
    await model.forward(x);
    await model.backward(form(gradientOf(outputs)));
    await model.applyGradients();
    shas.add(weightsSha256(model));
  }
  expect(shas.size).toBe(1);
});

describe("graphs", () => {
  /** Two inputs through one shared layer, two outputs. */
  function twins(): Model {
    const [left, right] = [input({ shape: [4], name: "left" }), input({ shape: [4], name: "right" })];
    const shared = dense({ units: 6, activation: "tanh", name: "shared" });
    const [a, b] = [shared.apply(left), shared.apply(right)];
    const sum = add().apply([a, b]);
    const wide = dense({ units: 3, name: "wide" }).apply(sum);
    const narrow = dense({ units: 1, name: "narrow" }).apply(b);
    return graph({ inputs: [left, right], outputs: [wide, narrow], seed: 2 } as never);
  }
  const rows = (seed: number, n: number) => Array.from({ length: 7 }, (_, r) => values(n, seed + r));

  test("several inputs and outputs go by their names; gradients are those of differences", async () => {
    const model = twins();
    // only its optimizer counts here
    model.compile({ loss: "meanSquaredError", optimizer: { name: "sgd", learningRate: 1 } } as never);
    const [names] = [model.outputs.map(({ name }) => name)];
    const at = { left: rows(1, 4), right: rows(20, 4) };
    const factors = [rows(40, 3), rows(60, 1)].map((all) => all.flatMap((row) => [...row]));
    /** L = Σ factor · output */
    const loss = (of: typeof at) => {
      const outputs = model.predict<OutputRecord>(of);
      return names!.reduce(
        (sum, name, k) => sum + outputs[name]!.data.reduce((s, v, i) => s + v * factors[k]![i]!, 0),
        0,
      );
    };
    const outputs = await model.forward<OutputRecord>(at);
    expect(Object.keys(outputs)).toEqual(names);
    const before = model.weights();
    await model.forward<OutputRecord>(at);
    const given = Object.fromEntries(names!.map((name, k) => [name, Float32Array.from(factors[k]!)]));
    const dx = await model.backward<OutputRecord>(given);
    await model.clearGradients();
    for (const name of ["left", "right"] as const) {
      expect(dx[name]!.shape).toEqual([7, 4]);
      const h = 1e-2;
      const moved = (by: number) => {
        const copy = { left: at.left.map((r) => [...r]), right: at.right.map((r) => [...r]) };
        copy[name][2]![1]! += by;
        return loss(copy as never);
      };
      expect(dx[name]!.row(2)[1]).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 2);
    }
    await model.forward<OutputRecord>(at);
    await model.backward<OutputRecord>(given);
    await model.applyGradients();
    const after = model.weights();
    const w = "shared.kernel";
    const h = 1e-2;
    const with_ = (by: number) => {
      const values = before[w]!.slice();
      values[5] = values[5]! + by;
      model.setWeights({ ...before, [w]: values });
      return loss(at);
    };
    const numeric = (with_(h) - with_(-h)) / (2 * h);
    expect(before[w]![5]! - after[w]![5]!).toBeCloseTo(numeric, 2);
  });

  test("a shared layer's gradients add up over several backward()", async () => {
    const make = () =>
      twins().compile({ loss: "meanSquaredError", optimizer: { name: "sgd", learningRate: 0.1 } } as never);
    const [whole, parts] = [make(), make()];
    const names = whole.outputs.map(({ name }) => name);
    const at = { left: rows(1, 4), right: rows(20, 4) };
    const given = (from: number, to: number) => ({
      [names[0]!]: rows(40, 3).slice(from, to),
      [names[1]!]: rows(60, 1).slice(from, to),
    });
    const part = (from: number, to: number) => ({
      left: at.left.slice(from, to),
      right: at.right.slice(from, to),
    });
    await whole.forward<OutputRecord>(at);
    await whole.backward(given(0, 7));
    await whole.applyGradients();
    for (const [from, to] of [
      [0, 4],
      [4, 7],
    ] as const) {
      await parts.forward<OutputRecord>(part(from, to));
      await parts.backward(given(from, to));
    }
    await parts.applyGradients();
    expect(parts.weights()).toEqual(whole.weights());

    await parts.forward<OutputRecord>(part(0, 3));
    await parts.backward(given(0, 3));
    parts.predict(at);
    await expect(parts.forward(at)).rejects.toThrow(
      "forward: a layer that is applied more than once adds up its gradients",
    );
    await expect(parts.applyGradients()).rejects.toThrow(
      "applyGradients: the model has run since backward()",
    );
  });

  test("what does not fit is refused by name", async () => {
    const model = twins().compile({ loss: "meanSquaredError", optimizer: "sgd" } as never);
    const names = model.outputs.map(({ name }) => name);
    const at = { left: rows(1, 4), right: rows(20, 4) };
    await expect(model.forward(at.left)).rejects.toThrow("forward: the model has 2 inputs");
    await model.forward(at);
    await expect(model.backward(rows(1, 3))).rejects.toThrow(
      `backward: the model has 2 outputs: expected { ${names.join(", ")} }, got one array`,
    );
    await expect(model.backward({ [names[0]!]: rows(1, 3) })).rejects.toThrow(
      `backward: the gradient of output "${names[1]}" is missing`,
    );
    await expect(model.backward({ [names[0]!]: rows(1, 3), [`${names[1]}e`]: rows(1, 1) })).rejects.toThrow(
      `there is no output "${names[1]}e"; did you mean "${names[1]}"?`,
    );
  });
});

describe("refused", () => {
  const ready = async () => {
    const model = fresh();
    const outputs = await model.forward(x);
    return { model, gradient: gradientOf(outputs) };
  };

  test("calls out of order", async () => {
    const model = fresh();
    await expect(model.backward([[1, 2, 3]])).rejects.toThrow("backward: call forward() first");
    await expect(model.applyGradients()).rejects.toThrow(
      "applyGradients: there are no gradients; call forward() and backward() first",
    );
    const gradient = gradientOf(await model.forward(x));
    await expect(model.applyGradients()).rejects.toThrow("applyGradients: there are no gradients");
    await model.backward(gradient);
    await expect(model.backward(gradient)).rejects.toThrow("backward: call forward() first");
    await model.applyGradients();
    await expect(model.applyGradients()).rejects.toThrow("applyGradients: there are no gradients");
    await model.forward(x);
    model.compile({ loss: "quadratic" });
    await expect(model.backward(gradient)).rejects.toThrow("backward: call forward() first");
  });

  test("others in between", async () => {
    const { model, gradient } = await ready();
    model.predict(x);
    await expect(model.backward(gradient)).rejects.toThrow("backward: the model has run since forward()");
    await model.forward(x);
    model.setWeights({ "head.bias": [1, 2, 3] });
    await expect(model.backward(gradient)).rejects.toThrow("backward: weights have been set since forward()");
    await model.backward(gradientOf(await model.forward(x)));
    await model.gradients(x, y);
    await expect(model.applyGradients()).rejects.toThrow(
      "applyGradients: the gradients of backward() are lost",
    );
    await model.backward(gradientOf(await model.forward(x)));
    await model.trainOnBatch(x, y);
    await expect(model.applyGradients()).rejects.toThrow("applyGradients: there are no gradients");
    await model.backward(gradientOf(await model.forward(x)));
    await model.gradients(x, y);
    await expect(model.forward(x)).rejects.toThrow("forward: the gradients of backward() are lost");
  });

  test("moving means are lost where the model runs in between", async () => {
    const model = fresh([batchNormalization(), dense({ units: 3 })]);
    await model.backward(gradientOf(await model.forward(x)));
    model.predict(x);
    await expect(model.applyGradients()).rejects.toThrow(
      "applyGradients: the model has run since backward()",
    );
  });

  test("gradients that do not fit, and are no numbers", async () => {
    const { model, gradient } = await ready();
    await expect(model.backward([[1, 2, 3]])).rejects.toThrow(
      'backward: expected a gradient [12, 3], the shape of the outputs of dense "head" in forward(), got [1, 3]',
    );
    gradient[4] = Number.NaN;
    await expect(model.backward(gradient)).rejects.toThrow("has values that are not finite numbers");
    gradient[4] = 3e38;
    const before = weightsSha256(model);
    await model.forward(x.map((row) => row.map((v) => v * 100)));
    await model.backward(gradient.map((_, i) => (i % 2 ? 3e38 : -3e38)));
    await expect(model.applyGradients()).rejects.toThrow(
      /the gradient of layer "\w+" is not finite; no weight was changed/,
    );
    expect(weightsSha256(model)).toBe(before);
  });

  test("rates, options and inputs", async () => {
    const { model, gradient } = await ready();
    await model.backward(gradient);
    await expect(model.applyGradients({ learningRate: -1 })).rejects.toThrow(
      "learningRate: expected a number ≥ 0, got -1",
    );
    await expect(model.applyGradients({ rate: 1 } as never)).rejects.toThrow(
      'applyGradients: unknown option "rate"',
    );
    await expect(model.forward([[1, 2]])).rejects.toThrow("forward: expected rows of shape [5]");
    await expect(sequential(plain(), { inputShape: [5] }).forward(x)).rejects.toThrow("call compile(");
    model.compile({ loss: "quadratic", schedule: "cosine" });
    await model.backward(gradientOf(await model.forward(x)));
    await expect(model.applyGradients()).rejects.toThrow(
      'applyGradients: the schedule "cosine" counts epochs',
    );
    await model.applyGradients({ learningRate: 0.1 });
  });

  test("while fit() trains", async () => {
    const data: Dataset = dataset(clouds(60, 5, 3));
    const model = fresh();
    const training = model.fit(data, { epochs: 3 });
    await expect(model.forward(x)).rejects.toThrow("forward: fit() trains this model");
    await training;
  });
});
