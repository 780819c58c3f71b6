/** The house: rooms from the ground up, arrows that go down only, files that are read in one sitting. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { importsOf } from "./imports.ts";

const source = fileURLToPath(new URL("../../src", import.meta.url));

/** From the ground up: a room knows those before it. */
const ROOMS = [
  ["constants.d.ts", "errors.ts", "host.ts", "shape.ts", "tags.ts"],
  ["waits.ts"],
  ["fields", "math"],
  ["core"],
  ["initializers"],
  ["plan"],
  ["activations"],
  ["losses", "metrics", "optimizers", "schedules"],
  ["layers"],
  ["checkpoint"],
  ["data"],
  ["network"],
  ["threads"],
  ["callbacks"],
  ["training"],
  ["config"],
  ["worker"],
  ["model"],
  ["interop"],
  ["ensemble", "export", "import", "predict", "reading", "sequences"],
  ["report"],
  ["browser", "mpi", "node"],
  ["cli"],
  ["index.ts", "static.ts"],
];

const floors = new Map(ROOMS.flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)));
const roomOf = (file: string): string => relative(source, file).split(sep)[0]!;

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : entry.name.endsWith(".ts") ? [path] : [];
  });
}
const files = walk(source);

/** Imports that do not go down: "room/file.ts → other/file.ts". */
function wrongArrows(all: readonly (readonly [file: string, text: string])[]): string[] {
  return all.flatMap(([file, text]) => {
    const here = roomOf(file);
    return importsOf(text).flatMap((path) => {
      const target = join(dirname(file), path);
      const there = roomOf(target);
      if (there === here || floors.get(there)! < floors.get(here)!) return [];
      return [`${relative(source, file)} → ${relative(source, target)}`];
    });
  });
}

test("every room has its floor", () => {
  expect(new Set(files.map(roomOf))).toEqual(new Set(floors.keys()));
});

test("arrows go down only", () => {
  expect(wrongArrows(files.map((file) => [file, readFileSync(file, "utf8")]))).toEqual([]);
});

test("an arrow that goes up or across is seen, whatever way it is written", () => {
  const file = join(source, "plan/new.ts");
  for (const text of [
    'import { x } from "../layers/dense.ts";',
    'import type { X } from "../layers/dense.ts";',
    'export * from "../layers/dense.ts";',
    'const later = () => import("../layers/dense.ts");',
    'import {\n  x,\n} from "../layers/dense.ts";',
  ])
    expect(wrongArrows([[file, text]])).toEqual(["plan/new.ts → layers/dense.ts"]);
  expect(wrongArrows([[join(source, "losses/a.ts"), 'import "../metrics/mean.ts";']])).toHaveLength(1);
  expect(wrongArrows([[file, '// see import("../layers/dense.ts")']])).toEqual([]);
});

test("no file has more than 300 lines", () => {
  const long = files
    .map((file) => [relative(source, file), readFileSync(file, "utf8").split("\n").length - 1] as const)
    .filter(([, lines]) => lines > 300);
  expect(long).toEqual([]);
});

test("what lies at the top of src/ belongs to all", () => {
  const top = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(top.map(({ name }) => name).sort()).toEqual([
    "constants.d.ts",
    "errors.ts",
    "host.ts",
    "index.ts",
    "shape.ts",
    "static.ts",
    "tags.ts",
    "waits.ts",
  ]);
});
