/** ARCHITECTURE.md: the tape it prints is one the planner writes, and every file it names is there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Core } from "../../src/core/core.ts";
import { dense, sequential } from "../../src/index.ts";
import { read, root } from "./pages.ts";

const page = read("ARCHITECTURE.md");

test("the tape is what the planner writes", async () => {
  const model = sequential([
    dense({ units: 2, activation: "relu", inputShape: [4] }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
  const printed = page.match(/```\n(forward\n[\s\S]*?)\n```/)![1]!;
  // long lines go on in the next
  expect(printed.replace(/\n {6,}/g, "  ")).toBe(await model.listing({ rows: 2 }));
});

test("it is short, and names files that are there", () => {
  expect(page.trimEnd().split("\n").length).toBeLessThanOrEqual(140);
  const names = [...page.matchAll(/`((?:src|assembly|scripts|test|web|bench)\/[^`]*)`/g)].map(
    ([, name]) => name!,
  );
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  const rooms = [...page.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell]) => [
    ...cell!.matchAll(/`([^`]+)`/g),
  ]);
  const folders = ["", "src", "assembly"];
  expect(
    rooms
      .map(([, name]) => name!)
      .filter((name) => folders.every((folder) => !existsSync(join(root, folder, name)))),
  ).toEqual([]);
});

test("packed weights lie where the example says", () => {
  const [, rows, columns] = page.match(/In a (\d+) × (\d+)\s+matrix/)!.map(Number) as [
    number,
    number,
    number,
  ];
  const core = new Core();
  const plain = core.base + 4096;
  core.reserve(plain + rows * columns * 4);
  core.f32(plain, rows * columns).set(Array.from({ length: rows * columns }, (_, i) => i + 1));
  core.exports.packWeights(core.base, plain, rows, columns, columns);
  const places = [...page.matchAll(/lement \((\d+), (\d+)\) is float [^=]*= (\d+)/g)].map((match) =>
    match.map(Number),
  );
  expect(places).toHaveLength(2);
  for (const [, i, c, place] of places)
    expect(core.f32(core.base, place! + 1)[place!]).toBe(i! * columns + c! + 1);
});
