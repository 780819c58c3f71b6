/** Programs for pages as bundlers make them, for a base that need not be the page's origin. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { type Code, page, sideEffects } from "./page.ts";
import { node, project, tool } from "./support.ts";

export interface PageBuild {
  /** What it needs of a set of scripts/tools.mjs, by paths in its node_modules. */
  set: string;
  tools: string[];
  /** Builds main.js of a folder. @returns the folder of what it made */
  build(folder: string, base: string): Promise<string>;
  page(base: string, dist: string): string;
  /** What the worker is made of where the page has the files' origin: most bundlers put its file beside the others. */
  own: Code;
}

const indexed = (folder: string): string => readFileSync(join(folder, "index.html"), "utf8");
const script = (base: string) => page(`<script src="${base}main.js"></script>`);
const module = (base: string) => page(`<script type="module" src="${base}main.js"></script>`);
const HTML = page('<script type="module" src="./main.js"></script>');

/** What webpack says is wrong, advice on sizes apart, goes to stderr. @param options of webpack, as JavaScript */
export async function webpack(folder: string, options: string): Promise<string> {
  const code = `import { createRequire } from "node:module";
const webpack = createRequire(import.meta.url)(${JSON.stringify(tool("package", "webpack"))});
const { container } = webpack;
webpack(${options}, (error, stats) => {
  if (error ?? stats.hasErrors()) throw error ?? new Error(stats.toString());
});`;
  project(folder, { "build.mjs": code });
  await node(["build.mjs"], folder);
  return join(folder, "dist");
}

const rollup = (format: string): PageBuild => ({
  set: "package",
  tools: ["rollup", "@rollup/plugin-node-resolve"],
  async build(folder) {
    const resolve = JSON.stringify(tool("package", "@rollup/plugin-node-resolve/dist/es/index.js"));
    const one = format === "iife" ? ", inlineDynamicImports: true" : "";
    const options = `{ input: "main.js", output: { dir: "dist", format: "${format}"${one} }, plugins: [resolve({ browser: true })] }`;
    project(folder, { "rollup.config.mjs": `import resolve from ${resolve};\nexport default ${options};` });
    const flags = ["--config", "rollup.config.mjs", "--failAfterWarnings", "--silent"];
    await node([tool("package", "rollup/dist/bin/rollup")!, ...flags], folder);
    return join(folder, "dist");
  },
  page: format === "iife" ? script : module,
  own: "blob",
});

export const BUILDS: Record<string, PageBuild> = {
  "Vite, base on another origin": {
    set: "package",
    tools: ["vite"],
    async build(folder, base) {
      project(folder, {
        "index.html": HTML,
        "vite.config.js": `export default { base: ${JSON.stringify(base)} };`,
      });
      await node([tool("package", "vite/bin/vite.js")!, "build", "--logLevel", "warn"], folder);
      return join(folder, "dist");
    },
    page: (_, dist) => indexed(dist),
    own: "file",
  },
  "webpack, publicPath on another origin": {
    set: "package",
    tools: ["webpack"],
    build: (folder, base) =>
      webpack(
        folder,
        `{ mode: "production", target: "web", entry: "./main.js", output: { path: process.cwd() + "/dist", filename: "main.js", publicPath: ${JSON.stringify(base)} } }`,
      ),
    page: script,
    own: "file",
  },
  "esbuild, one script": {
    set: "package",
    tools: [],
    async build(folder) {
      const outfile = join(folder, "dist/main.js");
      const entryPoints = [join(folder, "main.js")];
      await build({ entryPoints, outfile, bundle: true, minify: true, logLevel: "error" });
      return join(folder, "dist");
    },
    page: script,
    own: "blob",
  },
  "esbuild, several files": {
    set: "package",
    tools: [],
    async build(folder) {
      const outdir = join(folder, "dist");
      const entryPoints = [join(folder, "main.js")];
      await build({
        entryPoints,
        outdir,
        bundle: true,
        format: "esm",
        splitting: true,
        minify: true,
        logLevel: "error",
      });
      return outdir;
    },
    page: module,
    own: "blob",
  },
  "Rollup, esm": rollup("es"),
  "Rollup, iife": rollup("iife"),
  "Parcel, its files on another origin": {
    set: "frameworks",
    tools: ["parcel"],
    async build(folder, base) {
      project(folder, {
        "index.html": HTML,
        // what ends its search for the program's root
        "package-lock.json": "{}",
        "package.json": JSON.stringify({
          private: true,
          sideEffects,
          "@parcel/resolver-default": { packageExports: true },
        }),
      });
      const flags = ["--no-cache", "--no-source-maps", "--log-level", "warn", "--public-url", base];
      await node([tool("frameworks", "parcel/lib/bin.js")!, "build", "index.html", ...flags], folder);
      return join(folder, "dist");
    },
    page: (_, dist) => indexed(dist),
    own: "file",
  },
};
