// Builds everything under build/: the core for each target, its bytes inside a module, and the bundles.
// `node scripts/build.mjs core` stops after the core.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeCores } from "./cores.mjs";
import { PREDICTING, SHIPPED, workerAt } from "./defines.mjs";
import { generate } from "./generate.mjs";
import { apart, denseInference, inference, minifyAlone } from "./inference.mjs";
import { note, writeNotices } from "./notices.mjs";
import { documentTypes } from "./options.mjs";
import { coresFirst } from "./order.mjs";
import { withoutRedundant } from "./redundant.mjs";
import { moduleOf, schemaOfFields, schemaOfSweeps, shared } from "./schema.mjs";
import { WORKER, writeHelper, writeRows, writeThreads } from "./threads.mjs";
import { pruneTypes } from "./types.mjs";
import { writeCode } from "./workerCode.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const require = createRequire(import.meta.url);
const run = (file, ...args) =>
  execFileSync(process.execPath, [file, ...args], { stdio: ["ignore", "inherit", "inherit"] });

// files of earlier builds would be packed with it
rmSync("build/core", { recursive: true, force: true });
mkdirSync("build/core", { recursive: true });
generate();
const asc = join(dirname(require.resolve("assemblyscript/package.json")), "bin/asc.js");
// whole paths: the compiler finds the transform a configuration names by the configuration's folder
for (const target of ["simd", "predict", "debug", "threads"])
  run(asc, "--config", join(root, "asconfig.json"), "--target", target);

// what nabla/export takes models' kernels from
run(asc, "--config", join(root, "asconfig.standalone.json"));

// what decodes pictures
run(asc, "--config", join(root, "asconfig.pictures.json"));

writeCores("build/core");
if (process.argv[2] === "core") process.exit(0);

const esbuild = await import("esbuild");
const { minify } = await import("terser");
/** esbuild's, noting whose code went in. */
const build = async (options) => note((await esbuild.build({ ...options, metafile: true })).metafile);
/** `import text from "package/file?raw"`: a file's text, from the package as it is installed. */
const raw = {
  name: "raw",
  setup(bundler) {
    bundler.onResolve({ filter: /\?raw$/ }, ({ path }) => ({
      path: join(root, "node_modules", path.slice(0, -4)),
      namespace: "raw",
    }));
    bundler.onLoad({ filter: /.*/, namespace: "raw" }, ({ path }) => ({
      contents: readFileSync(path, "utf8"),
      loader: "text",
    }));
  },
};
// Some packages are CommonJS and call require.
const banner =
  'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);';
/** commander is one of them: made a module of its own first, so that only what uses it has a require. */
const commander = {
  name: "commander",
  setup(bundler) {
    bundler.onResolve({ filter: /^commander$/ }, () => ({
      path: join(dirname(require.resolve("commander")), "esm.mjs"),
      namespace: "commander",
    }));
    bundler.onLoad({ filter: /.*/, namespace: "commander" }, async ({ path }) => {
      const options = { entryPoints: [path], bundle: true, format: "esm", platform: "node", write: false };
      const { outputFiles, metafile } = await esbuild.build({
        ...options,
        metafile: true,
        banner: { js: banner },
      });
      note(metafile);
      return { contents: outputFiles[0].text };
    });
  },
};
/**
 * What model.fit() loads when it needs it: what prepares a training, to move images, to read iterators, to train in a worker, to train
 * here. And what evaluate(), model.listing() and training by hand load, and all of them for metrics that are not usual. Files of their own, which bundlers leave where they are.
 */
const LATER = {
  images: "src/data/augment/fit.ts",
  remote: "src/worker/train.ts",
  trainer: "src/training/trainer.ts",
  fit: "src/model/fitting.ts",
  stream: "src/training/streamFit.ts",
  listing: "src/model/listing.ts",
  manual: "src/training/byHand.ts",
  evaluate: "src/training/scoring.ts",
  metrics: "src/metrics/all.ts",
  threads: "src/threads/use.ts",
  rows: "src/network/tableAnswers.ts",
};
const later = {
  name: "later",
  setup(bundler) {
    for (const [name, file] of Object.entries(LATER)) {
      bundler.onResolve(
        { filter: new RegExp(`/${basename(file, ".ts")}\\.ts$`) },
        ({ importer, kind, path, resolveDir }) =>
          (kind === "dynamic-import" || importer.endsWith("static.ts")) &&
          join(resolveDir, path) === join(root, file)
            ? { path: `#${name}`, external: true }
            : undefined,
      );
    }
  },
};
/** What consoles show is loaded where there is one that asks for it: see #shown in package.json. */
const shown = {
  name: "shown",
  setup(bundler) {
    bundler.onResolve({ filter: /\/shown\.ts$/ }, ({ kind }) =>
      kind === "entry-point" ? undefined : { path: "#shown", external: true, sideEffects: true },
    );
  },
};
writeFileSync("build/none.js", "export {};\n");
await writeHelper({ target: "es2022", legalComments: "none", define: SHIPPED });
await writeRows({ target: "es2022", legalComments: "none", define: PREDICTING });
// for editors, and for configSchema()
const schema = await schemaOfFields();
writeFileSync("build/schema.json", JSON.stringify(shared(schema)));
writeFileSync("build/schema.js", moduleOf(schema));
writeFileSync("build/sweep.schema.json", JSON.stringify(shared(await schemaOfSweeps(schema))));
const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
  legalComments: "none",
  splitting: true,
  // leaves out what the constants say is not there
  minifySyntax: true,
  define: SHIPPED,
  outdir: "build",
  external: ["#*", "node:*", "apache-arrow", "fzstd", "hyparquet", "hyparquet-compressors"],
};
for (const old of ["types", "chunks", "cli", "browser", "worker.js"])
  rmSync(join("build", old), { recursive: true, force: true });
// One build for the library's entries and the command line, so that they share their classes and no code is there twice; only
// nabla/node and the command line reach Node's modules.
await build({
  ...common,
  entryPoints: {
    index: "src/index.ts",
    static: "src/static.ts",
    errors: "src/errors.ts",
    // for this repository's own measurements: no entry of the package
    internals: "bench/internals.ts",
    data: "src/data/index.ts",
    shown: "src/report/shown.ts",
    browser: "src/browser/index.ts",
    node: "src/node/index.ts",
    mpi: "src/mpi/index.ts",
    export: "src/export/index.ts",
    import: "src/import/index.ts",
    parquet: "src/data/parquet/index.ts",
    arrow: "src/data/arrow/index.ts",
    cli: "src/cli/index.ts",
    // no file of the package either: what the worker shares with the rest becomes pieces of its own, and pages get fewer bytes so
    pieces: "src/worker/index.ts",
  },
  chunkNames: "chunks/[name]-[hash]",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import", "browser"],
  plugins: [raw, commander, later, shown],
  define: {
    ...SHIPPED,
    "process.env.NABLA_VERSION": JSON.stringify(JSON.parse(readFileSync("package.json", "utf8")).version),
  },
});
rmSync("build/pieces.js");
// Copies of files that nabla's entry exports as well: bundlers load at once whatever an entry can reach. Errors are those of the rest.
// nabla/sequences is one of them, so that the pieces which others load do not depend on what it shares with them.
await build({
  ...common,
  splitting: false,
  entryPoints: { ...LATER, sequences: "src/sequences/index.ts" },
  platform: "neutral",
  plugins: [
    later,
    {
      name: "errors",
      setup(bundler) {
        bundler.onResolve({ filter: /\/errors\.ts$/ }, ({ path, resolveDir }) =>
          join(resolveDir, path) === join(root, "src/errors.ts")
            ? { path: "./errors.js", external: true }
            : undefined,
        );
      },
    },
  ],
});
// `#loader` where bytes count
await build({
  ...common,
  splitting: false,
  entryPoints: { loader: "src/core/loader.ts" },
  platform: "neutral",
});
// nabla/predict: forward kernels alone, and of the layers what a forward pass needs. Its entry leads to two programs, so that bundlers
// take one of them where the other is not named.
for (const [name, file, plugins] of [
  ["predict", "index", []],
  ["predict-whole", "whole", [inference]],
  ["predict-any", "any", [inference]],
  ["predict-dense", "loadAsync", [denseInference]],
])
  await build({
    ...common,
    splitting: false,
    define: PREDICTING,
    entryPoints: { [name]: `src/predict/${file}.ts` },
    platform: "neutral",
    mainFields: ["module", "main"],
    external: ["#*"],
    conditions: ["browser"],
    plugins: [apart, ...plugins],
  });
// The code that starts a worker is a file of its own, so the worker's file is next to it wherever bundlers put their pieces.
await build({
  ...common,
  splitting: false,
  entryPoints: {
    spawn: "src/worker/spawn/web.ts",
    "spawn-node": "src/worker/spawn/node.ts",
    "spawn-none": "src/worker/spawn/none.ts",
    helper: "src/threads/start/web.ts",
    "helper-node": "src/threads/start/node.ts",
    "helper-none": "src/threads/start/none.ts",
  },
  platform: "neutral",
  define: { ...SHIPPED, ...workerAt("./browser/worker.js") },
});
// What threads that help run; and what a page's worker runs, for pages with a bundler and without; and the same for threads of Node.
await build({ ...common, ...WORKER });
writeCode("build/browser/worker.js", "build/browser/worker-code.js");
await writeThreads({ ...common, define: SHIPPED });
// The same without a package around it, for a page that has no bundler: nabla.js, data.js and what they load.
await build({
  ...common,
  minify: true,
  entryPoints: {
    nabla: "src/index.ts",
    data: "src/data/index.ts",
    browser: "src/browser/index.ts",
    sequences: "src/sequences/index.ts",
    import: "src/import/index.ts",
    static: "src/static.ts",
  },
  outdir: "build/browser",
  chunkNames: "[name]-[hash]",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import", "browser"],
  external: [],
  plugins: [
    {
      name: "worker",
      setup(bundler) {
        bundler.onResolve({ filter: /^#worker$/ }, () => ({ path: join(root, "src/worker/spawn/web.ts") }));
        bundler.onResolve({ filter: /^#helper$/ }, () => ({ path: join(root, "src/threads/start/web.ts") }));
        bundler.onResolve({ filter: /^#worker-code$/ }, () => ({ path: "./worker-code.js", external: true }));
      },
    },
  ],
});
// Smaller, and tree shaking still works: unlike esbuild, terser keeps the notes about calls without effect.
const terser = {
  module: true,
  keep_classnames: true,
  // functions stay what they are: those that a program does not call have to be left out one by one
  compress: { passes: 2, inline: 0, reduce_funcs: false },
  // an error nobody catches is shown with its line; what is said to bundlers stays
  format: { preserve_annotations: true, max_line_len: 400, comments: /webpackIgnore|@vite-ignore/ },
};
/** What is made behind a return without effect keeps its note, which terser puts before the return, where bundlers warn of it. */
const placed = ({ code }) => code.replaceAll(/\/\* @__PURE__ \*\/\s*(?=return\b)/g, "");
const shipped = ["build", "build/chunks"].flatMap((folder) =>
  readdirSync(folder).flatMap((name) => (name.endsWith(".js") ? [join(folder, name)] : [])),
);
for (const path of shipped) {
  const text = readFileSync(path, "utf8");
  const core = readFileSync("build/core/predict.wasm");
  // what the programs of nabla/predict leave behind is not shaken any more
  writeFileSync(
    path,
    /^build.predict-/.test(path)
      ? await minifyAlone(text, terser, schema, core)
      : placed(await minify(withoutRedundant(text), terser)),
  );
}
coresFirst(shipped);
chmodSync("build/cli.js", 0o755);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
run(tsc, "-p", "tsconfig.build.json");
// declarations written by hand are not copied by the compiler
copyFileSync("src/core/wasm.d.ts", "build/types/core/wasm.d.ts");
// Fails if the playground has grown too large.
const { buildWeb } = await import("./buildWeb.mjs");
await buildWeb();
const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
const named = Object.values(exports).flatMap(({ types }) => types ?? []);
await documentTypes("build/types");
pruneTypes(
  "build/types",
  named.map((file) => file.replace("./build/types/", "")),
);
writeNotices("build/THIRD-PARTY-NOTICES.txt");
run("scripts/sizes.mjs");
