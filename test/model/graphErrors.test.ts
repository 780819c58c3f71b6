/** What is wrong with a graph is said when it is written: where, what was expected, what came, what to do. */
import { describe, expect, test } from "vitest";
import {
  activation,
  add,
  concatenate,
  conv2d,
  dense,
  dot,
  flatten,
  fromConfig,
  input,
  maximum,
  model,
  multiply,
  sequential,
  subtract,
} from "../../src/index.ts";

const wrong = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    expect((error as Error).name).toBe("NablaError");
    return (error as Error).message;
  }
  throw new Error("nothing was wrong with it");
};

const x = input({ shape: [4], name: "x" });
const b = input({ shape: [5], name: "b" });
const image = input({ shape: [4, 3, 2], name: "image" });
const y = dense({ units: 2, name: "y" }).apply(x);

describe("values that do not meet", () => {
  test.each([add, subtract, multiply, maximum])("%o", (layer) => {
    expect(wrong(() => layer({ name: "meet" }).apply([x, b]))).toMatch(
      /^\w+ "meet": expected inputs of one shape, got \[4\] and \[5\]: input 2 differs from the first; bring them to one shape before, or use concatenate\(\)$/,
    );
    expect(wrong(() => layer().apply([x, x, image].slice(1)))).toContain("got [4] and [4, 3, 2]: input 2");
    expect(wrong(() => layer().apply(x))).toMatch(
      /expected two inputs or more, as in \w+\(\).apply\(\[a, b\]\), got 1/,
    );
  });

  test("side by side", () => {
    const other = input({ shape: [4, 3, 5] });
    expect(wrong(() => concatenate({ axis: 1, name: "c" }).apply([image, other]))).toBe(
      'concatenate "c": expected inputs that differ in axis 1 only, got [4, 3, 2] and [4, 3, 5]: input 2 differs from the first in another; bring them to one size there, or choose another axis',
    );
    expect(wrong(() => concatenate().apply([x, image]))).toContain("got [4] and [4, 3, 2]: input 2 differs");
    for (const axis of [0, 2, -2])
      expect(wrong(() => concatenate({ axis }).apply([x, b]))).toBe(
        `concatenate: expected axis from 1 to 1 (or −1 to −1) for inputs [4] and [5], got ${axis}; axis 0 is the batch`,
      );
    expect(wrong(() => concatenate({ axis: 1.5 }).apply([x, b]))).toContain("concatenate.axis");
  });

  test("products", () => {
    expect(wrong(() => dot().apply([x, b]))).toBe(
      "dot: expected two inputs of one or two axes with as many values along axes [-1, -1], got [4] and [5]; choose other axes, or reshape() them",
    );
    expect(wrong(() => dot({ axes: 0 }).apply([x, x]))).toContain("along axes [0, 0], got [4] and [4]");
    expect(wrong(() => dot().apply([image, image]))).toContain("one or two axes");
    expect(wrong(() => dot().apply([x, x, x]))).toContain("expected two inputs");
    expect(wrong(() => subtract().apply([x, x, x]))).toBe(
      "subtract: expected two inputs, got 3; add() those that are subtracted first",
    );
  });

  test("several values for a layer that takes one", () => {
    expect(wrong(() => dense({ units: 2 }).apply([x, b]))).toBe("dense: expected one input, got 2");
  });

  test("weights for two shapes", () => {
    const layer = dense({ units: 5, name: "tower" });
    const outputs = add().apply([layer.apply(x), layer.apply(b)]);
    expect(wrong(() => model({ inputs: [x, b], outputs }))).toBe(
      'dense "tower" is applied twice, to inputs [4] and [5]: its kernel would have shape [4, 5] for one and [5, 5] for the other; bring the inputs to one shape, or use two layers',
    );
  });
});

describe("what is no value of a graph", () => {
  const odd: [string, unknown][] = [
    ["an array", [1, 2]],
    ["a number", 3],
    ["null", null],
    ["undefined", undefined],
    ["text", "x"],
    ["numbers", new Float32Array(3)],
    ["an object", {}],
    ["a value and a number", [x, 3]],
    ["a value and nothing", [x, undefined]],
    ["nothing", []],
    ["an object with a shape", { shape: [4] }],
    ["a layer", dense({ units: 2 })],
  ];
  test.each(odd)("%s", (_, value) => {
    for (const [who, make] of [
      ["dense", () => dense({ units: 2 }).apply(value as never)],
      ["add", () => add().apply([x, value].flat() as never)],
      ["model", () => sequential([dense({ units: 2 })]).apply(value as never)],
    ] as const) {
      if (who === "add" && Array.isArray(value) && value.length === 0) continue;
      expect(wrong(make)).toMatch(
        new RegExp(
          `^${who}.apply: expected values of a graph, as input\\(\\) and apply\\(\\) return them, got `,
        ),
      );
    }
    expect(wrong(() => model({ inputs: value as never, outputs: y }))).toMatch(
      /^model: inputs[.\w]*: expected /,
    );
    expect(wrong(() => model({ inputs: x, outputs: value as never }))).toMatch(
      /^model: outputs[.\w]*: expected /,
    );
  });

  test("layers that hold values already", () => {
    expect(wrong(() => sequential([x as never, dense({ units: 2 })]))).toContain("layers[0]");
  });
});

describe("model()", () => {
  test("nothing in or out", () => {
    expect(wrong(() => (model as unknown as () => void)())).toContain("model: expected its options");
    expect(wrong(() => model({ inputs: x } as never))).toContain("model: outputs: expected a value");
    expect(wrong(() => model({ inputs: x, outputs: {} }))).toBe(
      "model: outputs: expected at least one value, got none",
    );
    expect(wrong(() => model({ inputs: {}, outputs: y }))).toBe(
      "model: inputs: expected at least one value, got none",
    );
    expect(wrong(() => model({ inputs: x, outputs: y, name: "m" } as never))).toBe(
      'model: unknown option "name"; there are inputs, outputs, seed',
    );
  });

  test("inputs and outputs that have nothing to do with each other", () => {
    expect(wrong(() => model({ inputs: [x, b], outputs: y }))).toBe(
      'input "b" reaches no output; leave it out, or use it',
    );
    const missing =
      'model: an output depends on an input "x" of shape [4] that is not among the inputs; add it to inputs';
    expect(wrong(() => model({ inputs: b, outputs: y }))).toBe(missing);
    expect(wrong(() => model({ inputs: b, outputs: [dense({ units: 2 }).apply(b), y] }))).toBe(missing);
  });

  test("an output that is an input", () => {
    const said =
      'outputs.x: expected the name of a layer, got "x", an input; apply a layer to it, such as activation({ activation: "linear" })';
    expect(wrong(() => model({ inputs: x, outputs: x }))).toBe(said);
    expect(wrong(() => model({ inputs: x, outputs: [y, x] }))).toBe(said);
    // what the error says works
    const same = activation({ activation: "linear" }).apply(x);
    const both = model({ inputs: x, outputs: same }).predict([[1, 2, 3, 4]]);
    expect([...both.data]).toEqual([1, 2, 3, 4]);
    const copied = model({ inputs: image, outputs: activation({ activation: "linear" }).apply(image) });
    const values = Float32Array.from({ length: 24 }, (_, i) => i);
    expect([...copied.predict(values).data]).toEqual([...values]);
  });

  test("an input that none is", () => {
    expect(wrong(() => model({ inputs: y, outputs: dense({ units: 1 }).apply(y) }))).toBe(
      "model: inputs: 0: expected what input() returned, got an output of dense",
    );
    expect(wrong(() => model({ inputs: [x, x], outputs: y }))).toBe(
      "model: inputs: 1: this input is there twice",
    );
  });

  test("names", () => {
    const taken = /^layers\[\d\]\.name: "(x|y)" is taken by an earlier layer; names must differ$/;
    expect(wrong(() => model({ inputs: x, outputs: dense({ units: 1, name: "y" }).apply(y) }))).toMatch(
      taken,
    );
    expect(wrong(() => model({ inputs: x, outputs: dense({ units: 1, name: "x" }).apply(y) }))).toMatch(
      taken,
    );
    expect(wrong(() => model({ inputs: [x, input({ shape: [4], name: "x" })], outputs: y }))).toMatch(taken);
    expect(wrong(() => model({ inputs: x, outputs: [y, y] }))).toBe(
      'model: outputs: 1: "y" is there twice; give them names: { a: …, b: … }',
    );
    expect(wrong(() => model({ inputs: { other: x }, outputs: y }))).toBe(
      'model: inputs: other: the input has another name already, "x"; use one name',
    );
    const unnamed = input({ shape: [4] });
    const of = dense({ units: 1 }).apply(unnamed);
    expect(wrong(() => model({ inputs: { "a b": unnamed }, outputs: of }))).toContain("input.name: ");
  });

  test("names that every object has", () => {
    const said = (name: string) =>
      `"${name}" cannot name an input or output: data and results could not be told by it; use another name`;
    for (const name of ["__proto__", "constructor", "toString", ""])
      expect(wrong(() => model({ inputs: x, outputs: Object.fromEntries([[name, y]]) }))).toBe(said(name));
    for (const name of ["__proto__", "valueOf"]) {
      expect(wrong(() => model({ inputs: x, outputs: dense({ units: 1, name }).apply(x) }))).toBe(said(name));
      const own = input({ shape: [4], name });
      expect(wrong(() => model({ inputs: own, outputs: dense({ units: 1 }).apply(own) }))).toBe(said(name));
    }
  });

  test("sizes beyond memory", () => {
    const huge = input({ shape: [1e6, 1e6] });
    const flat = flatten().apply(huge);
    expect(wrong(() => model({ inputs: huge, outputs: dense({ units: 3 }).apply(flat) }))).toContain(
      "more than the 4 GiB that WebAssembly can address; the largest tensors are dense_1.kernel",
    );
    expect(wrong(() => input({ shape: [0] }))).toBe("input.shape[0]: expected a whole number ≥ 1, got 0");
    expect(wrong(() => input({ shape: [] }))).toContain("input.shape: expected an array of at least 1");
  });

  test("applied to values of other shapes", () => {
    const inner = model({ inputs: x, outputs: y });
    expect(wrong(() => inner.apply(b))).toBe(
      'model.apply: input "x": expected a value of shape [4], got [5]',
    );
    expect(wrong(() => inner.apply([x, x]))).toBe(
      "model.apply: expected 1 values, one for each input, got 2",
    );
    expect(wrong(() => sequential([conv2d({ filters: 1, kernelSize: 2 })]).apply(x))).toContain(
      "conv2d: expected input [height, width, channels], got [4]",
    );
  });
});

describe("a loss", () => {
  const classes = { loss: "categoricalCrossentropy" } as const;

  test("that does not fit an output layer which shares its weights", () => {
    const stepped = dense({ units: 4, activation: "step", name: "stepped" });
    const twice = model({ inputs: x, outputs: stepped.apply(stepped.apply(x)) });
    expect(wrong(() => twice.compile({ loss: "quadratic" }))).toContain("step");
    const one = dense({ units: 1, name: "one", activation: "sigmoid" });
    const single = input({ shape: [1] });
    const of = model({ inputs: single, outputs: one.apply(one.apply(single)) });
    expect(wrong(() => of.compile(classes))).toContain('cannot follow the output activation "sigmoid"');
    const softmax = dense({ units: 4, activation: "softmax" });
    expect(() =>
      model({ inputs: x, outputs: softmax.apply(softmax.apply(x)) }).compile(classes),
    ).not.toThrow();
  });

  test("for each class of which a layer gives one value", () => {
    const scores = [dense({ units: 1 }).apply(x), dense({ units: 1 }).apply(x)];
    const outputs = activation({ activation: "softmax" }).apply(concatenate().apply(scores));
    expect(() => model({ inputs: x, outputs }).compile(classes)).not.toThrow();
  });
});

describe("documents", () => {
  type Layers = readonly object[];
  const at = (layers: Layers, outputs: unknown, more: object = {}) =>
    wrong(() =>
      fromConfig({ nabla: 2, model: { layers, outputs, ...more }, training: { loss: "quadratic" } } as never),
    );
  const root = { type: "input", name: "x", shape: [4] };
  const layer = (name: string, inputs?: readonly string[]) => ({
    type: "dense",
    name,
    units: 3,
    ...(inputs && { inputs }),
  });
  const share = (name: string, of: string) => ({ type: "shared", name, layer: of });

  test("cycles", () => {
    expect(at([root, layer("a", ["b"]), layer("b", ["a"])], { y: "b" })).toBe(
      'layers[1].inputs[0]: "b" comes after "a": a layer is applied to layers before it, so a graph has no cycles',
    );
    expect(at([root, layer("a", ["a"])], { y: "a" })).toBe(
      'layers[1].inputs[0]: "a" is the layer itself: a layer is applied to layers before it, so a graph has no cycles',
    );
    expect(at([root, share("s", "s")], { y: "s" })).toContain(
      'layers[1].layer: expected the name of a layer before it, got "s"',
    );
  });

  test("names of nobody", () => {
    expect(at([root, layer("first"), layer("b", ["fist"])], { y: "b" })).toBe(
      'layers[2].inputs[0]: there is no layer "fist"; did you mean "first"?; there are x, first, b',
    );
    expect(at([root, layer("a", ["__proto__"])], { y: "a" })).toContain('there is no layer "__proto__"');
    expect(at([root, layer("first")], { y: "frist" })).toBe(
      'outputs.y: expected the name of a layer; did you mean "first"?, got "frist"; there are first',
    );
    expect(at([root, layer("a")], { y: "constructor" })).toContain(
      "outputs.y: expected the name of a layer, got",
    );
    expect(at([root, layer("a")], { y: "x" })).toContain('got "x", an input; apply a layer to it');
    expect(at([root, layer("a"), share("s", "q")], { y: "s" })).toBe(
      'layers[2].layer: expected the name of a layer before it, got "q"; there are a',
    );
    expect(at([root, { ...layer("a"), units: 4 }, share("s", "a"), share("t", "s")], { y: "t" })).toBe(
      'layers[3].layer: expected the name of a layer before it, got "s", which shares "a" itself; there are a',
    );
    expect(at([root, layer("a"), share("s", "x")], { y: "s" })).toContain('got "x", an input; there are a');
  });

  test("what reaches nothing", () => {
    expect(at([root, layer("a", ["x"]), layer("b", ["x"])], { y: "a" })).toBe(
      'dense "b" reaches no output; leave it out, or make it an output',
    );
    expect(at([root, { ...root, name: "z" }, layer("a", ["x"])], { y: "a" })).toBe(
      'input "z" reaches no output; leave it out, or use it',
    );
    expect(at([root, layer("a")], {})).toBe("outputs: expected at least one, by name, got none; there are a");
  });

  test("no beginning", () => {
    expect(at([layer("a")], { y: "a" })).toBe(
      'layers[0]: a graph begins with an input, got dense; write { type: "input", shape: […] } before it',
    );
    expect(at([root, { ...root, name: "z", inputs: ["x"] }, layer("a")], { y: "a" })).toBe(
      "layers[1].inputs: an input is applied to nothing; leave it out",
    );
  });

  test("of what belongs to chains", () => {
    expect(at([root, layer("a")], { y: "a" }, { inputShape: [4] })).toContain(
      "model.inputShape: unknown field; expected one of layers, outputs",
    );
    const old = {
      nabla: 1,
      model: { layers: [root, layer("a")], outputs: { y: "a" } },
      training: { loss: "quadratic" },
    };
    expect(wrong(() => fromConfig(old as never))).toContain("needs version 2, got 1");
    const chain = { nabla: 2, model: { inputShape: [4], layers: [layer("a"), layer("b", ["a"])] } };
    expect(wrong(() => fromConfig({ ...chain, training: { loss: "quadratic" } } as never))).toContain(
      "model.layers[1].inputs: unknown field",
    );
  });

  test("values of other types", () => {
    for (const inputs of ["x", 3, null, {}, [], [0], [null], [["x"]]])
      expect(at([root, { ...layer("a"), inputs }], { y: "a" }), JSON.stringify(inputs)).toMatch(
        /^configuration: model\.layers\[1\]\.inputs(\[0\])?: expected /,
      );
    for (const outputs of [null, [], ["a"], "a", 3, { y: 3 }, { y: null }, { y: ["a"] }])
      expect(at([root, layer("a")], outputs), JSON.stringify(outputs)).toMatch(
        /^configuration: model\.outputs(\.y)?: expected /,
      );
    for (const shape of [null, "4", 4, [], [0], [-1], [1.5], [[4]], { length: 1 }])
      expect(at([{ ...root, shape }, layer("a")], { y: "a" }), JSON.stringify(shape)).toMatch(
        /^configuration: model\.layers\[0\]\.shape(\[0\])?: expected /,
      );
    for (const layers of [
      null,
      [],
      {},
      "a",
      [null],
      [[]],
      [3],
      [{ type: "constructor" }],
      [{ type: "__proto__" }],
    ])
      expect(at(layers as Layers, { y: "a" }), JSON.stringify(layers)).toMatch(
        /^configuration: model\.layers/,
      );
  });
});
