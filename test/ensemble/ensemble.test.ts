import { describe, expect, test } from "vitest";
import { moons } from "../../src/data/index.ts";
import { arrayDataset, dense, ensemble, flatten, load, type Model, sequential } from "../../src/index.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";

type Activation = "softmax" | "sigmoid" | "linear" | "step";
type LossName =
  | "categoricalCrossentropy"
  | "binaryCrossentropy"
  | "hinge"
  | "perceptron"
  | "meanSquaredError";

/** A model that answers everything with the same outputs before its activation. */
function always(z: number[], activation: Activation = "softmax", loss?: LossName, inputs = 2): Model {
  const usual = {
    softmax: "categoricalCrossentropy",
    sigmoid: "binaryCrossentropy",
    linear: "hinge",
    step: "perceptron",
  };
  return sequential([
    dense({ units: z.length, activation, inputShape: [inputs], kernelInitializer: "zeros" }),
  ])
    .compile({ loss: loss ?? (usual[activation] as LossName) })
    .setWeights({ "dense_1.bias": z });
}
/** Answers with these probabilities. */
const says = (...p: number[]): Model => always(p.map(Math.log));
const x = [[0, 0]];

describe("voting by hand", () => {
  const split = [says(0.6, 0.4), says(0.6, 0.4), says(0.1, 0.9)];

  test("soft: the largest mean probability", () => {
    const votes = ensemble(split).predict(x);
    expect(votes.shape).toEqual([1, 2]);
    expect(votes.row(0)[0]).toBeCloseTo(1.3 / 3, 6);
    expect(votes.row(0)[1]).toBeCloseTo(1.7 / 3, 6);
    expect([...votes.argMax()]).toEqual([1]);
  });

  test("hard: the class most models name", () => {
    const votes = ensemble(split, { voting: "hard" }).predict(x);
    expect(votes.toArray()).toEqual([[Math.fround(2 / 3), Math.fround(1 / 3)]]);
    expect([...votes.argMax()]).toEqual([0]);
  });

  test("ties go to the larger mean probability, in whatever order; full ties to the first class", () => {
    const sure = says(0.1, 0.2, 0.7);
    const unsure = says(0.4, 0.3, 0.3);
    for (const models of [
      [sure, unsure],
      [unsure, sure],
    ]) {
      const votes = ensemble(models, { voting: "hard" }).predict(x);
      expect(votes.toArray()).toEqual([[0.5, 0, 0.5]]);
      expect([...votes.argMax()]).toEqual([2]);
    }
    // the class with the largest mean has the fewest votes
    const four = [says(0.5, 0.4, 0.1), says(0.5, 0.4, 0.1), says(0.05, 0.45, 0.5), says(0.05, 0.45, 0.5)];
    expect([...ensemble(four, { voting: "hard" }).predict(x).argMax()]).toEqual([2]);
    expect([...ensemble(four).predict(x).argMax()]).toEqual([1]);
    expect([
      ...ensemble([says(0.5, 0.5), says(0.5, 0.5)], { voting: "hard" })
        .predict(x)
        .argMax(),
    ]).toEqual([0]);
  });

  test("logits, sigmoids and single outputs count as the probabilities they stand for", () => {
    const two = [
      always([0, Math.log(3)], "softmax"),
      always([1, 1 + Math.log(3)], "linear", "categoricalCrossentropy"),
    ];
    const one = [always([Math.log(3)], "sigmoid"), always([Math.log(3)], "linear", "binaryCrossentropy")];
    for (const models of [two, one, [...two, ...one]]) {
      const votes = ensemble(models).predict(x);
      expect(votes.row(0)[0]).toBeCloseTo(0.25, 6);
      expect(votes.row(0)[1]).toBeCloseTo(0.75, 6);
      expect([...ensemble(models, { voting: "hard" }).predict(x).argMax()]).toEqual([1]);
    }
    const several = ensemble([always([0, Math.log(3), 0], "sigmoid")]).predict(x);
    expect(several.toArray()[0].map((v) => Number(v.toFixed(6)))).toEqual([0.5, 0.75, 0.5]);
    // large logits overflow nowhere
    const far = ensemble([
      always([800, 0], "linear", "categoricalCrossentropy"),
      always([-800], "linear", "binaryCrossentropy"),
    ]);
    expect(far.predict(x).toArray()).toEqual([[1, 0]]);
  });

  test("margins and steps vote hard only; ties among them go to those who give probabilities", () => {
    const models = [
      always([0.2], "linear", "hinge"),
      always([0], "step", "perceptron"),
      always([Math.log(3)], "sigmoid"),
    ];
    const hard = ensemble(models, { voting: "hard" });
    expect([...hard.predict(x).argMax()]).toEqual([1]);
    expect([...ensemble([models[1], models[2]], { voting: "hard" }).predict(x).argMax()]).toEqual([1]);
    expect(() => ensemble(models)).toThrow(
      'ensemble: model 1 ends in "linear", whose outputs are not probabilities to average; use voting: "hard"',
    );
  });
});

describe("trained models", () => {
  const problem = clouds(90, 4, 3, 2);
  const data = dataset(problem);
  const held = clouds(50, 4, 3, 4);
  const trained = Promise.all(
    [1, 2, 3].map(async (seed) => {
      const model = sequential([dense({ units: 3, activation: "softmax", inputShape: [4] })], {
        seed,
      }).compile({
        loss: "categoricalCrossentropy",
      });
      await model.fit(data, { epochs: seed, batchSize: 16 });
      return model;
    }),
  );

  test.each(["soft", "hard"] as const)(
    "%s: evaluate, confusion matrix and predict agree with the votes counted by hand",
    async (voting) => {
      const models = await trained;
      const outputs = models.map((model) => model.predict(held.x));
      const winners = held.labels.map((_, r) => {
        const mean = [0, 1, 2].map((c) => outputs.reduce((sum, each) => sum + each.row(r)[c], 0));
        const named = [0, 1, 2].map((c) => outputs.filter((each) => each.argMax()[r] === c).length);
        const rank = (c: number) => (voting === "hard" ? 10 * named[c] + mean[c] : mean[c]);
        return [0, 1, 2].sort((a, b) => rank(b) - rank(a))[0];
      });
      const vote = ensemble(models, { voting });
      expect([...vote.predict(held.x).argMax()]).toEqual(winners);
      const accuracy = winners.filter((c, r) => c === held.labels[r]).length / 50;
      const alone = outputs.map(
        (each) => [...each.argMax()].filter((c, r) => c === held.labels[r]).length / 50,
      );
      expect(new Set(alone).size).toBeGreaterThan(1);
      expect(await vote.evaluate(held.x, held.labels)).toMatchObject({ accuracy, models: alone });
      expect(await vote.evaluate(held.x, held.oneHot)).toMatchObject({ accuracy, models: alone });
      expect(await vote.evaluate(slowly(dataset(held)))).toMatchObject({ accuracy, models: alone });
      const { counts } = (await vote.evaluate(dataset(held))).confusion;
      for (const c of [0, 1, 2]) {
        expect(counts[c].reduce((a, b) => a + b)).toBe(held.labels.filter((label) => label === c).length);
        expect(counts[c][c]).toBe(winners.filter((said, r) => said === c && held.labels[r] === c).length);
      }
      expect(vote.predict(dataset(held))).toEqual(vote.predict(held.x));
    },
  );

  test("more rows than a batch, and models from files", async () => {
    const models = await trained;
    const many = dataset(clouds(700, 4, 3, 4));
    const vote = ensemble(models);
    const again = ensemble(models.map((model) => load(model.save())));
    expect(await again.evaluate(many)).toEqual(await vote.evaluate(many));
    expect(vote.predict(many, { batchSize: 7 })).toEqual(vote.predict(many));
    const said = vote.predict(many).argMax();
    const right = many.labels!.filter((label, r) => label === said[r]).length;
    expect((await vote.evaluate(many)).accuracy).toBe(right / 700);
  });

  test("images of bytes are scaled as the data set says", () => {
    const images = arrayDataset(Uint8Array.of(255, 0, 0, 255), Int32Array.of(0, 1), {
      inputShape: [2, 1],
      inputScale: 1 / 255,
    });
    const model = sequential([flatten(), dense({ units: 2, activation: "softmax" })], { inputShape: [2, 1] })
      .compile({ loss: "categoricalCrossentropy" })
      .setWeights({ "dense_1.kernel": [1, 0, 0, 1] });
    expect([...ensemble([model]).predict(images).data]).toEqual([...model.predict(images).data]);
  });

  test("two classes with one output: labels, values 0 and 1", async () => {
    const data = moons({ samples: 40 });
    const model = sequential([dense({ units: 1, activation: "sigmoid", inputShape: [2] })], {
      seed: 1,
    }).compile({
      loss: "binaryCrossentropy",
      metrics: ["accuracy"],
    });
    await model.fit(data, { epochs: 5 });
    const { accuracy } = await model.evaluate(data);
    expect(await ensemble([model]).evaluate(data)).toMatchObject({ accuracy, models: [accuracy] });
  });
});

describe("models that do not go together are refused, and the one that differs is named", () => {
  const a = says(0.5, 0.5);
  const scaled = (mean: number): Model => {
    const model = says(0.5, 0.5);
    model.metadata = { standardisation: { mean: [mean, 0], scale: [1, 1] } };
    return model;
  };
  const named = (...classes: string[]): Model => {
    const model = says(0.5, 0.5);
    model.metadata = { classes };
    return model;
  };
  test.each([
    [
      "inputs",
      [a, a, always([0, 0], "softmax", undefined, 3)],
      "model 3 takes inputs of shape [3], model 1 of [2]",
    ],
    ["classes", [a, says(0.2, 0.3, 0.5)], "model 2 tells 3 classes apart, model 1 2"],
    [
      "names",
      [named("cat", "dog"), named("dog", "cat")],
      "model 2 knows the classes dog, cat, model 1 cat, dog",
    ],
    [
      "scales",
      [scaled(0), scaled(1)],
      "model 2 was trained on inputs scaled differently from those of model 1",
    ],
    [
      "quantities",
      [a, always([0, 0], "linear", "meanSquaredError")],
      "model 2 predicts quantities; voting is for classes",
    ],
    [
      "targets for each step",
      [
        sequential([dense({ units: 2, activation: "softmax", inputShape: [3, 1] })]).compile({
          loss: "sparseCategoricalCrossentropy",
        }),
        a,
      ],
      "model 1 has targets for each step, outputs of shape [3, 2]; voting is for models",
    ],
  ] as const)("%s", (_, models, message) => {
    expect(() => ensemble(models)).toThrow(`ensemble: ${message}`);
    expect(() => ensemble(models, { voting: "hard" })).toThrow(message);
  });

  test("names given are used", () => {
    expect(() => ensemble([a, says(0.2, 0.3, 0.5)], { names: ["a.safetensors", "b.safetensors"] })).toThrow(
      "ensemble: b.safetensors tells 3 classes apart, a.safetensors 2",
    );
  });

  test("nothing to vote with, another voting, a misspelt option, data that does not fit", async () => {
    expect(() => ensemble([])).toThrow("expected at least one model");
    expect(() => ensemble([a], { voting: "loud" as never })).toThrow(
      'voting: expected "soft" or "hard", got "loud"',
    );
    expect(() => ensemble([a], { vote: "hard" } as never)).toThrow('unknown option "vote"');
    expect(() => ensemble([a]).predict([[1, 2, 3]])).toThrow("[n, 2]");
    expect(() => ensemble([a]).predict([[1, 2]], { batchSize: 0 })).toThrow(
      "predict: batchSize: expected a whole number ≥ 1, got 0",
    );
    expect(() => ensemble([a]).predict([[1, 2]], { batch: 2 } as never)).toThrow('unknown option "batch"');
    await expect(ensemble([a]).evaluate(dataset(clouds(9, 3)))).rejects.toThrow(
      "expected rows of shape [2], got [3]",
    );
    await expect(ensemble([a]).evaluate(dataset(clouds(9, 2, 3)))).rejects.toThrow(
      "2 classes apart, clouds has 3",
    );
    await expect(ensemble([a]).evaluate([[1, 2]])).rejects.toThrow("expected x and y");
    expect(() => ensemble([a]).predict(slowly(dataset(clouds(9, 2, 2))))).toThrow("reads asynchronously");
  });
});
