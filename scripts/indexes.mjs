// Writes an all.ts next to the index.ts of every room whose things come in kinds: an object of them all by name, in the index's order.
// (A namespace object would do, but its order differs between bundlers, and they make it with a call that keeps every kind in every
// program.) Of metrics, whose code is loaded later, there are the names alone as well, which are better the higher they are, and names for
// the same one.
// Run by the build; the results are committed so that editors and reviewers see them.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { read, writeIfChanged } from "./write.mjs";

const NOTE = "// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.\n";

/** The names that an index exports, in its order. */
const exportedNames = (text) =>
  [...text.matchAll(/^export \{ (.+) \} from "/gm)].flatMap(([, list]) =>
    list.split(", ").map((name) => name.replace(/^\w+ as /, "")),
  );

/**
 * Rooms that have the names alone as well: what is before and after them.
 *
 * @type {Record<string, [begin: string, end: string]>}
 */
const NAMES = {
  metrics: [
    `/** The names of all metrics, which are known before their code is loaded. */
export const METRICS`,
    " as const",
  ],
};

/** @param {readonly string[]} names */
const listOf = (names) => `[\n${names.map((name) => `  "${name}",\n`).join("")}]`;

/**
 * What is asked about metrics whose code need not be there.
 *
 * @param {string} folder src/metrics
 * @param {string} index its index
 */
function factsOf(folder, index) {
  const higher = [];
  const aliases = [];
  for (const [, list, file] of index.matchAll(/^export \{ (.+) \} from "(.+)";/gm)) {
    const text = read(join(folder, file));
    for (const name of list.split(", ")) {
      const [kind, alias = kind] = name.split(" as ");
      const [, better] =
        new RegExp(`export const ${kind} = \\{\\s*better: "(higher|lower)"`).exec(text) ?? [];
      if (better === undefined)
        throw new Error(
          `${join(folder, file)}: expected "export const ${kind} = { better: …" with better first`,
        );
      if (better === "higher") higher.push(alias);
      if (alias !== kind) aliases.push([alias, kind]);
    }
  }
  return `
/** Those that are better the higher they are. */
export const HIGHER: readonly string[] = ${listOf(higher)};

/** Other names of the same metrics. */
export const ALIASES: Readonly<Record<string, string>> = {
${aliases.map(([alias, kind]) => `  ${alias}: "${kind}",\n`).join("")}};
`;
}

/** @param {string} source src/ */
export function writeIndexes(source) {
  for (const room of readdirSync(source)) {
    const folder = join(source, room);
    const index = read(join(folder, "index.ts"));
    if (read(join(folder, "table.ts")) === "" || index === "") continue;
    const names = exportedNames(index);
    writeIfChanged(
      join(folder, "all.ts"),
      `${NOTE}import * as index from "./index.ts";

/** By name. */
export const ALL = {
${names.map((name) => `  ${name}: index.${name},\n`).join("")}};
`,
    );
    const [begin, end] = NAMES[room] ?? [];
    if (begin === undefined) continue;
    writeIfChanged(
      join(folder, "names.ts"),
      `${NOTE}\n${begin} = ${listOf(names)}${end};\n${room === "metrics" ? factsOf(folder, index) : ""}`,
    );
  }
}
