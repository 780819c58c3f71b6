/** The reference is made from docstrings: every public name of every entry has one. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, run, testWith, tool } from "../package/support.ts";

const json = (name: string) => JSON.parse(readFileSync(join(root, name), "utf8"));

test("every entry of the package is in the reference", () => {
  const entries = Object.values(json("package.json").exports as Record<string, { types?: string }>)
    .map(({ types }) => types?.replace("./build/types/", "src/").replace(/\.d\.ts$/, ".ts"))
    .filter((file) => file !== undefined && existsSync(join(root, file)));
  expect(entries.length).toBeGreaterThan(2);
  expect([...json("typedoc.json").entryPoints].sort()).toEqual(entries.sort());
});

const typedoc = "typedoc/bin/typedoc";
testWith(
  "docs",
  [typedoc],
  "every public name has a docstring, and no link in them is broken",
  async () => {
    const args = ["--emit", "none", "--treatWarningsAsErrors", "--logLevel", "Warn"];
    const { stdout, stderr } = await run(process.execPath, [tool("docs", typedoc)!, ...args], {
      cwd: root,
      seconds: 500,
    });
    expect(stdout + stderr).toBe("");
  },
  500,
);
