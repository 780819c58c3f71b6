// Bundles the fuzzer with the library's sources, and starts it.
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { WHOLE } from "../../scripts/defines.mjs";

process.chdir(join(dirname(fileURLToPath(import.meta.url)), "../.."));
/** `import text from "package/file?raw"`: a file's text. */
/** @type {import("esbuild").Plugin} */
const raw = {
  name: "raw",
  setup(bundler) {
    bundler.onResolve({ filter: /\?raw$/ }, ({ path }) => ({
      path: join("node_modules", path.slice(0, -4)),
      namespace: "raw",
    }));
    bundler.onLoad({ filter: /.*/, namespace: "raw" }, ({ path }) => ({
      contents: readFileSync(path, "utf8"),
      loader: "text",
    }));
  },
};
mkdirSync("build/fuzz", { recursive: true });
await build({
  entryPoints: { main: "test/fuzz/main.ts", child: "test/fuzz/child.ts" },
  outdir: "build/fuzz",
  bundle: true,
  format: "esm",
  target: "node20",
  platform: "node",
  define: WHOLE,
  external: ["#*", "fast-check", "esbuild"],
  // some packages are CommonJS and call require
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
  plugins: [raw],
  logLevel: "warning",
});
// by its name: the compiler does not look into what is built
await import(new URL("../../build/fuzz/main.js", import.meta.url).href);
