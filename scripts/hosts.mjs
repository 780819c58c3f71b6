// Writes the tables of docs/hosts.md from test/support/hosts.json, which holds what tests saw. `node scripts/hosts.mjs`
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SETS } from "./tools.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const page = join(root, "docs/hosts.md");

/** @type {Record<string, string>} */
const KINDS = {
  bundler: "Bundlers",
  framework: "Frameworks",
  page: "Pages, workers and extensions",
  program: "Programs and servers",
  simulated: "Pages that are simulated, for tests",
};

/** @param {string | undefined} version `set/tool` of scripts/tools.mjs, or words */
function versionOf(version) {
  const [, set, tool] = /^([a-z]+)\/(.+)$/.exec(version ?? "") ?? [];
  if (!set || !tool) return version ?? "";
  const found = /** @type {Record<string, Record<string, string>>} */ (SETS)[set]?.[tool];
  if (!found) throw new Error(`hosts: scripts/tools.mjs has no ${version}`);
  return found.replace("^", "");
}

/** The page with its tables made anew. @param {string} text @param {readonly import("../test/support/hosts.ts").HostRow[]} rows */
export function withTables(text, rows) {
  const tables = Object.entries(KINDS).flatMap(([kind, title]) => {
    const lines = rows
      .filter((row) => row.kind === kind)
      .map(({ host, version, seen, add }) => {
        const places = Object.entries(seen).map(([place, where]) => `${place}: ${where}`);
        return `| ${host} | ${versionOf(version)} | ${places.join(", ")} | ${add || "nothing"} |`;
      });
    if (lines.length === 0) return [];
    return [
      [
        `### ${title}`,
        "",
        "| host | version | trains in | what to add |",
        "| --- | --- | --- | --- |",
        ...lines,
      ].join("\n"),
    ];
  });
  return text.replace(/(<!-- made by scripts\/hosts\.mjs -->\n)[\s\S]*(<!-- to here -->)/, (_, from, to) =>
    [from, ...tables.map((table) => `${table}\n`), to].join("\n"),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = JSON.parse(readFileSync(join(root, "test/support/hosts.json"), "utf8"));
  writeFileSync(page, withTables(readFileSync(page, "utf8"), rows));
}
