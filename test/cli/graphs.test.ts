/** Graphs on the command line. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rails } from "../../src/report/text/rails.ts";
import { forked } from "../support/seenNets.ts";
import { done, events, flowers, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

/** As one text, without what fills lines up. */
const draw = (sources: number[][]): string =>
  rails(sources)
    .flatMap(({ before, at }, i) => [...before, `${at} ${i}`])
    .map((line) => line.trimEnd())
    .join("\n");

test.each([
  ["a line", [[], [0], [1]], ["● 0", "● 1", "● 2"]],
  ["a skip", [[], [0], [0, 1], [2]], ["●   0", "├─╮", "│ ● 1", "├─╯", "●   2", "●   3"]],
  ["what stays behind a join", [[], [], [0, 1], [0, 2]], ["●   0", "│ ● 1", "├─┤", "│ ● 2", "├─╯", "●   3"]],
  ["one value used twice by one", [[], [0, 0]], ["● 0", "● 1"]],
  [
    "a rail in between, which nothing leaves",
    [[], [], [0], [0, 1, 2]],
    ["●     0", "│ ●   1", "├─│─╮", "│ │ ● 2", "├─┴─╯", "●     3"],
  ],
  ["a rail that is free again", [[], [0], [0], [1, 2]], ["●   0", "├─╮", "│ ● 1", "● │ 2", "├─╯", "●   3"]],
])("rails: %s", (_, sources, lines) => {
  expect(draw(sources as number[][])).toBe((lines as string[]).join("\n"));
});

test("summary draws a graph", async () => {
  place.write("forked.safetensors", forked().save());
  const { stdout, stderr } = await place.run(["summary", "forked.safetensors"]);
  expect(stderr).toBe("");
  expect(stdout.split("\n").slice(2, 17).join("\n")).toBe(
    `
●      image           input                           [8, 8, 1]
│ ●    table           input                           [4]
● │    conv2d_1        conv2d, relu                    [6, 6, 4]          40  image
● │    maxPooling2d_1  maxPooling2d                    [3, 3, 4]           0  conv2d_1
● │    flatten_1       flatten                         [36]                0  maxPooling2d_1
├─│─╮
│ │ ●  dense_1         dense                           [6]               222  flatten_1
│ │ ●  tower           dense, tanh                     [8]                56  dense_1
│ ● │  dense_2         dense, relu                     [6]                30  table
│ ● │  shared_1        dense, tanh (weights of tower)  [8]                 0  dense_2
├─┼─┤
● │ │  concatenate_1   concatenate                     [52]                0  tower, shared_1, flatten_1
● │ │  dense_3         dense, softmax                  [10]              530  concatenate_1
│ ├─╯
│ ●    add_1           add                             [8]                 0  tower, shared_1`.slice(1),
  );
  const { stdout: json } = await place.run(["summary", "forked.safetensors", "--json"]);
  expect(JSON.parse(json)).toMatchObject({
    inputs: [
      { name: "image", shape: [8, 8, 1] },
      { name: "table", shape: [4] },
    ],
    outputs: [
      { name: "digit", shape: [10] },
      { name: "box", shape: [4] },
    ],
    parameters: 914,
  });
});

describe("a document of a graph", () => {
  const layers = [
    { type: "input", shape: [3], name: "measures" },
    { type: "dense", units: 8, activation: "relu", name: "a" },
    { type: "dense", units: 8, activation: "tanh", name: "b", inputs: ["measures"] },
    { type: "add", inputs: ["a", "b"] },
    { type: "dropout", rate: 0 },
    { type: "concatenate", inputs: ["add_1", "dropout_1"] },
    { type: "dense", units: 3, activation: "softmax", name: "kind" },
  ];
  const document = { nabla: 2, model: { layers, outputs: { kind: "kind" } } };
  const train = ["train", "flowers.csv", "--epochs", "30", "--schedule", "constant"];

  beforeAll(async () => {
    place.write("flowers.csv", flowers());
    place.write("graph.json", JSON.stringify(document));
    place.write(
      "two.json",
      JSON.stringify({ ...document, model: { layers, outputs: { kind: "kind", b: "b" } } }),
    );
    const result = await place.run([...train, "--model", "graph.json", "--out", "g.safetensors"]);
    expect(done(result).testAccuracy).toBe(1);
  });

  test("trains, is evaluated, predicts, is exported, goes on", async () => {
    const evaluated = await place.run(["evaluate", "g.safetensors", "flowers.csv", "--json"]);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ part: "test", accuracy: 1 });
    const predicted = await place.run(["predict", "g.safetensors", "5,3,100", "--json"]);
    expect(JSON.parse(predicted.stdout).class).toBe("rose");
    for (const to of ["g.wasm", "g.js"])
      expect((await place.run(["export", "g.safetensors", "--to", to])).stderr).toBe("");
    const longer = ["--epochs", "31", "--resume", "g.safetensors"];
    const again = await place.run([...train, "--model", "graph.json", ...longer]);
    expect(done(again).epochs).toBe(31);
  });

  test("--from: its layers and weights, with its head or a new one", async () => {
    const same = await place.run([...train, "--from", "g.safetensors", "--freeze", "--out", "h.safetensors"]);
    expect(events(same.stdout)[0]).toMatchObject({ keepsHead: true, parameters: 115, trainable: 51 });
    place.write("two.csv", flowers().replaceAll("violet", "rose"));
    const other = await place.run(["train", "two.csv", "--from", "g.safetensors", "--freeze"]);
    expect(events(other.stdout)[0]).toMatchObject({ keepsHead: false, parameters: 98, trainable: 34 });
    done(other);
  });

  test("--folds", async () => {
    const { stdout } = await place.run([...train, "--model", "graph.json", "--folds", "3"]);
    expect(events(stdout).at(-1)).toMatchObject({ event: "done", folds: 3 });
  });

  test.each([
    [
      "two outputs",
      [...train, "--model", "two.json"],
      /^nabla: two\.json: the model has 1 input \(measures\) and 2 outputs \(kind, b\)/,
    ],
    [
      "evaluated",
      ["evaluate", "forked.safetensors", "flowers.csv"],
      /^nabla: forked\.safetensors: the model has 2 inputs \(image, table\)/,
    ],
    [
      "asked",
      ["predict", "forked.safetensors", "1,2,3"],
      /^nabla: forked\.safetensors: the model has 2 inputs .* In a program, predict\(\)/,
    ],
    [
      "begun with",
      [...train, "--from", "forked.safetensors"],
      /^nabla: forked\.safetensors: the model has 2 inputs/,
    ],
    [
      "asked to vote",
      ["evaluate", "forked.safetensors", "g.safetensors", "flowers.csv"],
      /^nabla: forked\.safetensors: the model has/,
    ],
    ["read with", ["read", "forked.safetensors", "x.png"], /^nabla: forked\.safetensors: the model has/],
    [
      "measured",
      ["export", "forked.safetensors", "--to", "f.wasm", "--data", "flowers.csv"],
      /^nabla: --data: forked\.safetensors: the model has/,
    ],
  ])("several inputs or outputs, %s: says what it cannot do", async (_, args, message) => {
    const { code, stdout, stderr } = await place.run(args);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });

  test("a document of another version, and an input of another shape", async () => {
    place.write("bad.json", JSON.stringify({ ...document, nabla: 1 }));
    expect((await place.run([...train, "--model", "bad.json"])).stderr).toContain("needs version 2, got 1");
    const [, ...rest] = layers;
    place.write(
      "bad.json",
      JSON.stringify({
        nabla: 2,
        model: {
          layers: [{ type: "input", shape: [5], name: "measures" }, ...rest],
          outputs: { kind: "kind" },
        },
      }),
    );
    const { stderr } = await place.run([...train, "--model", "bad.json"]);
    expect(stderr).toContain("expected input [5], got [3] from flowers.csv");
  });
});
