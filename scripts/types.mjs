// Declarations: the compiler writes one for every source it has read. Those that no entry's declarations reach are
// removed; the others lose three of the four spaces of every indentation.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** @param {string} folder where the declarations are  @param {string[]} entries files in it that package.json names */
export function pruneTypes(folder, entries) {
  const reached = new Set();
  const visit = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, path] of text.matchAll(/(?:from |import\(|import )"(\.{1,2}\/[^"]+?)\.ts"/g))
      visit(join(dirname(file), `${path.replace(/\.d$/, "")}.d.ts`));
    writeFileSync(
      file,
      text.replace(/^(?: {4})+/gm, (indentation) => " ".repeat(indentation.length / 4)),
    );
  };
  for (const entry of entries) visit(join(folder, entry));
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, name);
    if (statSync(file).isFile() && !reached.has(file)) rmSync(file);
  }
}
