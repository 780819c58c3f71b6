// The size of programs that bundlers make of this package: minified, gzipped, WebAssembly included. `node scripts/sizes.mjs` prints
// a table and fails where a limit is passed; with --parts it lists what the largest bundles consist of.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const MLP = `import { dense, sequential } from "nabla";
const model = sequential([dense({ units: 16, activation: "relu" }), dense({ units: 3, activation: "softmax" })]);
model.compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["accuracy"] });
await model.fit([[0, 1], [1, 0]], [0, 1], { epochs: 2 });
console.log(model.predict([[0, 1]]).argMax());`;

export const OPENING =
  'import { load } from "nabla"; import { openModel } from "nabla/import"; console.log(load, openModel);';

/** Programs, and the bytes they may have: a little more than they have today, so that growth is noticed. */
export const PROGRAMS = [
  { name: "build, train, predict a network of dense layers", code: MLP, limit: 35_650 },
  {
    name: "the same with convolutions",
    code: MLP.replace("{ dense,", "{ conv2d, flatten, dense,").replace(
      "([",
      "([conv2d({ filters: 4, kernelSize: 3 }), flatten(), ",
    ),
    limit: 46_100,
  },
  {
    // all that runs for such a model, its core included: no other piece is loaded (test/predict/later.system.test.ts)
    name: "load a model of dense layers and predict, with loadAsync() of nabla/predict",
    code: `import { loadAsync } from "nabla/predict";
const model = await loadAsync(new Uint8Array(await (await fetch("model.safetensors")).arrayBuffer()));
console.log(model.predict([[0, 1]]).argMax());`,
    limit: 20_400,
  },
  {
    name: "load any model and predict, with load() of nabla/predict",
    code: `import { load } from "nabla/predict";
const model = load(new Uint8Array(await (await fetch("model.safetensors")).arrayBuffer()));
console.log(model.predict([[0, 1]]).argMax());`,
    limit: 49_100,
  },
  {
    name: "open files of other programs, beside a program that loads models",
    // what it adds to this one; what reads ONNX files, or those of Keras and TensorFlow.js, is loaded when one comes
    beside: 'import { load } from "nabla"; console.log(load);',
    code: OPENING,
    limit: 10_300,
  },
  {
    name: "an error class alone",
    code: 'import { NablaError } from "nabla"; console.log(NablaError);',
    limit: 1_000,
  },
];

/**
 * What nabla/import loads when a file comes, beside what the program has: pieces, by the beginnings of their files' names; `all`: with every
 * other that these may load. test/import/later.node.test.ts checks which are loaded for which file.
 */
export const READERS = [
  { name: "ONNX: convolutions, pooling, products", entries: ["onnx"], limit: 15_400 },
  {
    name: "ONNX: a MobileNet (with sums, and means of pixels)",
    entries: ["onnx", "arithmetic", "reduce"],
    limit: 18_500,
  },
  { name: "ONNX, everything", entries: ["onnx"], all: true, limit: 45_600 },
  { name: "TensorFlow.js: dense and convolutional layers in a row", entries: ["tfjs"], limit: 9_500 },
  { name: "Keras (.keras): the same", entries: ["archive"], limit: 17_200 },
  {
    name: "Keras and TensorFlow.js, everything",
    entries: ["archive", "h5", "tfjs"],
    all: true,
    limit: 29_000,
  },
  { name: "PyTorch's state dicts", entries: ["pytorch"], limit: 14_300 },
  { name: "JSON of brain.js and ConvNetJS", entries: ["json"], limit: 3_200 },
];

/**
 * Bundles a program as pages do: what it imports statically is loaded at once, what it may import later is not.
 *
 * @param {string} code
 * @returns {Promise<{ gzip: number, minified: number, later: number, parts: [name: string, bytes: number][], piece: (entries: string[], all?: boolean) => number }>} piece:
 *   what some of the later files bring with them, gzipped; all: with what they may load
 */
export async function measure(code) {
  const folder = mkdtempSync(join(tmpdir(), "nabla-sizes-"));
  try {
    mkdirSync(join(folder, "node_modules", "@assemblyscript"), { recursive: true });
    symlinkSync(root, join(folder, "node_modules", "nabla"));
    symlinkSync(
      join(root, "node_modules", "@assemblyscript", "loader"),
      join(folder, "node_modules", "@assemblyscript", "loader"),
    );
    writeFileSync(join(folder, "main.js"), code);
    const { outputFiles, metafile } = await build({
      absWorkingDir: folder,
      entryPoints: ["main.js"],
      outdir: "out",
      bundle: true,
      minify: true,
      splitting: true,
      format: "esm",
      target: "es2022",
      platform: "browser",
      legalComments: "none",
      metafile: true,
      write: false,
      logLevel: "error",
    });
    const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [path, output]));
    /** @param {string} path @param {Set<string>} seen @param {boolean} [later] whether what it may load is followed as well */
    const visit = (path, seen, later) => {
      if (seen.has(path)) return seen;
      seen.add(path);
      for (const { path: next, kind } of outputs.get(path)?.imports ?? [])
        if (kind === "import-statement" || (later && kind === "dynamic-import")) visit(next, seen, later);
      return seen;
    };
    const atOnce = visit("out/main.js", new Set());
    const gzipped = new Map();
    const sizes = { gzip: 0, minified: 0, later: 0 };
    for (const { path, contents } of outputFiles) {
      const bytes = gzipSync(contents, { level: 9 }).length;
      const short = path.slice(path.lastIndexOf("out/"));
      gzipped.set(short, bytes);
      if (!atOnce.has(short)) sizes.later += bytes;
      else {
        sizes.gzip += bytes;
        sizes.minified += contents.length;
      }
    }
    /** @type {[string, number][]} */
    const parts = [];
    for (const path of atOnce)
      for (const [name, { bytesInOutput }] of Object.entries(outputs.get(path)?.inputs ?? {}))
        parts.push([name.replace(/^.*(build|node_modules)\//, ""), bytesInOutput]);
    /** @param {string} entry */
    const pathOf = (entry) => {
      const [path] = [...outputs].find(
        ([, output]) =>
          output.entryPoint?.includes(`/build/chunks/${entry}-`) ||
          output.entryPoint?.startsWith(`build/chunks/${entry}-`),
      ) ?? [undefined];
      if (path === undefined) throw new Error(`sizes: no piece is called ${entry}`);
      return path;
    };
    /** @param {string[]} entries @param {boolean} [all] */
    const piece = (entries, all) => {
      // what is there at once loads others, which are none of these files'
      const seen = new Set(atOnce);
      for (const entry of entries) visit(pathOf(entry), seen, all);
      return [...seen].filter((each) => !atOnce.has(each)).reduce((sum, each) => sum + gzipped.get(each), 0);
    };
    return { ...sizes, piece, parts: parts.sort((a, b) => b[1] - a[1]) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  /** @param {number} bytes */
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  console.log(
    "| program | minified + gzip | minified | limit | loaded later, if at all |\n| --- | --- | --- | --- | --- |",
  );
  for (const { name, code, beside, limit } of PROGRAMS) {
    const whole = await measure(code);
    const without = beside ? await measure(beside) : { gzip: 0, minified: 0, later: 0 };
    const { parts } = whole;
    const [gzip, minified, later] = /** @type {const} */ (["gzip", "minified", "later"]).map(
      (key) => whole[key] - without[key],
    );
    console.log(`| ${name} | ${kb(gzip)} | ${kb(minified)} | ${kb(limit)} | ${kb(later)} |`);
    if (process.argv.includes("--parts"))
      for (const [part, bytes] of parts)
        if (bytes > 100) console.log(`  ${String(bytes).padStart(7)} ${part}`);
    if (gzip > limit) {
      console.error(`sizes: ${name}: expected at most ${limit} bytes, got ${gzip}; see bench/sizes.md`);
      process.exitCode = 1;
    }
  }
  const { piece } = await measure(OPENING);
  for (const { name, entries, all, limit } of READERS) {
    const gzip = piece(entries, all);
    console.log(`| loaded for a file of ${name} | ${kb(gzip)} | | ${kb(limit)} | |`);
    if (gzip > limit) {
      console.error(
        `sizes: reader ${name}: expected at most ${limit} bytes, got ${gzip}; see bench/sizes.md`,
      );
      process.exitCode = 1;
    }
  }
  for (const core of ["simd", "dense", "predict"]) {
    const bytes = readFileSync(join(root, `build/core/${core}.wasm`));
    console.log(`core ${core}: ${kb(bytes.length)}, gzipped ${kb(gzipSync(bytes, { level: 9 }).length)}`);
  }
}
