// How nabla/predict is bundled: with the core of prediction alone, without properties that nothing reads there, and with short names for
// those that only the bundle itself has.
import { readFileSync } from "node:fs";
import { minify } from "terser";
import { readRecords } from "./records.mjs";
import { withoutUnread } from "./unread.mjs";

/** Puts other files in the place of those that hold more than predicting needs. */
export const inference = {
  name: "inference",
  setup(bundler) {
    const place = (filter, contents) => bundler.onLoad({ filter }, () => ({ contents, loader: "ts" }));
    const core = 'import { core } from "#core/predict"; export const';
    place(/[\\/]src[\\/]core[\\/]dense\.ts$/, `${core} denseBuild = { code: core };`);
    // undefined: the one above has all kernels there are
    place(/[\\/]src[\\/]core[\\/]images\.ts$/, "export const imagesBuild = undefined;");
    place(/[\\/]src[\\/]core[\\/]full\.ts$/, "export const fullBuild = undefined;");
  },
};

/** Properties of what nabla/predict exports, of what its errors carry, of files besides their documents, and of what engines read. */
const OUTSIDE = {
  exports: "load predict metadata classes standardisation extra inputShape outputShape batchSize",
  outputs: "data shape length row toArray argMax classes top probabilities class probability",
  errors: "name message cause details stored found",
  files: "__metadata__ dtype data_offsets nabla model $number $tensor",
  core: "core env memory",
  options: "fatal ignoreBOM",
};

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
    names.add(name);
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
  const used = await minify(code, { ...options, compress, mangle: false });
  const mangle = { properties: { keep_quoted: true, reserved } };
  const { code: small } = await minify(withoutUnread(used.code, reserved), { ...options, compress, mangle });
  return small;
}
