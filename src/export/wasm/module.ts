/** A WebAssembly module taken apart, as far as modules compiled from AssemblyScript go. */
import { ByteReader } from "./bytes.ts";
import { END, type Instruction, instructions } from "./instructions.ts";

export interface WasmFunction {
  /** Number of its type. */
  readonly type: number;
  /** Declarations of local variables, as they stand. */
  readonly locals: Uint8Array;
  readonly code: readonly Instruction[];
}

export interface WasmGlobal {
  /** Type and whether it changes. */
  readonly type: Uint8Array;
  /** What it begins with: an expression that names nothing. */
  readonly init: Uint8Array;
}

export interface WasmExport {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

export interface WasmModule {
  readonly what: string;
  readonly bytes: Uint8Array;
  /** Parameters and results, as they stand. */
  readonly types: readonly Uint8Array[];
  /** Names of what is imported: "module.name". Where there is any, other numbers are off by as many. */
  readonly imports: readonly string[];
  readonly functions: readonly WasmFunction[];
  readonly globals: readonly WasmGlobal[];
  readonly exports: readonly WasmExport[];
  readonly start?: number;
  /** Table index → function. */
  readonly table: ReadonlyMap<number, number>;
  readonly data: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}

export const FUNCTION = 0;
export const MEMORY = 2;
export const GLOBAL = 3;

type Draft = { -readonly [K in keyof WasmModule]: WasmModule[K] };

/**
 * @param what stands before every error: "the core"
 * @throws NablaError for anything that is not a module, is cut off, or has parts that AssemblyScript does not write
 */
export function parseModule(bytes: Uint8Array, what: string): WasmModule {
  const reader = new ByteReader(bytes, what);
  if (bytes.length < 8 || [0, 97, 115, 109, 1, 0, 0, 0].some((byte, i) => bytes[i] !== byte))
    reader.fail("no WebAssembly of version 1");
  reader.skip(8);
  const found: Draft = {
    what,
    bytes,
    types: [],
    imports: [],
    functions: [],
    globals: [],
    exports: [],
    table: new Map(),
    data: [],
  };
  let declared: number[] = [];
  while (!reader.done) {
    const id = reader.byte();
    const part = reader.part(reader.u32());
    if (id === 1) found.types = part.vector(() => functionType(part));
    else if (id === 2) found.imports = part.done || part.u32() === 0 ? [] : [importOf(part)];
    else if (id === 3) declared = part.vector(() => part.u32());
    else if (id === 6) found.globals = part.vector(() => ({ type: part.take(2), init: expression(part) }));
    else if (id === 7)
      found.exports = part.vector(() => ({ name: part.name(), kind: part.byte(), index: part.u32() }));
    else if (id === 8) found.start = part.u32();
    else if (id === 9) found.table = new Map(part.vector(() => elements(part)).flat());
    else if (id === 10) found.functions = part.vector((i) => functionOf(part, declared[i]));
    else if (id === 11) found.data = part.vector(() => segment(part));
    // custom sections tell nothing that runs; table, memory and number of data segments are made again
    else if (![0, 4, 5, 12].includes(id)) part.fail(`section ${id}`);
    if (id !== 0 && ![4, 5, 12].includes(id) && !part.done)
      part.fail(`section ${id} is longer than what is in it`);
  }
  if (declared.length !== found.functions.length) reader.fail("functions without bodies");
  return found;
}

function functionType(reader: ByteReader): Uint8Array {
  const from = reader.at;
  if (reader.byte() !== 0x60) reader.fail("a type that is no function's");
  reader.skip(reader.u32());
  reader.skip(reader.u32());
  return reader.bytes.subarray(from, reader.at);
}

function importOf(reader: ByteReader): string {
  const names = `${reader.name()}.${reader.name()}`;
  // nothing that imports is taken apart, so the rest does not matter
  reader.skip(reader.end - reader.at);
  return names;
}

function expression(reader: ByteReader): Uint8Array {
  const from = reader.at;
  for (const { reference } of instructions(reader))
    if (reference) reader.fail("a global that begins with another");
  return reader.bytes.subarray(from, reader.at);
}

/** The offset that an active segment begins with. */
function offset(reader: ByteReader): number {
  const [value, end] = instructions(reader);
  if (value?.constant === undefined || end?.opcode !== END) reader.fail("an offset that is no constant");
  return value.constant >>> 0;
}

function elements(reader: ByteReader): [number, number][] {
  if (reader.u32() !== 0) reader.fail("elements that are no plain list of functions");
  const first = offset(reader);
  return reader.vector((i) => [first + i, reader.u32()]);
}

function segment(reader: ByteReader): { offset: number; bytes: Uint8Array } {
  if (reader.u32() !== 0) reader.fail("data that is not put in place at the start");
  return { offset: offset(reader), bytes: reader.take(reader.u32()) };
}

function functionOf(reader: ByteReader, type: number | undefined): WasmFunction {
  if (type === undefined) reader.fail("a body without a function");
  const body = reader.part(reader.u32());
  const from = body.at;
  body.vector(() => [body.u32(), body.byte()]);
  const locals = body.bytes.subarray(from, body.at);
  const code = [...instructions(body)];
  if (!body.done) body.fail("a body is longer than its code");
  return { type, locals, code };
}
