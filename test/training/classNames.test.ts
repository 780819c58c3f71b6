/** Class names that data sets bring, against the model's, wherever data come in; and factors of classes by name. */
import { describe, expect, test } from "vitest";
import { arrayDataset as ad } from "../../src/data/index.ts";
import {
  concatenate,
  dense,
  fineTune,
  model as graph,
  input,
  joinDatasets,
  type Model,
  sequential,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";

const X = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(i), i % 3]);
const CLASSES = ["cat", "dog", "emu"];
const WORDS = X.map((_, i) => CLASSES[i % 3]!);
const NUMBERS = X.map((_, i) => i % 3);
/** Rows of dogs and emus, by name and by number. */
const X2 = X.filter((_, i) => i % 3 > 0);
const WORDS2 = WORDS.filter((word) => word !== "cat");
const NUMBERS2 = NUMBERS.filter((label) => label > 0);
const TRAINING = { loss: "categoricalCrossentropy", optimizer: "adam" } as const;

const three = (units = 3) =>
  sequential([dense({ units, activation: "softmax", inputShape: [3] })], { seed: 1 }).compile(TRAINING);

const trained = async () => {
  const model = three();
  await model.fit(X, WORDS, { epochs: 1 });
  return model;
};

/** Two inputs, one output. */
const wide = (): Model => {
  const [a, b] = [input({ shape: [3], name: "a" }), input({ shape: [3], name: "b" })];
  const out = dense({ units: 3, activation: "softmax", name: "out" }).apply(concatenate().apply([a, b]));
  return graph({ inputs: [a, b], outputs: out, seed: 1 }).compile(TRAINING);
};

const unchanged = async (model: Model, call: () => Promise<unknown>, message: string) => {
  const before = model.save();
  await expect(call()).rejects.toThrow(message);
  expect(model.save()).toEqual(before);
};

describe("batches of an iterator", () => {
  function* own() {
    yield ad(X, WORDS);
    yield ad(X2, WORDS2);
  }
  function* whole() {
    yield ad(X, WORDS);
    yield ad(X2, WORDS2, { names: CLASSES });
  }
  const MOVED =
    'class "dog" is number 0 here, and number 1 of the first batch; give the data set the first batch\'s classes in their order: cat, dog, emu';

  test("with a numbering of their own are refused by fit() and evaluate()", async () => {
    for (const model of [three(), await trained()]) {
      await unchanged(model, () => model.evaluate(own), `batch 2: ${MOVED}`);
      await expect(model.fit(own)).rejects.toThrow(`batch 2 of epoch 1: ${MOVED}`);
    }
  });

  test("with the numbering of the first are trained on and evaluated", async () => {
    const [named, numbered] = [three(), three()];
    await named.fit(whole);
    await numbered.fit(function* () {
      yield ad(X, NUMBERS);
      yield ad(X2, NUMBERS2);
    });
    expect(named.weights()).toEqual(numbered.weights());
    expect(named.metadata.classes).toEqual(CLASSES);
    expect(await named.evaluate(whole)).toEqual(await named.evaluate([...X, ...X2], [...WORDS, ...WORDS2]));
  });

  test("the first is compared with the model", async () => {
    const model = await trained();
    function* first() {
      yield ad(X2, WORDS2);
    }
    for (const call of [() => model.fit(first), () => model.evaluate(first)])
      await unchanged(model, call, 'class "dog" is number 0 here, and number 1 of the model');
  });

  test("that have not all classes leave the model their names", async () => {
    const model = await trained();
    await model.fit(function* () {
      yield ad([X[0]!, X[1]!], ["cat", "dog"]);
    });
    expect(model.metadata.classes).toEqual(CLASSES);
  });

  test("bring no names that the first had not", async () => {
    await expect(
      three().fit(function* () {
        yield ad([X[0]!, X[1]!], ["cat", "dog"]);
        yield ad(X, WORDS);
      }),
    ).rejects.toThrow(
      "the iterator's batches: expected names of 3 classes, as the model has 3 outputs, got 2: cat, dog",
    );
    await expect(
      three().fit(function* () {
        yield ad(X, NUMBERS);
        yield ad(X2, WORDS2);
      }),
    ).rejects.toThrow("its classes are called dog, emu, those of the first batch have no names");
  });

  test("whose rows are records, too", async () => {
    const join = (x: number[][], words: string[]) =>
      joinDatasets({ inputs: { a: ad(x, words), b: ad(x, words) }, targets: { out: ad(x, words) } });
    await expect(
      wide().fit(function* () {
        yield join(X, WORDS);
        yield join(X2, WORDS2);
      }),
    ).rejects.toThrow(`batch 2 of epoch 1: ${MOVED}`);
  });

  test("{ xs, ys, sampleWeight } has weights", async () => {
    const sampleWeight = X.map((_, i) => i % 2);
    const [xs, x, plain] = [three(), three(), three()];
    await xs.fit(function* () {
      yield { xs: X, ys: NUMBERS, sampleWeight };
    });
    await x.fit(function* () {
      yield { x: X, y: NUMBERS, sampleWeight };
    });
    await plain.fit(function* () {
      yield { xs: X, ys: NUMBERS };
    });
    expect(xs.weights()).toEqual(x.weights());
    expect(xs.weights()).not.toEqual(plain.weights());
  });
});

describe("rows to validate on", () => {
  test("are compared with what this training calls its classes", async () => {
    for (const [given, more] of [
      [X, [WORDS]],
      [ad(X, WORDS), []],
    ] as const) {
      const model = three();
      const fit = model.fit as (...of: readonly unknown[]) => Promise<unknown>;
      await expect(fit.call(model, given, ...more, { validationData: ad(X2, WORDS2) })).rejects.toThrow(
        'data: class "dog" is number 0 here, and number 1 of the training data; give the data set the training data\'s classes in their order: cat, dog, emu',
      );
    }
  });

  test("may be texts where a data set has named the classes", async () => {
    const [texts, numbers] = [three(), three()];
    await texts.fit(ad(X, WORDS), { epochs: 2, validationData: [X2, WORDS2] });
    await numbers.fit(ad(X, NUMBERS), { epochs: 2, validationData: [X2, NUMBERS2] });
    expect(texts.history).toEqual(numbers.history);
    // an iterator's first batch has, too
    const batches = function* () {
      yield ad(X, WORDS);
    };
    const streamed = three();
    await streamed.fit(batches, { validationData: [X2, WORDS2] });
    expect(streamed.history.history.valLoss![0]).toBe((await streamed.evaluate(X2, WORDS2)).loss);
  });

  test("and to evaluate have no names that the model lacks", async () => {
    const model = await trained();
    const other = ad(
      X2,
      ["wolf", "yak"].flatMap((word) => [word, word, word, word]),
    );
    const message =
      "class \"wolf\" is none of the model's; give the data set the model's classes in their order";
    for (const call of [
      () => model.evaluate(other),
      () => model.confusionMatrix(other),
      () => model.testOnBatch(other),
      () => model.trainOnBatch(other),
      () => model.fit(X, NUMBERS, { validationData: other }),
      () =>
        model.evaluate(function* () {
          yield other;
        }),
    ])
      await unchanged(model, call, message);
    await expect(
      model.evaluate(
        ad(
          X,
          WORDS.map((word) => (word === "emu" ? "emus" : word)),
        ),
      ),
    ).rejects.toThrow('class "emus" is none of the model\'s; did you mean "emu"?');
  });
});

test("fit() renames classes, and those that its data leave out keep their names", async () => {
  const model = await trained();
  await model.fit(ad([X[0]!, X[1]!], ["cat", "dog"]), { epochs: 1 });
  expect(model.metadata.classes).toEqual(CLASSES);
  await model.fit(ad([X[0]!, X[1]!], ["wolf", "yak"]), { epochs: 1 });
  expect(model.metadata.classes).toEqual(["wolf", "yak", "emu"]);
});

describe("a training that is resumed", () => {
  const stopped = async () => {
    const model = three();
    const stop = {
      onBatchEnd(_batch: number, _logs: unknown, context: { step: number }) {
        if (context.step === 2) throw new Error("stopped");
      },
    };
    await expect(model.fit(X, WORDS, { epochs: 3, batchSize: 4, callbacks: [stop] })).rejects.toThrow(
      "stopped",
    );
    return model;
  };

  test("with other data has the model's classes", async () => {
    const model = await stopped();
    const call = () => model.fit(ad(X2, WORDS2), { epochs: 3, batchSize: 4, resume: true, otherData: true });
    await unchanged(model, call, 'class "dog" is number 0 here, and number 1 of the model');
  });

  test("has them where nothing is known of its data", async () => {
    const model = await stopped();
    // as in files of earlier versions
    internalsOf(model).state.run.known = undefined as never;
    const call = () => model.fit(ad(X2, WORDS2), { epochs: 3, batchSize: 4, resume: true });
    await expect(call()).rejects.toThrow('class "dog" is number 0 here, and number 1 of the model');
  });

  test("goes on with rows of the same classes", async () => {
    const model = await stopped();
    await model.fit(ad(X2, WORDS2, { names: CLASSES }), {
      epochs: 3,
      batchSize: 4,
      resume: true,
      otherData: true,
    });
    expect(model.metadata.classes).toEqual(CLASSES);
  });
});

describe("joined data sets", () => {
  const joined = (x: number[][], words: string[], names?: string[]) => {
    const rows = ad(x, words, names && { names });
    return joinDatasets({ inputs: { a: rows, b: rows }, targets: { out: rows } });
  };
  const MOVED = 'class "dog" is number 0 here, and number 1 of the model';

  test("name the classes, and are compared with the model's", async () => {
    const [model, numbered] = [wide(), wide()];
    await model.fit(joined(X, WORDS), { epochs: 2, classWeight: { emu: 3 } });
    await numbered.fit({ a: X, b: X }, NUMBERS, { epochs: 2, classWeight: { 2: 3 } });
    expect(model.metadata.classes).toEqual(CLASSES);
    expect(model.weights()).toEqual(numbered.weights());
    const other = joined(X2, WORDS2);
    for (const call of [
      () => model.fit(other),
      () => model.evaluate(other),
      () => model.trainOnBatch(other),
      () => model.testOnBatch(other),
      () => model.gradients(other),
      () => model.inputGradients(other),
    ])
      await unchanged(model, call, MOVED);
    const same = joined(X2, WORDS2, CLASSES);
    expect(await model.evaluate(same)).toEqual(await model.evaluate({ a: X2, b: X2 }, WORDS2));
  });

  test("records of arrays keep the names of their labels", async () => {
    const [model, numbered] = [wide(), wide()];
    await model.fit({ a: X, b: X }, WORDS, { epochs: 2, classWeight: { emu: 3 } });
    await numbered.fit({ a: X, b: X }, NUMBERS, { epochs: 2, classWeight: { 2: 3 } });
    expect(model.weights()).toEqual(numbered.weights());
    // and what is known of a training's data has them
    expect(internalsOf(model).state.run.known?.data.classes).toEqual(CLASSES);
  });
});

describe("gradients() and inputGradients()", () => {
  test("compare names", async () => {
    const model = await trained();
    const other = ad(X2, WORDS2);
    for (const call of [() => model.gradients(other), () => model.inputGradients(other)])
      await unchanged(model, call, 'class "dog" is number 0 here, and number 1 of the model');
  });

  test("take factors of classes as evaluate() does", async () => {
    const model = await trained();
    const right = await model.gradients(X, NUMBERS, { classWeight: { 1: 5 } });
    const inputs = await model.inputGradients(X, NUMBERS, { classWeight: { 1: 5 } });
    expect(right).not.toEqual(await model.gradients(X, NUMBERS));
    for (const classWeight of [{ dog: 5 }, new Map([["dog", 5]]), new Map([[1, 5]]), [1, 5, 1]] as const) {
      expect(await model.gradients(X, WORDS, { classWeight: classWeight as never })).toEqual(right);
      expect(await model.inputGradients(X, NUMBERS, { classWeight: classWeight as never })).toEqual(inputs);
      expect((await model.evaluate(X, NUMBERS, { classWeight: classWeight as never })).loss).toBeCloseTo(
        right.loss,
        6,
      );
    }
    const wrong = { classWeight: "balanced" } as never;
    for (const call of [
      () => model.gradients(X, WORDS, wrong),
      () => model.inputGradients(X, WORDS, wrong),
      () => model.evaluate(X, WORDS, wrong),
    ])
      await expect(call()).rejects.toThrow("classWeight");
    await expect(model.gradients(X, WORDS, { classWeight: { dgo: 2 } })).rejects.toThrow(
      /classWeight: there is no class dgo; classes go by their numbers.*; did you mean "dog"\?$/,
    );
  });
});

test("labels may be texts after fineTune(), whose last layer means nothing yet", async () => {
  const base = await trained();
  const tuned = fineTune(base, { classes: 2 });
  tuned.compile(TRAINING);
  await tuned.fit(X2, WORDS2, { epochs: 1 });
  expect(tuned.metadata.classes).toEqual(["dog", "emu"]);
  tuned.metadata = {};
  await expect(tuned.fit(X2, WORDS2, { epochs: 1 })).rejects.toThrow("it was trained on their numbers");
});

describe("names of classes are as many as there are classes", () => {
  test("of data a model is trained on", async () => {
    const rows = ad(
      X,
      X.map((_, i) => i % 2),
      { names: ["cat", "dog"] },
    );
    const model = three();
    await unchanged(model, () => model.fit(rows), "as the model has 3 outputs, got 2: cat, dog");
  });

  test("set by hand", async () => {
    const model = three();
    model.metadata = { classes: ["cat", "dog"] };
    await unchanged(model, () => model.fit(X, NUMBERS), "metadata.classes: expected names of 3 classes");
    model.metadata = { classes: [...CLASSES, "fox"] };
    for (const call of [() => model.fit(X, NUMBERS), () => model.evaluate(X, NUMBERS)])
      await unchanged(
        model,
        call,
        "metadata.classes: expected names of 3 classes, as the model has 3 outputs, got 4",
      );
    model.metadata = { classes: CLASSES };
    await model.fit(X, NUMBERS);
  });
});

describe("classes that are called by numbers", () => {
  const CALLED = ["1", "2", "3"];
  const texts = NUMBERS.map((label) => CALLED[label]!);

  test("are not taken for their places", async () => {
    const model = three();
    await model.fit(X, texts);
    expect(model.metadata.classes).toEqual(CALLED);
    const words =
      "labels are numbers, and the model's classes are called by numbers that are not their places: 1, 2, 3";
    for (const labels of [NUMBERS, NUMBERS.map((label) => label + 1), NUMBERS.map(() => 1)])
      for (const call of [
        () => model.evaluate(X, labels),
        () => model.fit(X, labels),
        () => model.evaluate(ad(X, labels)),
        () => model.confusionMatrix(X, labels),
        () => model.trainOnBatch(X, labels),
      ])
        await unchanged(model, call, words);
    const byName = await model.evaluate(X, texts);
    expect(await model.evaluate(ad(X, NUMBERS, { names: CALLED }))).toEqual(byName);
  });

  test("are, where they are their places", async () => {
    const model = three();
    await model.fit(
      X,
      NUMBERS.map((label) => String(label)),
    );
    expect(model.metadata.classes).toEqual(["0", "1", "2"]);
    await model.evaluate(X, NUMBERS);
  });
});

test("balanced factors of a graph with several inputs are those of its classes", async () => {
  const labels = X.map((_, i) => (i < 8 ? 0 : i < 11 ? 1 : 2));
  const records = { a: X, b: X };
  const [balanced, byHand, plain] = [wide(), wide(), wide()];
  const options = { epochs: 2, seed: 3 };
  await balanced.fit(records, { out: labels }, { ...options, classWeight: "balanced" });
  await byHand.fit(records, { out: labels }, { ...options, classWeight: [12 / 24, 12 / 9, 12 / 3] });
  await plain.fit(records, { out: labels }, options);
  expect(balanced.weights()).toEqual(byHand.weights());
  expect(balanced.weights()).not.toEqual(plain.weights());
});
