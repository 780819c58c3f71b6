// Writes schema/nabla.schema.json from the fields of everything a document may name, and schema/sweep.schema.json from the options of
// nabla train. The build writes the same, shorter, as build/schema.json and build/sweep.schema.json.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { WHOLE } from "./defines.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The core is not called, so it need not be there. */
const coreless = {
  name: "coreless",
  setup(bundler) {
    bundler.onResolve({ filter: /^#(core|loader)/ }, ({ path }) => ({ path, namespace: "coreless" }));
    bundler.onLoad({ filter: /.*/, namespace: "coreless" }, () => ({
      contents: "export const core = undefined, instantiateSync = undefined;",
    }));
  },
};

/** @returns {Promise<object>} the schema as the fields in src/ say it */
export const schemaOfFields = async () =>
  (await modules("src/config/schema.ts", [coreless])).schemaOfFields();

/**
 * @param {object} schema that of documents, which options of nabla train refer to
 * @returns {Promise<object>} the schema of sweeps' specifications
 */
export async function schemaOfSweeps(schema) {
  /** Commands are loaded when they are run: here none is. */
  const apart = {
    name: "apart",
    setup(bundler) {
      bundler.onResolve({ filter: /./ }, ({ path, kind }) =>
        kind === "dynamic-import" ? { path, external: true } : undefined,
      );
      bundler.onResolve({ filter: /^#schema$/ }, ({ path }) => ({ path, namespace: "schema" }));
      bundler.onLoad({ filter: /./, namespace: "schema" }, () => ({
        contents: `export const schema = ${JSON.stringify(schema)};`,
      }));
      // whatever else the build makes is not called
      bundler.onResolve({ filter: /^#/ }, ({ path }) => ({ path, namespace: "made" }));
      bundler.onLoad({ filter: /./, namespace: "made" }, () => ({ contents: "module.exports = {};" }));
    },
  };
  return (await modules("src/cli/sweep/schema.ts", [apart], "node")).schemaOfSweeps();
}

/** A module of src/ as it is when all documentation is there. */
async function modules(entry, plugins, platform = "neutral") {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    format: "esm",
    platform,
    define: WHOLE,
    plugins,
    write: false,
    ...(platform === "node" && {
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire("file:///");',
      },
    }),
  });
  const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`;
  return import(url);
}

/**
 * The schema as a module: parts that are there several times are written once, which is half of it.
 *
 * @param {object} schema
 */
export function moduleOf(schema) {
  const seen = new Map();
  /** @param {unknown} part */
  const count = (part) => {
    if (typeof part !== "object" || part === null) return;
    const text = JSON.stringify(part);
    seen.set(text, (seen.get(text) ?? 0) + 1);
    if (seen.get(text) === 1) Object.values(part).forEach(count);
  };
  count(schema);
  const names = new Map();
  const lines = [];
  /** @param {unknown} part */
  const write = (part) => {
    if (typeof part !== "object" || part === null) return JSON.stringify(part);
    const text = JSON.stringify(part);
    if (names.has(text)) return names.get(text);
    const inner = Array.isArray(part)
      ? `[${part.map(write).join(",")}]`
      : `{${Object.entries(part)
          .map(([key, value]) => `${JSON.stringify(key)}:${write(value)}`)
          .join(",")}}`;
    // a name costs some letters each time
    if (seen.get(text) < 2 || inner.length < 16) return inner;
    const name = `s${names.size}`;
    names.set(text, name);
    lines.push(`const ${name} = ${inner};`);
    return name;
  };
  const whole = write(schema);
  return `// build/schema.json as a module.\n${lines.join("\n")}\nexport const schema = ${whole};\n`;
}

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const SCHEMA = ["items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"];
const LISTS = ["anyOf", "oneOf", "allOf", "prefixItems"];
const MAPS = ["properties", "patternProperties", "$defs"];

/** A schema whose inner schemas are changed. @param {object} schema @param {(inner: unknown) => unknown} change */
const changed = (schema, change) =>
  Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (SCHEMA.includes(key)) return [key, change(value)];
      if (LISTS.includes(key)) return [key, value.map(change)];
      if (!MAPS.includes(key)) return [key, value];
      return [key, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(inner)]))];
    }),
  );

/**
 * The same schema in fewer bytes: what is there several times is written once, among $defs, and referred to.
 *
 * @param {{ $defs?: object }} schema
 * @returns {object}
 */
export function shared(schema) {
  const seen = new Map();
  /** @param {unknown} part */
  const count = (part) => {
    if (typeof part !== "object" || part === null) return part;
    const text = JSON.stringify(part);
    seen.set(text, (seen.get(text) ?? 0) + 1);
    if (seen.get(text) === 1) changed(part, count);
    return part;
  };
  changed(schema, count);
  const names = new Map();
  const $defs = {};
  /** @param {unknown} part */
  const short = (part) => {
    if (typeof part !== "object" || part === null) return part;
    const text = JSON.stringify(part);
    if (seen.get(text) < 2 || text.length < 60) return changed(part, short);
    if (!names.has(text)) {
      const name = `part${names.size}`;
      names.set(text, name);
      $defs[name] = changed(part, short);
    }
    return { $ref: `#/$defs/${names.get(text)}` };
  };
  const whole = changed(schema, short);
  return { ...whole, $defs: { ...whole.$defs, ...$defs } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(root, "schema"), { recursive: true });
  const write = (name, content) =>
    writeFileSync(join(root, "schema", name), `${JSON.stringify(content, null, 2)}\n`);
  const schema = await schemaOfFields();
  write("nabla.schema.json", schema);
  write("sweep.schema.json", await schemaOfSweeps(schema));
}
