/** Files do not import each other in circles, not even by import(): each can be read with what is below it alone. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { importsOf } from "./imports.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where a type of all is made of each, which knows it: said here, so that no other comes unseen. */
const KNOWN: Readonly<Record<string, string>> = {
  "src/layers/configs.ts": "the type of all layers is made of each; layers that hold layers take any of it",
  "src/model/model.ts":
    "the class's methods are files that take a model; options name what callbacks are given",
};

type Graph = ReadonlyMap<string, readonly string[]>;

/** Sets of files each of which leads to all others of it. */
function circlesOf(graph: Graph): string[][] {
  const reached = new Map<string, Set<string>>();
  for (const from of graph.keys()) {
    const seen = new Set<string>();
    const next = [...graph.get(from)!];
    for (let at = next.pop(); at !== undefined; at = next.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      next.push(...(graph.get(at) ?? []));
    }
    reached.set(from, seen);
  }
  const circles = new Map<string, string[]>();
  for (const [file, seen] of reached) {
    if (!seen.has(file)) continue;
    const circle = [...seen].filter((other) => reached.get(other)!.has(file)).sort();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}

function graphOf(folders: readonly string[]): Graph {
  const files = folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) =>
        join(folder, file),
      ),
    )
    .filter((file) => /(?<!\.d)\.tsx?$/.test(file));
  const there = new Set(files);
  return new Map(
    files.map((file) => [
      file,
      importsOf(readFileSync(join(root, file), "utf8"))
        .map((path) => relative(root, join(root, dirname(file), path)))
        .filter((target) => there.has(target)),
    ]),
  );
}

test("a circle is seen, whoever is in it", () => {
  const graph = { a: ["b", "c"], b: ["d"], c: [], d: ["b"], e: ["a", "e"] };
  expect(circlesOf(new Map(Object.entries(graph)))).toEqual([["b", "d"], ["e"]]);
});

test("files import each other in no circle but those that are known", () => {
  const circles = circlesOf(graphOf(["src", "web"]));
  const others = circles.filter((circle) => !circle.some((file) => file in KNOWN));
  expect(others).toEqual([]);
  // what is known is there
  for (const file of Object.keys(KNOWN))
    expect(
      circles.some((circle) => circle.includes(file)),
      file,
    ).toBe(true);
});
