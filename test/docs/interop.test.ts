/** The tables of docs/interop.md are those that the code has. */
import { expect, test } from "vitest";
import { withTables } from "./interopTables.ts";
import { read } from "./pages.ts";

test("the tables are the code's: node scripts/interop.mjs writes them", () => {
  const page = read("docs/interop.md");
  expect(withTables(page)).toBe(page);
});

test("a table that is another, has no place or is unknown is told", () => {
  const page = read("docs/interop.md");
  const wrong = page.replace("| `lstm` |", "| `lstn` |");
  expect(wrong).not.toBe(page);
  expect(withTables(wrong)).toBe(page);
  expect(() => withTables(page.replace("interop.mjs: JSON in", "interop.mjs: XML in"))).toThrow(
    "no table XML in",
  );
  expect(() => withTables("")).toThrow("no place for");
});
