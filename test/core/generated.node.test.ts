// Files that scripts write and that are committed: what is there is what the scripts write.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
// scripts of the build carry no types
const script = (name: string) => import(new URL(`scripts/${name}`, root).href);

test("assembly/math: the register tiles are those of scripts/tiles.mjs", async () => {
  const { tileFiles } = await script("tiles.mjs");
  const files = [...(tileFiles() as Map<string, string>)];
  expect(files.map(([name]) => name)).toEqual([
    "tiles.ts",
    "outer.ts",
    "convolveTiles.ts",
    "correlateTiles.ts",
  ]);
  for (const [name, text] of files)
    expect(readFileSync(new URL(`assembly/math/${name}`, root), "utf8"), name).toBe(text);
});

test("src/core/records.ts is what scripts/records.mjs reads from assembly/", async () => {
  const { recordsText } = await script("records.mjs");
  expect(readFileSync(new URL("src/core/records.ts", root), "utf8")).toBe(recordsText("assembly"));
});

test("assembly/kernels.ts and standalone/kernels.ts are what scripts/kernels.mjs finds in the kernels' files", async () => {
  const { kernelFiles } = await script("kernels.mjs");
  for (const [name, text] of kernelFiles("assembly") as Map<string, string>)
    expect(readFileSync(new URL(`assembly/${name}`, root), "utf8"), name).toBe(text);
});

test("src/layers/gates.ts has the names of the enum in assembly/math/recurrence.ts", async () => {
  const { gatesText } = await script("gates.mjs");
  expect(readFileSync(new URL("src/layers/gates.ts", root), "utf8")).toBe(gatesText("assembly"));
});
