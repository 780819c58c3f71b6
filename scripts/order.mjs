// The order in which shipped files import each other. Bundlers write modules in the order they are imported in, and gzip finds again what
// it has seen in the last 32 KB: with 46 KB of core in its midst, one half of a program's JavaScript knows nothing of the other. That
// costs 0.3 KB with one core, 0.9 KB with two. So cores come first. No file does anything when it is loaded, so any order is right.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "acorn";

/** Puts imports of cores, and of files by way of which they are imported, before others. @param {readonly string[]} files */
export function coresFirst(files) {
  const known = new Map(files.map((file) => [file, read(file)]));
  /** 0: a core. 1: a file that leads to one. 2: others. */
  const rank = (source, from) => {
    if (source.startsWith("#core")) return 0;
    const file = join(dirname(from), source);
    if (!known.has(file)) return 2;
    const found = known.get(file);
    // 2 where files import each other
    if (found.rank === undefined) {
      found.rank = 2;
      found.rank = found.imports.some(({ source }) => rank(source, file) < 2) ? 1 : 2;
    }
    return found.rank;
  };
  for (const [file, { imports, head, rest }] of known) {
    const sorted = imports.toSorted((a, b) => rank(a.source, file) - rank(b.source, file));
    writeFileSync(file, [head, ...sorted.map(({ text }) => text), rest].filter(Boolean).join("\n"));
  }
}

/** A file's imports, what is before and what is after them. */
function read(file) {
  const text = readFileSync(file, "utf8");
  const { body } = parse(text, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
  const count = body.findIndex(({ type }) => type !== "ImportDeclaration");
  const first = count < 0 ? body : body.slice(0, count);
  if (first.length === 0) return { imports: [], head: "", rest: text };
  const imports = first.map(({ start, end, source: { value: source } }) => {
    const statement = text.slice(start, end).trimEnd();
    return { source, text: statement.endsWith(";") ? statement : `${statement};` };
  });
  return {
    imports,
    head: text.slice(0, first[0].start).trimEnd(),
    rest: text.slice(first.at(-1).end).trimStart(),
  };
}
