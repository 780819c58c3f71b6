// Builds what use.ts needs, in the folder that is worked in: a copy of the sources. The same steps as scripts/build.mjs, with fewer
// targets and a program of the test's own.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = process.cwd();
const require = createRequire(import.meta.url);
/** @type {(name: string, file: string, ...args: string[]) => unknown} the program `file` of a package */
const run = (name, file, ...args) =>
  execFileSync(process.execPath, [join(dirname(require.resolve(`${name}/package.json`)), file), ...args], {
    stdio: "inherit",
  });
/** @param {string} name */
const script = (name) => import(pathToFileURL(join(root, "scripts", name)).href);

const { generate } = await script("generate.mjs");
generate();
mkdirSync("build/core", { recursive: true });
for (const target of ["simd", "predict"])
  run("assemblyscript", "bin/asc.js", "--config", join(root, "asconfig.json"), "--target", target);
run("assemblyscript", "bin/asc.js", "--config", join(root, "asconfig.standalone.json"));
run("assemblyscript", "bin/asc.js", "--config", join(root, "asconfig.pictures.json"));
const { writeCores } = await script("cores.mjs");
writeCores("build/core");
const { moduleOf, schemaOfFields } = await script("schema.mjs");
const schema = await schemaOfFields();
writeFileSync("build/schema.json", JSON.stringify(schema));
writeFileSync("build/schema.js", moduleOf(schema));
run("typescript", "bin/tsc", "-p", "tsconfig.json");

const { WHOLE, PREDICTING } = await script("defines.mjs");
const { inference } = await script("inference.mjs");
const { WORKER, writeHelper, writeRows, writeThreads } = await script("threads.mjs");
const { writeCode } = await script("workerCode.mjs");
await writeHelper({ target: "es2022", define: WHOLE });
/** @type {import("esbuild").BuildOptions} */
const common = { bundle: true, format: "esm", target: "es2022", platform: "node", logLevel: "error" };
await build({
  ...common,
  entryPoints: { use: "test/structure/cost/use.ts" },
  outdir: "out",
  splitting: true,
  define: {
    ...WHOLE,
    "process.env.NABLA_VERSION": JSON.stringify(JSON.parse(readFileSync("package.json", "utf8")).version),
  },
  // Node finds them from there; #core and #standalone are what was just compiled
  packages: "external",
  external: [
    ...["*?raw", "#core", "#core/*", "#standalone", "#pictures", "#schema", "#loader"],
    ...["#picture-thread", "#train-thread", "#helper-code", "#rows-code"],
  ],
  plugins: [
    {
      name: "spawn",
      setup(bundler) {
        bundler.onResolve({ filter: /^#worker$/ }, () => ({ path: join(root, "src/worker/spawn/node.ts") }));
        bundler.onResolve({ filter: /^#helper$/ }, () => ({ path: join(root, "src/threads/start/node.ts") }));
      },
    },
  ],
});
await build({
  ...common,
  entryPoints: {
    helper: "src/threads/start/web.ts",
    "helper-node": "src/threads/start/node.ts",
    "helper-none": "src/threads/start/none.ts",
  },
  outdir: "build",
  define: WHOLE,
  external: ["#helper-code"],
});
await build({ ...common, ...WORKER, alias: { "#loader": "./src/core/loader.ts" }, define: WHOLE });
writeCode("build/browser/worker.js", "build/browser/worker-code.js");
await writeThreads({ ...common, define: WHOLE });
await writeRows({ target: "es2022", legalComments: "none", define: PREDICTING });
await build({
  ...common,
  entryPoints: { predict: "src/predict/index.ts" },
  outdir: "out",
  define: PREDICTING,
  external: ["#core/*"],
  plugins: [inference],
});
