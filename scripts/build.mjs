// Builds everything under build/: the core for each target, its bytes inside a module, and the bundles.
// `node scripts/build.mjs core` stops after the core.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeCores } from "./cores.mjs";
import { inference } from "./inference.mjs";
import { pure } from "./pure.mjs";
import { writeRecords } from "./records.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const require = createRequire(import.meta.url);
const run = (file, ...args) =>
  execFileSync(process.execPath, [file, ...args], { stdio: ["ignore", "inherit", "inherit"] });

mkdirSync("build/core", { recursive: true });
writeRecords("assembly", "src/core/records.ts");
const asc = join(dirname(require.resolve("assemblyscript/package.json")), "bin/asc.js");
for (const target of ["simd", "debug", "threads"]) run(asc, "--config", "asconfig.json", "--target", target);

writeCores("build/core");
if (process.argv[2] === "core") process.exit(0);

const { build } = await import("esbuild");
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
/** csv-parse's build for browsers has a Buffer that sets __proto__; Deno has no such setter. */
const prototypes = {
  name: "prototypes",
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]csv-parse[\\/]dist[\\/]esm[\\/]sync\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(
        /([\w.]+)\.__proto__ = ([^;]+);/g,
        "Object.setPrototypeOf($1, $2);",
      ),
    }));
  },
};
/** Leaves the library's own files out of each other. */
const separate = {
  name: "separate",
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, kind }) =>
      kind === "entry-point" ? undefined : { path: path.replace(/\.ts$/, ".js"), external: true },
    );
  },
};
const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
  legalComments: "none",
  splitting: true,
  outdir: "build",
  external: ["#core", "#core/*", "#worker", "#image-worker", "@assemblyscript/loader", "node:*"],
};
for (const old of ["types", "lib", "chunks", "cli", "browser"])
  rmSync(join("build", old), { recursive: true, force: true });
// The library file by file, as it is written: bundlers then leave out what a program does not reach, and load later what it may need
// later. Packages that files import are bundled into them. Entries have a file in build/ that names them.
const later = "data/augment/fit.ts";
const library = readdirSync("src", { recursive: true })
  .map((file) => file.replaceAll("\\", "/"))
  .filter(
    (file) =>
      file.endsWith(".ts") &&
      !file.endsWith(".d.ts") &&
      !/^(cli|node|worker\/spawn)\//.test(file) &&
      file !== later,
  );
await build({
  ...common,
  entryPoints: library.map((file) => `src/${file}`),
  outbase: "src",
  outdir: "build/lib",
  chunkNames: "packages/[name]-[hash]",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import", "browser"],
  plugins: [prototypes, pure, separate],
});
// What model.fit() loads when it is asked to move images has copies of files that nabla's entry exports as well: esbuild would load
// at once whatever an entry can reach.
await build({
  ...common,
  splitting: false,
  entryPoints: [`src/${later}`],
  outbase: "src",
  outdir: "build/lib",
  platform: "neutral",
  plugins: [
    {
      name: "copies",
      setup(bundler) {
        bundler.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, kind, resolveDir }) => {
          const file = join(resolveDir, path).slice(join(root, "src/").length);
          if (kind === "entry-point" || /augment|^math/.test(file)) return undefined;
          return { path: `../../${file.replace(/\.ts$/, ".js")}`, external: true };
        });
      },
    },
    pure,
  ],
});
// The same in few files, for engines that would otherwise open a hundred; nabla/node, which reaches Node's modules, is among them alone.
await build({
  ...common,
  entryPoints: { index: "src/index.ts", data: "src/data/index.ts", node: "src/node/index.ts" },
  chunkNames: "chunks/[name]-[hash]",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import", "browser"],
  plugins: [prototypes],
});
// What workers run, each a file of its own, because a thread is started with a file.
await build({
  ...common,
  splitting: false,
  minify: true,
  entryPoints: { worker: "src/worker/index.ts", "worker-node": "src/worker/node.ts" },
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import", "browser"],
  plugins: [prototypes],
});
// What only predicts: forward kernels alone, of the layers what a forward pass takes.
await build({
  ...common,
  splitting: false,
  minifySyntax: true,
  entryPoints: { predict: "src/inference/index.ts" },
  platform: "neutral",
  mainFields: ["module", "main"],
  external: ["#core/*"],
  plugins: [inference, pure],
});
// What starts a worker is a file of its own: the worker's lies beside it, wherever a bundle's pieces come to lie.
await build({
  ...common,
  splitting: false,
  entryPoints: { spawn: "src/worker/spawn/web.ts", "spawn-node": "src/worker/spawn/node.ts" },
  platform: "neutral",
});
// The same without a package around it, for a page that has no bundler: nabla.js, data.js and what they load.
await build({
  ...common,
  minify: true,
  entryPoints: { nabla: "src/index.ts", data: "src/data/index.ts", worker: "src/worker/index.ts" },
  outdir: "build/browser",
  chunkNames: "[name]-[hash]",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import", "browser"],
  external: [],
  plugins: [
    prototypes,
    {
      name: "worker",
      setup(bundler) {
        bundler.onResolve({ filter: /^#worker$/ }, () => ({ path: join(root, "src/worker/spawn/web.ts") }));
      },
    },
  ],
});
// Some packages of the command line are CommonJS and call require.
const banner =
  'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);';
await build({
  ...common,
  minify: true,
  entryPoints: { cli: "src/cli/index.ts" },
  chunkNames: "cli/[name]-[hash]",
  platform: "node",
  plugins: [raw, prototypes],
  define: {
    "process.env.NABLA_VERSION": JSON.stringify(JSON.parse(readFileSync("package.json", "utf8")).version),
  },
  banner: { js: banner },
});
// What threads run that decode pictures: one file, because a thread is started with a file.
await build({
  ...common,
  splitting: false,
  minify: true,
  entryPoints: { "image-worker": "src/node/images/worker.ts" },
  platform: "node",
  banner: { js: banner },
});
chmodSync("build/cli.js", 0o755);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
run(tsc, "-p", "tsconfig.build.json");
run("scripts/sizes.mjs");
