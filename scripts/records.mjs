// Writes src/core/records.ts: the argument record of every kernel, read from the AssemblyScript sources, so that a field's
// name, type and place is written once. Run by the build; the result is committed so that editors and reviewers see it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LETTER = { usize: "p", i32: "i", u32: "i", f32: "f" };

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

/** The text of src/core/records.ts, for kernels that `has` says yes to; default all. */
export function recordsText(folder, has = () => true) {
  const all = readRecords(folder);
  const kernels = [...all.kernels].filter(([name]) => has(name));
  const used = new Set(kernels.map(([, record]) => record));
  const unused = new Set([...all.kernels.values()].filter((record) => !used.has(record)));
  const records = [...all.records].filter(([name]) => !unused.has(name));
  const lines = [
    "// Generated from assembly/ by scripts/records.mjs. Do not edit: change the record in AssemblyScript and build.",
    "",
    "/** Fields of each record in memory order, four bytes each: p = offset in linear memory, i = int32, f = float32. */",
    "export const RECORDS = {",
    ...records.map(([n, f]) => `  ${n}: { ${f.map(([k, t]) => `${k}: "${t}"`).join(", ")} },`),
    "} as const;",
    "",
    "/** The record each kernel takes, by the kernel's name among the core's exports. */",
    "export const KERNELS = {",
    ...kernels.map(([k, r]) => `  ${k}: "${r}",`),
    "} as const;",
    "",
  ];
  return lines.join("\n");
}

export function writeRecords(folder, file) {
  const text = recordsText(folder);
  let before = "";
  try {
    before = readFileSync(file, "utf8");
  } catch {}
  if (before !== text) writeFileSync(file, text);
}
