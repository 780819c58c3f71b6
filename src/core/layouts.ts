/**
 * Where the fields of kernels' argument records lie. The compiled core says so in a custom section, so that a program knows the
 * records of the kernels it has and no others; records.ts has the types. Written by scripts/records.mjs, which says how.
 */
import { NablaError } from "../errors.ts";
import type { Kernels, Records } from "./records.ts";

export interface Field {
  /** Bytes from the record's beginning. */
  readonly at: number;
  /** p: offset in linear memory, i: int32, f: float32. */
  readonly type: "p" | "i" | "f";
}
/** Fields of a record in memory order, four bytes each. */
export type Layout<Name extends PropertyKey = string> = Readonly<Record<Name, Field>>;

/** A kernel, or a record that none takes. */
export type RecordName = keyof Kernels | Exclude<keyof Records, Kernels[keyof Kernels]>;
/** The fields of the record that a kernel takes, or of the record with this name. */
export type FieldsOf<N extends RecordName> = [N] extends [keyof Kernels]
  ? keyof Records[Kernels[N]]
  : [N] extends [keyof Records]
    ? keyof Records[N]
    : never;

/** The kernels that take this record. */
export type KernelsWith<R extends keyof Records> = {
  [K in keyof Kernels]: Kernels[K] extends R ? K : never;
}[keyof Kernels];

const SECTION = "nabla.records";
/** Where a record lies that is named by itself or by a kernel; and the place of its name among all, from 1. */
interface Entry {
  readonly layout: Layout;
  readonly number: number;
}
/** Read once for each module. */
const entries = /* @__PURE__ */ new WeakMap<WebAssembly.Module, ReadonlyMap<string, Entry>>();

/** @throws NablaError where the module has lost its section */
export const layoutOf = <N extends RecordName>(module: WebAssembly.Module, name: N): Layout<FieldsOf<N>> =>
  entryOf(module, name)?.layout as Layout<FieldsOf<N>>;

/** The number of a kernel, in a module that does not export it. */
export const numberOf = (module: WebAssembly.Module, name: keyof Kernels): number =>
  entryOf(module, name)!.number;

function entryOf(module: WebAssembly.Module, name: string): Entry | undefined {
  let all = entries.get(module);
  if (!all) entries.set(module, (all = read(module)));
  return all.get(name);
}

function read(module: WebAssembly.Module): ReadonlyMap<string, Entry> {
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  if (!section)
    throw new NablaError(
      `this core has no section ${SECTION}: it is of another version, or was stripped; take nabla/core.wasm as it is`,
    );
  const all = new Map<string, Entry>();
  for (const line of String.fromCharCode(...new Uint8Array(section)).split("\n")) {
    const layout: Record<string, Field> = {};
    let at = 0;
    for (const word of line.split(" ")) {
      const [name, type = "p"] = word.split(":");
      // kernels and records begin with a capital
      if (name < "a") all.set(name, { layout, number: all.size + 1 });
      else {
        layout[name] = { at, type: type as Field["type"] };
        at += 4;
      }
    }
  }
  return all;
}
