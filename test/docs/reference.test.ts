/** The reference is made from docstrings: those of every entry of the package. site.test.ts makes it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../package/support.ts";

const json = (name: string) => JSON.parse(readFileSync(join(root, name), "utf8"));

test("every entry of the package is in the reference", () => {
  const entries = Object.values(json("package.json").exports as Record<string, { types?: string }>)
    .flatMap(({ types }) => types?.replace("./", "") ?? [])
    // the core has no names
    .filter((file) => !file.endsWith("/wasm.d.ts"));
  expect(entries.length).toBeGreaterThan(2);
  expect([...json("typedoc.json").entryPoints].sort()).toEqual(entries.sort());
});
