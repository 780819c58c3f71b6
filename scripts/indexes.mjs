// Writes an all.ts next to the index.ts of every room whose things come in kinds: an object of them all by name, in the index's order.
// (A namespace object would do, but its order differs between bundlers, and they make it with a call that keeps every kind in every
// program.) Of metrics, whose code is loaded later, there are the names and what their options may be as well, which are better the higher
// they are, and names for the same one.
// Run by the build; the results are committed so that editors and reviewers see them.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { WHOLE } from "./defines.mjs";
import { read, writeIfChanged } from "./write.mjs";

const NOTE = "// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.\n";

/** The names that an index exports, in its order. */
const exportedNames = (text) =>
  [...text.matchAll(/^export \{ (.+) \} from "/gm)].flatMap(([, list]) =>
    list.split(", ").map((name) => name.replace(/^\w+ as /, "")),
  );

/** @param {readonly string[]} names */
const listOf = (names) => `[\n${names.map((name) => `  "${name}",\n`).join("")}]`;

/** A field of a metric's options as code that makes it, from its schema. @param {string} where @param {Record<string, any>} schema */
function fieldOf(where, { type, minimum, enum: words }) {
  if (words) return `choice([${words.map((word) => `"${word}"`).join(", ")}])`;
  if (type === "number" && minimum === undefined) return "number()";
  if (type === "integer" && minimum >= 0) return `int({ min: ${minimum} })`;
  throw new Error(`${where}: expected choice([…]), number() or int({ min }) as an option of a metric`);
}

/**
 * The options of metrics, as their own fields have them: what checks them without the code of metrics.
 *
 * @param {string} folder src/metrics
 * @param {readonly string[]} names
 */
function optionsOf(folder, names) {
  const { outputFiles } = buildSync({
    entryPoints: [join(folder, "all.ts")],
    bundle: true,
    format: "iife",
    globalName: "all",
    define: WHOLE,
    external: ["#*", "node:*"],
    write: false,
  });
  const { ALL } = new Function(`${outputFiles[0].text}; return all;`)();
  /** Code by what it is called. @type {Map<string, string>} */
  const makers = new Map();
  const lines = names.map((name) => {
    const fields = Object.entries(ALL[name].fields?.().fields ?? {});
    const parts = fields.map(
      ([option, field]) =>
        `${option}: optional(${fieldOf(`${folder}: ${name}.${option}`, field.jsonSchema())})`,
    );
    const code =
      parts.length > 1
        ? `({\n${parts.map((part) => `  ${part},\n`).join("")}})`
        : `({${parts.map((part) => ` ${part} `)}})`;
    const words = fields.map(([option], i) => (i ? option[0].toUpperCase() + option.slice(1) : option));
    let called = words.join("") || "none";
    while (makers.has(called) && makers.get(called) !== code) called += "2";
    makers.set(called, code);
    return `  ${name}: ${called},\n`;
  });
  return `import { choice, type Fields, int, number } from "../fields/fields.ts";
import { optional } from "../fields/objects.ts";

${[...makers].map(([called, code]) => `const ${called} = () => ${code};\n`).join("")}
/** What the options of metrics may be, which is known before their code is loaded. By name. */
export const OPTIONS = {
${lines.join("")}} satisfies Record<string, () => Fields>;

/** Their names. */
export const METRICS = /* @__PURE__ */ Object.keys(OPTIONS) as (keyof typeof OPTIONS)[];
`;
}

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
    if (room === "metrics")
      writeIfChanged(join(folder, "names.ts"), `${NOTE}${optionsOf(folder, names)}${factsOf(folder, index)}`);
  }
}
