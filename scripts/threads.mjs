// What Node's threads run, as text in modules: train-thread.js and picture-thread.js. A bundle that is one file has no other file that a
// thread could run, and one that is an executable has none at all. Packed, for the text of a library is long.
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";
import { note } from "./notices.mjs";

/** Without the core: who uses what is built has it from elsewhere. */
const coreless = {
  name: "coreless",
  /** @param {import("esbuild").PluginBuild} bundler */
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]src[\\/]core[\\/](dense|images|full)\.ts$/ }, ({ path }) => ({
      contents: `export const ${basename(path, ".ts")}Build = undefined;`,
    }));
  },
};

/**
 * What a worker that trains runs, for esbuild: one file, which loads sooner than many. Who starts it sends the core.
 *
 * @satisfies {import("esbuild").BuildOptions}
 */
export const WORKER = {
  entryPoints: { worker: "src/worker/index.ts" },
  outdir: "build/browser",
  bundle: true,
  splitting: false,
  minify: true,
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import", "browser"],
  external: [],
  plugins: [coreless],
};

/**
 * The script of a page's worker as Node's thread: what it asks of `self` is done by the port. Imported so that it may be a script or a
 * module, as flags of Node decide. A module that exports `code()`; the package has the script once, see workerCode.mjs.
 */
const TRAINS = `import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import { code as packed } from "#worker-code";
export const code = () => \`Promise.all([import("node:worker_threads"), import("node:os")]).then(([{ parentPort, Worker }, os]) => {
globalThis.nablaThread = (code, options) => new Worker(code, { ...options, eval: true, execArgv: [], env: {} });
globalThis.nablaCores = os.availableParallelism();
(function (self) {
\${inflateSync(Buffer.from(packed, "base64"))}
})({
postMessage: (message, { transfer }) => parentPort.postMessage(message, transfer),
set onmessage(listener) { parentPort.on("message", (data) => listener({ data })); },
});
});
\`;
`;

/** What decodes pictures as such a script: it uses Node's modules. @param {import("esbuild").BuildOptions} options */
async function decodes(options) {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: ["src/node/images/worker.ts"],
    bundle: true,
    format: "cjs",
    minify: true,
    platform: "neutral",
    alias: { "#pictures": "./build/core/pictures.text.js" },
    external: ["node:*"],
    metafile: true,
    write: false,
    outdir: undefined,
    splitting: false,
  });
  note(metafile);
  const [{ text, path: _ }] = outputFiles;
  const used = new Set(
    Object.values(metafile.inputs).flatMap(({ imports }) =>
      imports.flatMap(({ path, external }) => (external ? [path] : [])),
    ),
  );
  const names = JSON.stringify([...used].sort());
  return `Promise.all(${names}.map(async (name) => [name, await import(name)])).then((found) => {
const modules = new Map(found);
(function (require) {
"use strict";
${text}
})((name) => modules.get(name));
});
`;
}

/**
 * What a helping thread runs, as a script that defines `helper`: short, so it is not packed.
 *
 * @param {import("esbuild").BuildOptions} options
 */
export async function writeHelper(options) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: ["src/threads/helper.ts"],
    bundle: true,
    format: "iife",
    globalName: "helper",
    minify: true,
    platform: "neutral",
    write: false,
    outdir: undefined,
    splitting: false,
  });
  writeFileSync("build/helper-code.js", `export const code = ${JSON.stringify(outputFiles[0].text)};\n`);
}

/** What exported modules of tables have besides: src/export/rowsModule.ts. @param {import("esbuild").BuildOptions} options */
export async function writeRows(options) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: ["src/export/rowsModule.ts"],
    bundle: true,
    format: "iife",
    globalName: "table",
    minify: true,
    platform: "neutral",
    write: false,
  });
  writeFileSync("build/rows-code.js", `export const code = ${JSON.stringify(outputFiles[0].text)};\n`);
}

/** A module that exports `code()`. @param {string} text */
function moduleOf(text) {
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: text.length, [constants.BROTLI_PARAM_LGWIN]: 18 };
  const packed = brotliCompressSync(text, { params }).toString("base64");
  return `import { Buffer } from "node:buffer";
import { brotliDecompressSync } from "node:zlib";
const packed = ${JSON.stringify(packed)};
export const code = () => brotliDecompressSync(Buffer.from(packed, "base64")).toString();
`;
}

/**
 * Writes the modules below build/.
 *
 * @param {import("esbuild").BuildOptions} options for what decodes pictures
 */
export async function writeThreads(options) {
  writeFileSync("build/train-thread.js", TRAINS);
  writeFileSync("build/picture-thread.js", moduleOf(await decodes(options)));
}
