/** Of a module only what is reached from the functions that are wanted, with data of its own: a module again, that imports nothing. */
import { NablaError } from "../../errors.ts";
import { type Bytes, concat, name, s32, sized, u32, vector } from "./bytes.ts";
import { CALL, CALL_INDIRECT, END, I32_CONST, type Reference } from "./instructions.ts";
import { FUNCTION, GLOBAL, MEMORY, type WasmFunction, type WasmModule } from "./module.ts";
import { remainingData } from "./objects.ts";
import { type Statement, startStatements } from "./start.ts";

/** Bytes of linear memory. */
export interface Data {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface StripRequest {
  readonly module: WasmModule;
  /** Functions by their numbers in the module's table. In the new table they are 1, 2, … in this order. */
  readonly table: readonly number[];
  /** Functions to be exported. */
  readonly exports: readonly string[];
  /** Functions to be called when the module starts, in this order. */
  readonly starts?: readonly string[];
  /** What exported globals (i32) begin with, where all this is what lies in memory. */
  globals?(data: readonly Data[]): Readonly<Record<string, number>>;
  readonly memoryBytes: number;
  /** What lies in memory at the start besides the module's constants. */
  readonly data: readonly Data[];
  /** A custom section. */
  readonly custom: { readonly name: string; readonly bytes: Uint8Array };
}

const PAGE = 65536;
const FUNCTION_REFERENCE = 0x70;
const NOTHING_TO_NOTHING = Uint8Array.of(0x60, 0, 0);

export function strip(request: StripRequest): Uint8Array<ArrayBuffer> {
  return new Stripper(request).write();
}

class Stripper {
  /** Numbers in the old module of what is reached; their places here are the new numbers. */
  private readonly functions: number[] = [];
  private readonly globals: number[] = [];
  private readonly types: Uint8Array[] = [];
  private readonly constants = new Set<number>();
  /** Of the module's start; undefined where it is kept whole. */
  private readonly statements: readonly Statement[] | undefined;

  constructor(private readonly request: StripRequest) {
    const { module } = request;
    const [first] = module.imports;
    if (first)
      throw new NablaError(`${module.what} imports ${first}; expected a module that imports nothing`);
    this.statements = startStatements(module);
  }

  write(): Uint8Array<ArrayBuffer> {
    const { module, table, exports, starts = [], memoryBytes, data, custom } = this.request;
    const entries = exports.map((wanted) => ({
      wanted,
      index: number(this.functions, this.exported(wanted)),
    }));
    const elements = table.map((place) => {
      const index = module.table.get(place);
      if (index === undefined) throw new NablaError(`${module.what}: its table has no function ${place}`);
      return number(this.functions, index);
    });
    const calls = starts.map((start) => number(this.functions, this.exported(start)));
    if (this.statements === undefined) calls.unshift(number(this.functions, module.start!));
    // bodies name further functions, which join the list while it is walked
    const bodies: Uint8Array[] = [];
    for (let i = 0; i < this.functions.length; i++) {
      const { locals, code } = this.defined(this.functions[i]!);
      bodies.push(concat([locals, this.code(code)]));
    }
    const types = this.functions.map((index) => this.type(this.defined(index).type));
    const kept = (this.statements ?? []).filter(
      ({ global }) => global !== undefined && this.globals.includes(global),
    );
    const begins = calls.length + kept.length > 0;
    if (begins) {
      const called = calls.flatMap((index) => [CALL, ...u32(index)]);
      bodies.push(concat([[0], ...kept.map(({ code }) => this.code(code)), called, [END]]));
      types.push(this.typeNumber(NOTHING_TO_NOTHING));
    }
    const dropped = (this.statements ?? []).filter((statement) => !kept.includes(statement));
    const objects = dropped.flatMap(({ object }) => object ?? []);
    const constants = remainingData(module.data, objects, this.constants);
    const globals = this.request.globals?.([...constants, ...data]) ?? {};
    const pages = Math.ceil(memoryBytes / PAGE);
    const exported = entries.map(({ wanted, index }) => concat([name(wanted), [FUNCTION], u32(index)]));
    const section = (id: number, content: Uint8Array): Bytes[] => [[id], sized(content)];
    return concat([
      [0, 97, 115, 109, 1, 0, 0, 0],
      ...section(0, concat([name(custom.name), custom.bytes])),
      ...section(1, vector(this.types)),
      ...section(3, vector(types.map(u32))),
      ...section(4, vector([[FUNCTION_REFERENCE, 1, ...u32(table.length + 1), ...u32(table.length + 1)]])),
      ...section(5, vector([[0, ...u32(pages)]])),
      ...section(6, vector(this.globals.map((index) => this.global(index, globals)))),
      ...section(7, vector([concat([name("memory"), [MEMORY, 0]]), ...exported])),
      ...(begins ? section(8, Uint8Array.from(u32(bodies.length - 1))) : []),
      ...section(9, vector([concat([[0, I32_CONST, ...s32(1), END], vector(elements.map(u32))])])),
      ...section(10, vector(bodies.map(sized))),
      ...section(11, vector([...constants, ...data].map(segment))),
    ]);
  }

  private exported(wanted: string): number {
    const { what, exports } = this.request.module;
    const found = exports.find(({ kind, name: own }) => kind === FUNCTION && own === wanted);
    if (!found) throw new NablaError(`${what} has no function ${wanted}`);
    return found.index;
  }

  private defined(index: number): WasmFunction {
    const { what, functions } = this.request.module;
    const found = functions[index];
    if (!found) throw new NablaError(`${what}: there is no function ${index}`);
    return found;
  }

  private type(index: number): number {
    const { what, types } = this.request.module;
    const found = types[index];
    if (!found) throw new NablaError(`${what}: there is no type ${index}`);
    return this.typeNumber(found);
  }

  private typeNumber(bytes: Uint8Array): number {
    const known = this.types.findIndex((type) => String(type) === String(bytes));
    return known < 0 ? this.types.push(bytes) - 1 : known;
  }

  /** Instructions with the new numbers of what they name. */
  private code(code: WasmFunction["code"]): Uint8Array {
    const { bytes } = this.request.module;
    const pieces: Bytes[] = [];
    for (const { opcode, from, to, reference, constant } of code) {
      if (constant !== undefined) this.constants.add(constant >>> 0);
      if (!reference) {
        pieces.push(bytes.subarray(from, to));
        continue;
      }
      // a block names its type by a signed number
      const written = reference.kind === "type" && opcode !== CALL_INDIRECT ? s32 : u32;
      pieces.push(bytes.subarray(from, reference.from), written(this.renumbered(reference)));
      pieces.push(bytes.subarray(reference.to, to));
    }
    return concat(pieces);
  }

  private renumbered({ kind, index }: Reference): number {
    if (kind === "type") return this.type(index);
    return number(kind === "function" ? this.functions : this.globals, index);
  }

  private global(index: number, values: Readonly<Record<string, number>>): Uint8Array {
    const { what, globals, exports } = this.request.module;
    const found = globals[index];
    if (!found) throw new NablaError(`${what}: there is no global ${index}`);
    const known = exports.find((item) => item.kind === GLOBAL && item.index === index)?.name ?? "";
    const value = values[known];
    return concat([found.type, value === undefined ? found.init : [I32_CONST, ...s32(value), END]]);
  }
}

/** The place of `item` in `list`; it joins the list when it is asked for the first time. */
function number(list: number[], item: number): number {
  const known = list.indexOf(item);
  return known < 0 ? list.push(item) - 1 : known;
}

function segment({ offset, bytes }: Data): Uint8Array {
  return concat([[0, I32_CONST, ...s32(offset), END], u32(bytes.length), bytes]);
}
