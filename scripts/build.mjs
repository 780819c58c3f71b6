// Builds everything under build/: the core for each target, its bytes inside a module, and the bundles.
// `node scripts/build.mjs core` stops after the core.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
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

const wasm = readFileSync("build/core/simd.wasm");
writeFileSync(
  "build/core/embedded.js",
  `// The core's bytes inside JavaScript: no path to configure, works in any bundler and from file://.
const text = "${wasm.toString("base64")}";
export const core = typeof Buffer === "function" ? Buffer.from(text, "base64") : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
`,
);
writeFileSync(
  "build/core/module.js",
  `// Where bytes may not be compiled at run time the core is imported as a WebAssembly.Module.
import core from "./simd.wasm";
export { core };
`,
);
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
const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
  legalComments: "none",
  splitting: true,
  outdir: "build",
  external: ["#core", "#worker", "#image-worker", "@assemblyscript/loader", "node:*"],
};
for (const old of ["types", "chunks", "cli", "browser"])
  rmSync(join("build", old), { recursive: true, force: true });
// One build for the library's entries, so that they share their classes; only nabla/node reaches Node's modules.
await build({
  ...common,
  entryPoints: {
    index: "src/index.ts",
    data: "src/data/index.ts",
    browser: "src/browser/index.ts",
    node: "src/node/index.ts",
    worker: "src/worker/index.ts",
    "worker-node": "src/worker/node.ts",
  },
  chunkNames: "chunks/[name]-[hash]",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import", "browser"],
  plugins: [prototypes],
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
  entryPoints: {
    nabla: "src/index.ts",
    data: "src/data/index.ts",
    browser: "src/browser/index.ts",
    worker: "src/worker/index.ts",
  },
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
// The playground last: it fails where it grew too large.
const { buildWeb } = await import("./build-web.mjs");
await buildWeb();
