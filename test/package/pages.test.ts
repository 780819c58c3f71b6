/** Pages built by bundlers, in real browsers: a training runs in the worker that the bundler put beside the page, without a word on the console. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, test } from "vitest";
import { webpack } from "./builds.ts";
import { below, everywhere, FILES, page, serve } from "./page.ts";
import { expectedOutput, type Installed, install, node, project, tool } from "./support.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
let installed: Installed;
let expected: string;
beforeAll(async () => {
  installed = await install();
  expected = await expectedOutput();
});

const HTML = page('<script type="module" src="./main.js"></script>');
/** As a page that cares would be served: no eval, no script but its own, WebAssembly allowed. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";

const BUILDS: Record<string, { tools: string[]; build(folder: string): Promise<string> }> = {
  Vite: {
    tools: ["vite"],
    async build(folder) {
      await node([tool("package", "vite/bin/vite.js")!, "build", "--logLevel", "warn"], folder);
      return join(folder, "dist");
    },
  },
  webpack: {
    tools: ["webpack"],
    async build(folder) {
      await webpack(
        folder,
        '{ mode: "production", target: "web", entry: "./main.js", output: { path: process.cwd() + "/dist", filename: "main.js" } }',
      );
      return project(join(folder, "dist"), { "index.html": HTML });
    },
  },
  "esbuild, its worker copied": {
    tools: [],
    async build(folder) {
      // the link says that the file is there; the policy forbids the other way
      const link = '<link rel="prefetch" href="browser/worker.js">';
      const out = project(join(folder, "dist"), {
        "index.html": HTML.replace("<script", `${link}<script`),
      });
      await build({
        entryPoints: [join(folder, "main.js")],
        outdir: out,
        bundle: true,
        format: "esm",
        logLevel: "warning",
      });
      mkdirSync(join(out, "browser"));
      const worker = "browser/worker.js";
      copyFileSync(join(installed.folder, "node_modules/nabla/build", worker), join(out, worker));
      return out;
    },
  },
};

describe.each(Object.entries(BUILDS))("%s", (name, { tools, build: built }) => {
  const missing = [
    ...tools
      .filter((path) => !tool("package", path))
      .map((path) => `${path}: node scripts/tools.mjs package`),
  ];
  const why = missing.length > 0 ? ` (not installed: ${missing.join("; ")})` : "";
  test.skipIf(missing.length > 0 && !required)(`a built page trains in its worker${why}`, async () => {
    if (missing.length > 0) throw new Error(`${missing.join("; ")}, and NABLA_REQUIRE_ALL=1 asks for it`);
    const folder = project(join(installed.folder, `page-${name}`), { ...FILES, "index.html": HTML });
    const site = await serve(below(await built(folder)), () => ({ "content-security-policy": POLICY }));
    try {
      await everywhere(name, `${site.origin}/`, expected, "file", [site]);
    } finally {
      site.close();
    }
  });
});
