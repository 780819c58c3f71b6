/** The report of a training whose data strangers named: names are text, whatever they look like. */
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { afterAll, expect, test } from "vitest";
import { workplace } from "./support.ts";

const place = workplace();
afterAll(() => place.remove());

/** What ends texts, attributes, comments, styles and scripts, and what begins others. */
const PIECES = [
  "<script>alert(1)</script>",
  "</script>",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "</title>",
  "</style>",
  "</textarea>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "</svg>",
  "</text>",
  '"',
  "'",
  "`",
  "=",
  ">",
  "<",
  "&",
  "&lt;",
  "&#60;",
  '" onmouseover="alert(1)',
  "' onfocus='alert(1)",
  "javascript:alert(1)",
  "url(javascript:1)",
  "\\",
  "\u2028",
  "{{1}}",
  "x",
];

type Node = DefaultTreeAdapterTypes.ChildNode;

/** Elements and the names of their attributes, in order; the code of scripts and styles as it is. */
function structure(html: string): string[] {
  const seen: string[] = [];
  const walk = (node: Node) => {
    if (node.nodeName === "#comment") seen.push("comment");
    if (!("tagName" in node)) return;
    const type = node.attrs.find(({ name }) => name === "type")?.value;
    const code = ["script", "style"].includes(node.tagName) && type === undefined;
    seen.push(
      `${node.tagName} ${node.attrs.map(({ name }) => name).join(" ")}${code ? node.childNodes.map((child) => ("value" in child ? child.value : "")).join("") : ""}`,
    );
    for (const { value, name } of node.attrs)
      if (/^on/.test(name) || /^\s*javascript:/.test(value)) throw new Error(`${name}="${value}"`);
    for (const child of node.childNodes) walk(child);
  };
  for (const child of parse(html).childNodes) walk(child);
  return seen;
}

/** The report of a training on a table whose columns, classes and file have these names. */
async function report(names: readonly string[]): Promise<string[]> {
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const [a, b, target, one, other, file] = names;
  const rows = Array.from({ length: 30 }, (_, i) => `${i % 7},${(i * 3) % 5},${cell(i % 3 ? one : other)}`);
  // no name of a file has a slash
  const table = `t${file.replaceAll("/", "")}.csv`;
  place.write(table, `${[a, b, target].map(cell).join(",")}\n${rows.join("\n")}\n`);
  const { code, stderr } = await place.run(["train", table, "--epochs", "1", "--report", "report.html"]);
  expect(code, stderr).toBe(0);
  return structure(readFileSync(place.path("report.html"), "utf8"));
}

test("no element, attribute or script comes from a name", async () => {
  const plain = await report(["a", "b", "c", "d", "e", "f"]);
  expect(plain.length).toBeGreaterThan(50);
  const name = fc
    .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join(""));
  const names = fc.uniqueArray(name, {
    minLength: 6,
    maxLength: 6,
    selector: (text) => text.trim().toLowerCase(),
  });
  await fc.assert(
    fc.asyncProperty(names, async (given) => {
      // with these before them, so that classes keep their order
      expect(await report(given.map((each, i) => `${"abcdef"[i]}${each}`))).toEqual(plain);
    }),
    { numRuns: 25, seed: 4, examples: [[PIECES.slice(0, 6)], [PIECES.slice(6, 12)], [PIECES.slice(12, 18)]] },
  );
});

test("markup would be seen", () => {
  const page = (text: string) => structure(`<!doctype html><title>x</title><p>${text}</p>`);
  expect(page("<b>x</b>")).not.toEqual(page("&lt;b>x"));
  expect(() => page("<img src=x onerror=alert(1)>")).toThrow("onerror");
});
