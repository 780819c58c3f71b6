// A plugin of TypeDoc, see typedoc.json: pages of prose are called as README.md's table of guides or their heading calls them and stand in
// its order, entries are called as programs import them.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const read = (/** @type {string} */ file) => readFileSync(join(root, file), "utf8");

/** Guides by their files, in the order of the README: what it calls them. */
const guides = new Map(
  [...read("README.md").matchAll(/^\| \[(.+?)\]\((docs\/[\w-]+\.md)\) \|/gm)].map(([, name, file]) => [
    file,
    name,
  ]),
);

/** What programs import, by its declarations. */
const entries = new Map(
  Object.entries(JSON.parse(read("package.json")).exports).flatMap(([path, { types }]) =>
    types === undefined ? [] : [[types.replace("./", ""), path.replace(/^\./, "nabla")]],
  ),
);

/** Pages besides, in their order. Links to other files lead to copies of them. */
const OTHERS = [
  "examples/README.md",
  "examples/edge/README.md",
  "examples/texts/README.md",
  "web/README.md",
  ...readdirSync(join(root, "bench"))
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => `bench/${name}`),
  "CHANGELOG.md",
  "SECURITY.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
];

/** @type {Readonly<Record<string, string>>} by folder */
const GROUPS = {
  docs: "Guides",
  examples: "Examples",
  web: "Examples",
  bench: "Measurements",
  ".": "The project",
};

/** @param {import("typedoc").Application} app */
export function load(app) {
  const pages = [...guides.keys(), ...OTHERS].map((file) => join(root, file));
  app.on("bootstrapEnd", () => app.options.setValue("projectDocuments", pages));
  const { converter } = app;
  converter.on("createDocument", (_context, page) => {
    const file = relative(root, page.project.files.getReflectionPath(page));
    const heading = /^# (.+)$/m.exec(read(file))?.[1];
    page.name = guides.get(file) ?? heading ?? page.name;
    page.frontmatter.group = GROUPS[file.split("/").length === 1 ? "." : file.split("/")[0]];
  });
  converter.on("resolveBegin", ({ project }) => {
    for (const module of project.children ?? []) {
      const file = relative(root, project.files.getReflectionPath(module) ?? root);
      module.name = entries.get(file) ?? module.name;
    }
  });
  // the start page by its name: a folder alone shows a list of files where no server answers
  app.renderer.on("endPage", (page) => {
    page.contents = page.contents?.replace(/(href="(?:\.\.?\/)+)#/g, "$1index.html#");
  });
}
