// The argument records of kernels, read from the AssemblyScript sources, so that a field's name, type and place is written once.
// Names become the types in src/core/records.ts, which is committed so that editors and reviewers see it. Places go into the compiled
// core: a custom section, which the façade and hosts of other languages read. Run by the build.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeLeb } from "./bytes.mjs";
import { readKernels } from "./kernels.mjs";
import { writeIfChanged } from "./write.mjs";

const LETTER = { usize: "p", i32: "i", u32: "i", f32: "f" };
/** The name of the section; src/core/layouts.ts reads it. */
const SECTION = "nabla.records";

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((e) =>
      e.isDirectory() ? sources(join(folder, e.name)) : e.name.endsWith(".ts") ? [join(folder, e.name)] : [],
    );
}

/** { records: Map name → [[field, letter]], kernels: Map constant → record name } */
export function readRecords(folder) {
  const records = new Map();
  const kernels = new Map();
  for (const file of sources(folder)) {
    const text = readFileSync(file, "utf8");
    for (const [, name, body] of text.matchAll(/@unmanaged\s+export class (\w+) \{\n([\s\S]*?)\n\}/g)) {
      if (records.has(name)) throw new Error(`${file}: record ${name} is defined twice`);
      const fields = [];
      for (const line of body.split("\n")) {
        const code = line.replace(/\/\/.*|\/\*\*.*?\*\//, "").trim();
        if (code === "") continue;
        const m = /^(\w+): (usize|i32|u32|f32);$/.exec(code);
        if (!m)
          throw new Error(
            `${file}: ${name}: cannot read the field "${line.trim()}": expected "name: usize|i32|u32|f32;"`,
          );
        fields.push([m[1], LETTER[m[2]]]);
      }
      records.set(name, fields);
    }
    const takes = new Map();
    for (const [, fn, record] of text.matchAll(
      /function (\w+)\(record: usize[^{]*\{\s*const a = changetype<(\w+)>\(record\)/g,
    ))
      takes.set(fn, record);
    for (const [, constant, fn] of text.matchAll(/export const (\w+): i32 = (\w+)\.index;/g)) {
      const record = takes.get(fn);
      if (!record)
        throw new Error(`${file}: kernel ${fn} does not start with "const a = changetype<Record>(record)"`);
      kernels.set(constant, record);
    }
  }
  for (const [k, r] of kernels)
    if (!records.has(r)) throw new Error(`kernel ${k} takes ${r}, which is no @unmanaged class`);
  return { records, kernels };
}

/** The text of src/core/records.ts. */
export function recordsText(folder) {
  const { records, kernels } = readRecords(folder);
  const others = readKernels(folder).flatMap(({ name }) => (kernels.has(name) ? [] : [name]));
  const union = (names) => names.map((name) => `"${name}"`).join(" | ");
  return [
    "// Generated from assembly/ by scripts/records.mjs. Do not edit: change the record in AssemblyScript and build.",
    "",
    "/** Fields of each record in memory order: p = offset in linear memory, i = int32, f = float32. At run time the core says: layouts.ts. */",
    "export interface Records {",
    ...[...records].map(([n, f]) => `  ${n}: { ${f.map(([k, t]) => `${k}: "${t}"`).join("; ")} };`),
    "}",
    "",
    "/** The record each kernel takes, by the kernel's name among the core's exports. */",
    "export interface Kernels {",
    ...[...kernels].map(([kernel, record]) => `  ${kernel}: "${record}";`),
    "}",
    "",
    "/** Functions of the core that say how much scratch a kernel needs; their arguments are in assembly/. */",
    `export type SizeName = ${union(others.filter((name) => name.endsWith("Scratch")))};`,
    "/** Numbers that kernels agree on with those who call them. */",
    `export type ConstantName = ${union(others.filter((name) => !name.endsWith("Scratch")))};`,
    "",
  ].join("\n");
}

export const writeRecords = (folder, file) => writeIfChanged(file, recordsText(folder));

/** Kernels in the order of the section: those that take the same record one after the other. @param {string} folder @returns {string[]} */
export function kernelsByRecord(folder) {
  const { records, kernels } = readRecords(folder);
  return [...records.keys()].flatMap((record) => [...kernels].flatMap(([k, r]) => (r === record ? [k] : [])));
}

/**
 * The text of the section, a line for each record: the kernels that take it, or its own name where none does, then its fields in memory
 * order, four bytes each, pointers unless marked `:i` or `:f`. Records that no kernel takes come last.
 *
 *     DENSE_FORWARD y x w b inputs:i units:i
 *
 * @param {string} folder
 * @param {readonly string[]} names of the module's kernels; records of others are left out
 * @param {readonly string[]} also records that no kernel takes
 */
function sectionText(folder, names, also) {
  const { records, kernels } = readRecords(folder);
  const list = (record) =>
    records.get(record).map(([field, letter]) => (letter === "p" ? field : `${field}:${letter}`));
  const lines = [];
  for (const record of records.keys()) {
    const of = [...kernels].flatMap(([kernel, r]) =>
      r === record && names.includes(kernel) ? [kernel] : [],
    );
    if (of.length > 0) lines.push([...of, ...list(record)].join(" "));
  }
  for (const record of also) lines.push([record, ...list(record)].join(" "));
  return lines.join("\n");
}

/** The names of a module's exports. @param {Uint8Array} wasm */
export const exportsOf = (wasm) =>
  WebAssembly.Module.exports(new WebAssembly.Module(wasm)).map(({ name }) => name);

/**
 * The module with its section, which comes first.
 *
 * @param {Uint8Array} wasm
 * @param {string} folder assembly/
 * @param {{ also?: readonly string[], names?: readonly string[] }} [options] also: records that no kernel takes, by default the step's;
 *   names: those of the kernels, by default among the exports
 */
export function withRecords(wasm, folder, { also = ["Step"], names = exportsOf(wasm) } = {}) {
  const [name, text] = [SECTION, sectionText(folder, names, also)].map((part) => Buffer.from(part));
  const content = [...writeLeb(name.length), ...name, ...text];
  const HEADER = 8;
  return Buffer.concat([
    wasm.subarray(0, HEADER),
    Buffer.from([0, ...writeLeb(content.length), ...content]),
    wasm.subarray(HEADER),
  ]);
}
