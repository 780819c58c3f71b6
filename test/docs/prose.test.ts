/** Pages that are good to read: short lines, small tables, links that lead somewhere. */
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { pagesUnder, read, root } from "./pages.ts";

const LONGEST_LINE = 150;
const LONGEST_CELL = 120;
const PAGES = pagesUnder();
const isRow = (line: string) => line.startsWith("|");
const length = (text: string) => [...text].length;

/** A page without its blocks of code. */
const proseOf = (text: string) => text.replace(/^```[\s\S]*?^```/gm, "");

/** The cells of a table's row that are sentences; lists of names in code are as long as they are. */
const cellsOf = (row: string): string[] =>
  row
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
    .filter((cell) => cell.replace(/`[^`]*`/g, "").trim() !== "");

/** What is too long on a page, each with its line. Rows of tables are as long as their cells make them. */
function tooLong(text: string): string[] {
  return text.split("\n").flatMap((line, i) => {
    const parts = isRow(line) ? cellsOf(line) : [line];
    const most = isRow(line) ? LONGEST_CELL : LONGEST_LINE;
    return parts.filter((part) => length(part) > most).map((part) => `line ${i + 1}: ${part}`);
  });
}

/** The anchors that a page's headings get where it is shown. */
function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => {
    const plain = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replace(/ /g, "-");
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before ? `${anchor}-${before}` : anchor;
  });
}

/** Links of a page to other pages and files of the project that lead nowhere. */
function broken(page: string, text: string): string[] {
  const links = [...proseOf(text).matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)].map(([, link]) => link!);
  return links.filter((link) => {
    const [path, anchor] = link.split("#") as [string, string?];
    const target = path === "" ? page : normalize(join(dirname(page), path));
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
  });
}

test("the README is read in one go", () => {
  const lines = read("README.md").split("\n");
  expect(lines.length).toBeLessThan(200);
  expect(lines.filter((line) => length(line) > LONGEST_LINE)).toEqual([]);
});

test.each(PAGES)("%s: no long line, no paragraph in a table's cell", (page) => {
  expect(tooLong(read(page))).toEqual([]);
});

test.each(PAGES)("%s: every link leads somewhere", (page) => {
  expect(broken(page, read(page))).toEqual([]);
});

describe("these checks see", () => {
  test("long lines and cells", () => {
    const long = `| ${"word ".repeat(30)}| b |`;
    const code = `| ${"`name` ".repeat(30)}| b |`;
    expect(tooLong(["x".repeat(150), "x".repeat(151), long, code].join("\n"))).toHaveLength(2);
  });
  test("links to missing files and headings", () => {
    const text =
      "# A b, `c`\n[1](#a-b-c) [2](#b) [3](README.md) [4](docs/none.md) [5](README.md#workers) [6](README.md#none)";
    expect(broken("CHANGELOG.md", text.replace("#a-b-c", "CONTRIBUTING.md#style"))).toEqual([
      "#b",
      "docs/none.md",
      "README.md#none",
    ]);
    expect(anchorsOf(text)).toEqual(["a-b-c"]);
    expect(anchorsOf("# One\n## One\n```\n# no heading\n```\n")).toEqual(["one", "one-1"]);
  });
});

test("no page installs the package by its name: it is not published", () => {
  const wrong = /npm (?:install|i|add) (?:\S+ )*nabla(?![\w./-])/;
  for (const page of PAGES) expect(wrong.exec(read(page))?.[0], page).toBeUndefined();
  expect(JSON.parse(read("package.json")).publishConfig).toEqual({ access: "public", provenance: true });
});
