/** Graphs on the command line. */
import { afterAll, expect, test } from "vitest";
import { rails } from "../../src/cli/text/rails.ts";
import { forked } from "../support/seenNets.ts";
import { workplace } from "./support.ts";

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
