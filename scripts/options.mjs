// Declarations say of every option what its field says: a sentence and its default. Layers get named types: DenseOptions and the like. So the
// specification of a field is the one place where its documentation stands.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { WHOLE } from "./defines.mjs";

const root = join(fileURLToPath(import.meta.url), "../..");
/** What comes in kinds whose declarations the compiler writes out in the room's all.d.ts. */
const TABLES = ["optimizers", "losses", "schedules", "activations", "initializers", "metrics"];
/** What comes in kinds. */
const ROOMS = ["layers", ...TABLES, "callbacks"];
/** Callbacks with fields that no document names, so that what makes them does not have these. */
const APART = ["modelCheckpoint"];

/**
 * What is not called here need not be there.
 *
 * @type {import("esbuild").Plugin}
 */
const without = {
  name: "without",
  setup(bundler) {
    bundler.onResolve({ filter: /^#/ }, ({ path }) => ({ path, namespace: "without" }));
    bundler.onLoad({ filter: /.*/, namespace: "without" }, () => ({ contents: "module.exports = {};" }));
  },
};

/** @typedef {{ description?: string, default?: unknown, $ref?: string, anyOf?: Schema[] }} Schema */

/**
 * The sentence of a schema: its own, or that of what it stands for.
 *
 * @param {Schema} schema @param {Record<string, Schema>} defs
 * @returns {string | undefined}
 */
const sentenceOf = (schema, defs) =>
  schema.description ??
  (schema.$ref === undefined ? undefined : sentenceOf(defs[schema.$ref.replace("#/$defs/", "")], defs)) ??
  schema.anyOf?.find(({ description }) => description)?.description;

/**
 * The documentation of every option, by room, kind and name; undefined where a field has none.
 *
 * @returns {Promise<Record<string, Record<string, Record<string, string | undefined>>>>}
 */
export async function optionsOf() {
  const contents = [
    ...ROOMS.map((room) => `export { ALL as ${room} } from "./src/${room}/all.ts";`),
    ...APART.map((name) => `export { fields as ${name} } from "./src/callbacks/${name}.ts";`),
  ].join("\n");
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    format: "esm",
    platform: "neutral",
    define: WHOLE,
    plugins: [without],
    write: false,
  });
  const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`;
  const rooms = await import(url);
  /** @param {{ jsonSchema(defs: Record<string, Schema>): Schema }} field */
  const documented = (field) => {
    /** @type {Record<string, Schema>} */
    const defs = {};
    const schema = field.jsonSchema(defs);
    const sentence = sentenceOf(schema, defs);
    if (sentence === undefined || schema.default === undefined || /default/i.test(sentence)) return sentence;
    return `${sentence} Default ${JSON.stringify(schema.default)}.`;
  };
  /** @param {any} kind */
  const ofKind = (kind) =>
    Object.fromEntries(
      Object.entries((kind.kind ?? kind).fields?.().fields ?? {}).map(([name, field]) => [
        name,
        documented(field),
      ]),
    );
  return Object.fromEntries(
    ROOMS.map((room) => [
      room,
      Object.fromEntries(
        Object.entries(rooms[room]).map(([name, kind]) => [
          name,
          ofKind(APART.includes(name) ? { fields: rooms[name] } : kind),
        ]),
      ),
    ]),
  );
}

/**
 * A declaration's text with a comment above each field of the objects that begin in lines like `begin`.
 *
 * @param {string} text @param {RegExp} begin @param {Record<string, string | undefined>} docs
 */
function commented(text, begin, docs) {
  /** @type {string | undefined} how far the fields of such an object are indented, within one */
  let inner;
  /** @type {string[]} */
  const lines = [];
  for (const line of text.split("\n")) {
    const indentation = /^ */.exec(line)?.[0] ?? "";
    if (inner !== undefined && indentation.length < inner.length) inner = undefined;
    const name = inner === indentation ? /^(\w+): /.exec(line.trimStart())?.[1] : undefined;
    const doc = name === undefined ? undefined : docs[name];
    if (doc !== undefined && !lines.at(-1)?.endsWith("*/"))
      lines.push(`${indentation}/** ${doc.replaceAll("*/", "*\u200b/")} */`);
    lines.push(line);
    if (inner === undefined && begin.test(line)) inner = `${indentation}    `;
  }
  return lines.join("\n");
}

/** The same with a name for what stands in each line. */
const short = (/** @type {string} */ text) =>
  text.replaceAll('import("../fields/fields.ts").Field<', "Field$<");

const capital = (/** @type {string} */ name) => name[0].toUpperCase() + name.slice(1);

/**
 * A layer's declaration with names for its types, where the compiler has written them out.
 *
 * @param {string} text @param {string} layer @param {boolean} allOptional
 */
function named(text, layer, allOptional) {
  const Name = capital(layer);
  const begin = `export declare const ${layer}: import("./layer.ts").LayerFactory<"${layer}", import("../fields/fields.ts").ObjectField<{`;
  const at = text.indexOf(begin);
  const rest = /^\}>, (import\("[^"]+"\)\.\w+)>;$/m;
  const [last, applicable] = (at >= 0 && rest.exec(text.slice(at))) || [];
  if (last === undefined) return undefined;
  const end = text.indexOf(last, at);
  const body = text.slice(at + begin.length, end);
  const comment = text.lastIndexOf("/**", at);
  const head = text.slice(0, comment);
  return `import type { Field as Field$, Input as Input$, ObjectField as Object$ } from "../fields/fields.ts";
import type { LayerKind as Kind$ } from "./kind.ts";
import type { First as First$ } from "./layer.ts";
type Applicable$ = ${applicable};
${head}/** The specification of ${layer}'s options. */
export interface ${Name}Fields extends Object$<{${short(body)}}> {
}
/** What {@link ${layer}} takes. */
export interface ${Name}Options extends Input$<${Name}Fields>, First$ {
}
/** What {@link ${layer}} returns: a layer to build models of. */
export interface ${Name}Layer extends ${Name}Options, Applicable$ {
    type: "${layer}";
}
/** Makes layers of one kind. */
export interface ${Name}Factory {
    (options${allOptional ? "?" : ""}: ${Name}Options): ${Name}Layer;
    readonly kind: Kind$<${Name}Fields>;
}
${text.slice(comment, at)}export declare const ${layer}: ${Name}Factory;
${text.slice(end + last.length).replace(/^\n/, "")}`;
}

/** Which of the named types a layer's declaration has. @param {string} text @param {string} layer */
const typesOf = (text, layer) =>
  ["Options", "Layer", "Factory"]
    .map((end) => capital(layer) + end)
    .filter((name) => text.includes(`export interface ${name} `));

/** @param {string} folder where the declarations are, as the compiler has written them */
export async function documentTypes(folder) {
  const rooms = await optionsOf();
  /** @param {string} file @param {(text: string) => string | undefined} change */
  const edit = (file, change) => {
    const text = readFileSync(join(folder, file), "utf8");
    const changed = change(text);
    if (changed !== undefined) writeFileSync(join(folder, file), changed);
  };
  const OBJECT = /ObjectField<\{$|CallbackKind<\{$/;
  for (const [layer, docs] of Object.entries(rooms.layers)) {
    edit(`layers/${layer}.d.ts`, (text) => commented(text, OBJECT, docs));
    const required = /, "required">;$/m;
    edit(`layers/${layer}.d.ts`, (text) => named(text, layer, !required.test(text)));
  }
  // the named types are exported beside the layer; of input() programs have another: src/model/graph.ts
  edit("layers/index.d.ts", (text) =>
    text.replace(/^export \{ (\w+) \} from/gm, (line, layer) => {
      const types =
        layer === "input" ? [] : typesOf(readFileSync(join(folder, `layers/${layer}.d.ts`), "utf8"), layer);
      return types.length > 0 ? `export { ${layer}, type ${types.join(", type ")} } from` : line;
    }),
  );
  for (const [name, docs] of Object.entries(rooms.callbacks)) {
    edit(`callbacks/${name}.d.ts`, (text) => commented(text, OBJECT, docs));
    // what it takes has a name already
    const kind = /import\("\.\/kind\.ts"\)\.CallbackKind<\{[\s\S]*?\n\}>;/;
    const Factory = `${capital(name)}Factory`;
    edit(`callbacks/${name}.d.ts`, (text) =>
      kind.test(text)
        ? `${text.replace(kind, `${Factory};`)}/** Makes callbacks of one kind. */
export interface ${Factory} {
    (options?: ${capital(name)}Options): import("./callback.ts").Callback;
    readonly fields: typeof fields;
}
`
        : undefined,
    );
  }
  for (const room of TABLES)
    edit(`${room}/all.d.ts`, (text) =>
      `import type { Field as Field$ } from "../fields/fields.ts";\n${short(text)}`
        .split(/^(?= {4}\w+: \{$)/m)
        .map((part) => {
          const name = /^ {4}(\w+): \{/.exec(part)?.[1];
          return name ? commented(part, /^ {8}fields: .*ObjectField<\{$/, rooms[room][name] ?? {}) : part;
        })
        .join(""),
    );
}
