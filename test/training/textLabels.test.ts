/** Labels that are texts, and data in one object, as programs for TensorFlow.js write it. */
import { describe, expect, test } from "vitest";
import { arrayDataset } from "../../src/data/index.ts";
import { dense, model as graph, input, load, sequential } from "../../src/index.ts";

const X = Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(i), i % 3]);
const KINDS = ["dog", "cat", "axolotl"];
const WORDS = X.map((_, i) => KINDS[i % 3]!);
/** As they are numbered: axolotl, cat, dog. */
const NUMBERS = X.map((_, i) => 2 - (i % 3));
const SORTED = ["axolotl", "cat", "dog"];

const three = (loss = "categoricalCrossentropy", units = 3) =>
  sequential([dense({ units, activation: units === 1 ? "sigmoid" : "softmax", inputShape: [3] })], {
    seed: 1,
  }).compile({ optimizer: "adam", loss: loss as "hinge", metrics: ["accuracy"] });
const OPTIONS = { epochs: 3, batchSize: 8 };

describe("fit", () => {
  test("learns the names of classes, sorted, and trains as with their numbers", async () => {
    const named = three();
    const { history } = await named.fit(X, WORDS, { ...OPTIONS, validationSplit: 0.2 });
    const numbered = three();
    const other = await numbered.fit(X, NUMBERS, { ...OPTIONS, validationSplit: 0.2 });
    expect(named.metadata.classes).toEqual(SORTED);
    expect(history).toEqual(other.history);
    expect(named.weights()).toEqual(numbered.weights());
  });

  test("answers and files have the names", async () => {
    const model = three();
    await model.fit(X, WORDS, OPTIONS);
    const again = load(model.save());
    expect(again.predict(X).classes()).toEqual(Array.from(model.predict(X).argMax(), (c) => SORTED[c]));
    expect(Object.keys(again.predict(X.slice(0, 1)).probabilities()[0]!)).toEqual(SORTED);
    expect(await again.evaluate(X, WORDS)).toEqual(await model.evaluate(X, NUMBERS));
    // in another order, and not all of them: numbered as before
    await again.fit(X.slice(0, 2), ["dog", "cat"], { epochs: 2 });
    await model.fit(X.slice(0, 2), [2, 1], { epochs: 2 });
    expect(again.weights()).toEqual(model.weights());
  });

  test("names that are numbers have the order of numbers", async () => {
    const model = three();
    await model.fit(
      X,
      X.map((_, i) => ["10", "9", "100"][i % 3]!),
      OPTIONS,
    );
    expect(model.metadata.classes).toEqual(["9", "10", "100"]);
  });

  test("one output tells two apart", async () => {
    const model = three("binaryCrossentropy", 1);
    const words = X.map(([, , c]) => (c === 2 ? "yes" : "no"));
    await model.fit(X, words, { ...OPTIONS, classWeight: { yes: 2 } });
    expect(model.metadata.classes).toEqual(["no", "yes"]);
    expect(Object.keys(model.predict(X).probabilities()[0]!)).toEqual(["no", "yes"]);
  });

  test("rows to validate on are of the same classes", async () => {
    const model = three();
    const { history } = await model.fit(X, WORDS, { ...OPTIONS, validationData: [X, WORDS] });
    const other = await three().fit(X, NUMBERS, { ...OPTIONS, validationData: [X, NUMBERS] });
    expect(history).toEqual(other.history);
    await expect(three().fit(X, WORDS, { ...OPTIONS, validationData: [[X[0]!], ["cow"]] })).rejects.toThrow(
      'validationData: y: row 0: "cow" is none of the known classes; expected axolotl, cat, dog',
    );
    await expect(three().fit(X, NUMBERS, { ...OPTIONS, validationData: [X, WORDS] })).rejects.toThrow(
      "validationData: y: labels are texts, but the model's classes have no names yet",
    );
  });

  test("a column of them, and the name of the output", async () => {
    const column = three();
    await column.fit(
      X,
      WORDS.map((word) => [word]),
      OPTIONS,
    );
    const byName = three();
    await byName.fit(X, { dense_1: WORDS }, OPTIONS);
    const plain = three();
    await plain.fit(X, WORDS, OPTIONS);
    expect(column.save()).toEqual(plain.save());
    expect(byName.save()).toEqual(plain.save());
  });

  test("a graph with one output, of several inputs", async () => {
    const [a, b] = [input({ shape: [3], name: "a" }), input({ shape: [3], name: "b" })];
    const { concatenate } = await import("../../src/index.ts");
    const last = dense({ units: 3, activation: "softmax" }).apply(concatenate().apply([a, b]));
    const make = () =>
      graph({ inputs: [a, b], outputs: [last], seed: 1 } as never).compile({
        loss: "categoricalCrossentropy",
      });
    const [named, numbered] = [make(), make()];
    await named.fit({ a: X, b: X }, WORDS, OPTIONS);
    await numbered.fit({ a: X, b: X }, NUMBERS, OPTIONS);
    expect(named.metadata.classes).toEqual(SORTED);
    expect(named.weights()).toEqual(numbered.weights());
  });

  test("step by step, once the classes have names", async () => {
    const [model, numbered] = [three(), three()];
    await expect(model.trainOnBatch(X, WORDS)).rejects.toThrow(
      "trainOnBatch: y: labels are texts, but the model's classes have no names yet",
    );
    model.metadata = { classes: SORTED };
    expect(await model.trainOnBatch(X, WORDS)).toEqual(await numbered.trainOnBatch(X, NUMBERS));
    expect(await model.testOnBatch(X, WORDS)).toEqual(await numbered.testOnBatch(X, NUMBERS));
    await expect(model.trainOnBatch((() => [][Symbol.iterator]()) as never)).rejects.toThrow(
      "trainOnBatch: expected x and y of one batch, got an iterator",
    );
  });
});

describe("refused, and the model is as it was", () => {
  const cases: [
    what: string,
    y: readonly unknown[],
    message: string,
    make?: () => ReturnType<typeof three>,
  ][] = [
    ["another kind among texts", [...WORDS.slice(1), 3], "fit: y: row 29: expected the name of a class"],
    [
      "a missing label",
      [...WORDS.slice(1), ""],
      'fit: y: row 29: expected the name of a class, a text as in the rows before, got ""',
    ],
    ["several labels in a row", WORDS.map((word) => [word, "pet"]), "fit: y: row 0: expected one label, got"],
    [
      "fewer classes than outputs",
      WORDS.map((word) => (word === "dog" ? "cat" : word)),
      "fit: y: there are 2 different labels, axolotl, cat, but the model has 3 outputs; give the last layer 2 units, or name all classes",
    ],
    [
      "more classes than outputs",
      WORDS,
      "give the last layer 3 units",
      () => three("categoricalCrossentropy", 2),
    ],
    [
      "three classes for one output",
      WORDS,
      "there are 3 different labels, axolotl, cat, dog, but the model has one output, which tells two classes apart; give the last layer 3 units",
      () => three("binaryCrossentropy", 1),
    ],
    [
      "one class",
      WORDS.map(() => "cat"),
      "fit: y: all labels are cat, but the model has one output",
      () => three("binaryCrossentropy", 1),
    ],
    ["quantities as texts", X.map((_, i) => `${i / 4}`), 'fit: y: "0.25" may be a quantity'],
    [
      "a loss of quantities",
      X.map((_, i) => `${i % 2}`),
      'loss "meanSquaredError" takes quantities',
      () => three("meanSquaredError", 1),
    ],
  ];
  test.each(cases)("%s", async (_, y, message, make = three) => {
    const model = make();
    const before = model.save();
    await expect(model.fit(X, y as string[], OPTIONS)).rejects.toThrow(message);
    expect(model.save()).toEqual(before);
    expect(model.metadata).toEqual({});
  });

  test("names for classes that were trained by number", async () => {
    const model = three();
    await model.fit(X, NUMBERS, OPTIONS);
    await expect(model.fit(X, WORDS, OPTIONS)).rejects.toThrow(
      "it was trained on their numbers; say which is which",
    );
    await expect(model.evaluate(X, WORDS)).rejects.toThrow("evaluate: y: labels are texts");
    model.metadata = { classes: SORTED };
    expect(await model.evaluate(X, WORDS)).toEqual(await model.evaluate(X, NUMBERS));
  });

  test("names no class of the model has", async () => {
    const model = three();
    await model.fit(X, WORDS, OPTIONS);
    for (const call of [
      model.fit(
        X,
        X.map(() => "dgo"),
      ),
      model.evaluate(
        X,
        X.map(() => "dgo"),
      ),
    ])
      await expect(call).rejects.toThrow(
        'y: row 0: "dgo" is none of the known classes; did you mean "dog"? expected axolotl, cat, dog',
      );
  });

  test("one of several outputs", async () => {
    const x = input({ shape: [3] });
    const outputs = {
      kind: dense({ units: 3, activation: "softmax" }).apply(x),
      size: dense({ units: 1 }).apply(x),
    };
    const model = graph({ inputs: x, outputs } as never).compile({
      loss: { kind: "categoricalCrossentropy", size: "meanSquaredError" } as never,
    });
    await expect(model.fit(X, { kind: WORDS, size: NUMBERS })).rejects.toThrow(
      'fit: y.kind: "dog": labels are texts only where a model has one output',
    );
  });

  test("data whose classes have other numbers than the model's", async () => {
    const model = three();
    await model.fit(X, WORDS, OPTIONS);
    const some = arrayDataset(X.slice(0, 2), ["dog", "cat"]);
    for (const call of [() => model.fit(some), () => model.evaluate(some), () => model.confusionMatrix(some)])
      await expect(call()).rejects.toThrow(
        'data: class "cat" is number 0 here, and number 1 of the model; give the data set the model\'s classes in their order: axolotl, cat, dog',
      );
    const whole = arrayDataset(X.slice(0, 2), ["dog", "cat"], { names: model.metadata.classes! });
    expect(
      String(Object(await model.confusionMatrix(whole))[Symbol.for("nodejs.util.inspect.custom")]()),
    ).toContain("axolotl");
  });
});

test("texts among the options are no labels", async () => {
  // an output may be called what an option is
  const model = sequential([dense({ units: 3, activation: "softmax", name: "metrics", inputShape: [3] })], {
    seed: 1,
  }).compile({ loss: "categoricalCrossentropy", optimizer: "adam" });
  const options = { metrics: ["accuracy"] as const };
  const scores = await model.evaluate(X, NUMBERS, options);
  expect(Object.keys(scores)).toEqual(["loss", "accuracy"]);
  expect(await model.evaluate(arrayDataset(X, NUMBERS), options)).toEqual(scores);
  expect(await model.evaluate({ xs: X, ys: NUMBERS }, options)).toEqual(scores);
  expect(await model.evaluate([[X, NUMBERS] as const].values(), options)).toEqual(scores);
  // and labels are these where they are in their place
  model.metadata = { classes: SORTED };
  expect(await model.evaluate(X, { metrics: WORDS }, options)).toEqual(scores);
});

test("options in the third place are options, where the first has x and y", async () => {
  const [second, third] = [three(), three()];
  const data = { xs: X, ys: NUMBERS };
  await second.fit(data, { epochs: 3 });
  await third.fit(...([data, undefined, { epochs: 3 }] as unknown as Parameters<typeof third.fit>));
  expect(third.history.epoch).toHaveLength(3);
  expect(third.weights()).toEqual(second.weights());
});

test("arrayDataset names classes", () => {
  const { target, labels } = arrayDataset(X, WORDS);
  expect(target).toEqual({ kind: "class", classes: 3, names: SORTED });
  expect(Array.from(labels!)).toEqual(NUMBERS);
  expect(() => arrayDataset(X, WORDS, { names: ["dog", "cat"] })).toThrow(
    'data: y: row 2: "axolotl" is none of the known classes',
  );
  expect(() => arrayDataset(X, WORDS, { target: "values" })).toThrow("is the name of a class");
});

describe("x and y in one object", () => {
  test.each([
    ["xs", "ys"],
    ["x", "y"],
  ])("{ %s, %s }", async (x, y) => {
    const [one, two] = [three(), three()];
    await one.fit({ [x]: X, [y]: WORDS } as never, OPTIONS);
    await two.fit(X, WORDS, OPTIONS);
    expect(one.save()).toEqual(two.save());
    expect(await one.evaluate({ [x]: X, [y]: NUMBERS } as never)).toEqual(await two.evaluate(X, NUMBERS));
  });

  test("options go beside it", async () => {
    await expect(three().fit({ xs: X, ys: WORDS, epochs: 3 } as never)).rejects.toThrow(
      "fit: expected { xs, ys } or { x, y }, got { xs, ys, epochs }; options are the second argument: fit({ xs, ys }, { epochs: … })",
    );
    await expect(three().fit({ ys: WORDS } as never)).rejects.toThrow(
      "fit: expected { xs, ys } or { x, y }, got { ys }",
    );
  });

  test("inputs that have these names are inputs", async () => {
    const [x, y] = [input({ shape: [3], name: "x" }), input({ shape: [3], name: "y" })];
    const { add } = await import("../../src/index.ts");
    const make = () =>
      graph({
        inputs: [x, y],
        outputs: dense({ units: 3, activation: "softmax" }).apply(add().apply([x, y])),
      } as never).compile({
        loss: "categoricalCrossentropy",
      });
    const model = make();
    await model.fit({ x: X, y: X }, NUMBERS, OPTIONS);
    expect(model.history.epoch.length).toBe(3);
  });

  test("batches of a generator, under either names", async () => {
    function* batches() {
      for (let from = 0; from < X.length; from += 10)
        yield { xs: X.slice(from, from + 10), ys: NUMBERS.slice(from, from + 10) };
    }
    function* named() {
      for (const { xs, ys } of batches()) yield { x: xs, y: ys.map((c) => SORTED[c]!) };
    }
    const [one, two] = [three(), three()];
    await one.fit(batches, { epochs: 2 });
    await expect(two.fit(named, { epochs: 2 })).rejects.toThrow(
      "labels are texts, but the model's classes have no names yet",
    );
    two.metadata = { classes: SORTED };
    await two.fit(named, { epochs: 2 });
    expect(two.weights()).toEqual(one.weights());
    expect(await two.evaluate(named)).toEqual(await one.evaluate(batches));
  });

  test("a generator of single rows is told from one of batches", async () => {
    function* rows() {
      for (const [i, xs] of X.entries()) yield { xs, ys: NUMBERS[i]! };
    }
    await expect(three().fit(rows as never)).rejects.toThrow(
      "{ xs, ys } is a single row: an iterator gives batches",
    );
  });
});
