// The licences of what the bundles hold, as those licences ask: every package esbuild took something from, with its text.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Packages whose text comes with another one of the same project. */
const TEXTS = { "@assemblyscript/loader": "assemblyscript" };

/** Folders of packages, by their names. */
const packages = new Map();

/** Notes the packages of a build; `metafile` is esbuild's. */
export function note(metafile) {
  for (const input of Object.keys(metafile.inputs)) {
    // "raw:" and the like stand before files that a plugin has read
    const [, folder, name] = /^(?:[a-z]+:)?(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input) ?? [];
    if (name) packages.set(name, folder);
  }
}

/** Writes the notices. @throws Error when a package has no licence: it must not be shipped then */
export function writeNotices(file) {
  const parts = [...packages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, folder]) => {
      const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const from = TEXTS[name] ? join(folder.slice(0, -name.length), TEXTS[name]) : folder;
      const texts = readdirSync(from).filter((entry) => /^(licen[cs]e|copying|notice)/i.test(entry));
      if (texts.length === 0)
        throw new Error(
          `${name} ${version} (${license ?? "no licence named"}) comes without the text of its licence`,
        );
      const found = texts.map((entry) => readFileSync(join(from, entry), "utf8").trim()).join("\n\n");
      return `${name} ${version} (${license})\n\n${found}`;
    });
  const head = "Nabla's bundles contain parts of the packages below, under their own licences.";
  writeFileSync(file, `${[head, ...parts].join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
}
