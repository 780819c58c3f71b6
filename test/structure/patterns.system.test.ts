/** No regular expression in the sources takes more time than in proportion to the text: each literal is looked at, so a new one is, too. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, type Token } from "acorn";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";
import { load, root, testWith } from "../package/support.ts";

const source = join(root, "src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"));
const codeOf = (file: string): string =>
  transformSync(readFileSync(join(source, file), "utf8"), { loader: file.endsWith("x") ? "tsx" : "ts" }).code;

/** Made from texts, so the test below does not see them: why they are fast all the same. */
const MADE: Readonly<Record<string, string>> = {
  "data/images/classes.ts": "a list of names",
  "data/numpy/header.ts": "a copy of a literal",
  "data/numpy/names.ts": "lists of words",
  "data/readers/labelPattern.ts": "at most 4 parts of any length, and names of files are short",
  "data/tables/dates.ts": "cells of at most 48 characters",
  "data/tables/numbers.ts": "4 characters of a cell",
  "model/graph.ts": "a name and digits",
  "node/temporary.ts": "names of files, and OWNER has no part without end",
};

test("expressions that are made from texts are known", () => {
  const made = files.filter((file) => /new RegExp\(/.test(codeOf(file)));
  expect(made.sort()).toEqual(Object.keys(MADE).sort());
});

interface Checked {
  readonly status: "safe" | "vulnerable" | "unknown";
  readonly complexity?: { readonly summary: string };
}

/** Like one that was here: digits that may be of the number, of its fraction, or of what is behind. */
const SLOW = ["^\\d+\\.?\\d*$", ""] as const;

testWith("patterns", ["recheck/package.json"], "every literal takes linear time", async () => {
  process.env.RECHECK_BACKEND = "pure";
  const { checkSync } = (await load("patterns", "recheck/lib/main.js")) as {
    checkSync(source: string, flags: string, options: object): Checked;
  };
  const check = (pattern: string, flags: string) => checkSync(pattern, flags, { timeout: 20_000 });
  expect(check(...SLOW).status).toBe("vulnerable");
  const found = new Map<string, { file: string; pattern: string; flags: string }>();
  for (const file of files) {
    // parsed, for where a text in backquotes ends only its grammar tells
    const tokens: Token[] = [];
    parse(codeOf(file), { ecmaVersion: "latest", sourceType: "module", onToken: tokens });
    for (const token of tokens)
      if (token.type.label === "regexp") {
        const { pattern, flags } = (token as unknown as { value: { pattern: string; flags: string } }).value;
        found.set(`/${pattern}/${flags}`, { file, pattern, flags });
      }
  }
  expect(found.size).toBeGreaterThan(100);
  const slow: string[] = [];
  for (const [text, { file, pattern, flags }] of found) {
    const { status, complexity } = check(pattern, flags);
    if (status !== "safe") slow.push(`${file}: ${text}: ${complexity?.summary ?? status}`);
  }
  expect(slow).toEqual([]);
});
