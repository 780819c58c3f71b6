// How nabla/predict is bundled, as two programs: with the core of prediction alone, without properties that nothing reads there, and with short names for
// those that only the bundle itself has.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { minify } from "terser";
import { withoutTexts } from "./quiet.mjs";
import { readRecords } from "./records.mjs";
import { withoutRedundant } from "./redundant.mjs";
import { withoutUnread } from "./unread.mjs";

/** Puts other files in the place of those that hold more than predicting needs. @param {string} core the only one there is */
const withCore = (core) => (bundler) => {
  const place = (filter, contents) => bundler.onLoad({ filter }, () => ({ contents, loader: "ts" }));
  const code = `import { core } from "#core/${core}"; export const denseBuild = { code: core };`;
  place(/[\\/]src[\\/]core[\\/]dense\.ts$/, code);
  // undefined: the one above has all kernels there are
  place(/[\\/]src[\\/]core[\\/]images\.ts$/, "export const imagesBuild = undefined;");
  place(/[\\/]src[\\/]core[\\/]full\.ts$/, "export const fullBuild = undefined;");
};

/** The program that reads models of any layers. */
export const inference = { name: "inference", setup: withCore("predict") };

/** Rooms whose code runs before there is a predictor, so that another program says what is wrong. */
const BEFORE =
  /[\\/]src[\\/](checkpoint|fields|layers|activations|initializers|core|network[\\/]parameters\b)/;
/** Files in them whose errors predict() may throw. */
const WHILE = /[\\/](core[\\/]core|fields[\\/](options|expected))\.ts$/;
/** Types of elements that are not those of weights. */
const WEIGHTS = `export const DTYPES = new Map([["F32", { bytes: 4, read: (buffer) => new Float32Array(buffer) }]]);
export const dtypeOf = undefined;`;

/** The program for chains of dense layers: see src/predict/loadAsync.ts. */
export const denseInference = {
  name: "denseInference",
  setup(bundler) {
    withCore("predict-dense")(bundler);
    bundler.onLoad({ filter: /[\\/]src[\\/]checkpoint[\\/]dtypes\.ts$/ }, () => ({
      contents: WEIGHTS,
      loader: "ts",
    }));
    bundler.onLoad({ filter: /\.ts$/ }, async ({ path }) =>
      BEFORE.test(path) && !WHILE.test(path)
        ? { contents: await withoutTexts(readFileSync(path, "utf8")), loader: "js" }
        : undefined,
    );
  },
};

/** The files of nabla/predict, which load each other. Errors are those of all entries. */
export const apart = {
  name: "apart",
  setup(bundler) {
    for (const [file, shipped] of [
      ["predict/any", "predict-any"],
      ["predict/whole", "predict-whole"],
      ["predict/rows", "rows"],
      ["predict/loadAsync", "predict-dense"],
      ["errors", "errors"],
    ])
      bundler.onResolve(
        { filter: new RegExp(`/${file.split("/").at(-1)}\\.ts$`) },
        ({ importer, kind, path, resolveDir }) =>
          kind !== "entry-point" &&
          !importer.endsWith("any.ts") &&
          join(resolveDir, path).endsWith(join("src", `${file}.ts`))
            ? { path: `./${shipped}.js`, external: true }
            : undefined,
      );
  },
};

/** Properties of what nabla/predict exports, of what its errors carry, of files besides their documents (a threshold is in extra), and of engines. */
const OUTSIDE = {
  exports:
    "load loadAsync predict predictRows tableAnswers metadata classes standardisation extra reading inputShape outputShape batchSize",
  outputs: "data shape length row toArray argMax classes top probabilities class probability",
  errors: "name message cause details stored found",
  files: "__metadata__ dtype data_offsets nabla model $number $tensor",
  core: "core env memory",
  options: "fatal ignoreBOM",
  decision: "decision threshold",
};

/** What fields are made of, which stands beside the names of fields in that file. */
const OF_FIELDS = ["presence", "expected", "check", "jsonSchema"];

/**
 * Names of properties that have to stay as they are. Those of the fields of documents, of the core's exports and of records' fields are
 * taken from where they are defined, so that a new layer or field needs no line here.
 *
 * @param {object} schema of the configuration
 * @param {Uint8Array} core
 * @returns {string[]}
 */
function namesThatStay(schema, core) {
  const names = new Set(Object.values(OUTSIDE).flatMap((list) => list.split(" ")));
  JSON.stringify(schema, (key, value) => {
    for (const word of [key, value]) if (/^\w+$/.test(word)) names.add(word);
    return value;
  });
  for (const [, name] of readFileSync("src/checkpoint/fields.ts", "utf8").matchAll(/(\w+):/g))
    if (!OF_FIELDS.includes(name)) names.add(name);
  for (const { name } of WebAssembly.Module.exports(new WebAssembly.Module(core))) names.add(name);
  const { records } = readRecords("assembly");
  for (const fields of records.values()) for (const [field] of fields) names.add(field);
  return [...names];
}

/**
 * The bundle in as few bytes as it goes: a file that nothing else shares, so that nobody else knows its properties.
 *
 * @param {string} code
 * @param {object} options terser's
 * @param {object} schema of the configuration
 * @param {Uint8Array} core
 * @returns {Promise<string>}
 */
export async function minifyAlone(code, options, schema, core) {
  const compress = { passes: 2, inline: 1, reduce_funcs: false, pure_getters: true };
  const reserved = namesThatStay(schema, core);
  // what constants of the build leave unused goes first: it reads properties too
  const used = await minify(withoutRedundant(code), { ...options, compress, mangle: false });
  const mangle = { properties: { keep_quoted: true, reserved } };
  const { code: small } = await minify(withoutUnread(used.code, reserved), { ...options, compress, mangle });
  return small;
}
