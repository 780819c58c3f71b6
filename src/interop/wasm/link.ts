/**
 * Two modules become one that imports nothing: of the core what is reached from the kernels that are wanted, and another that
 * imports functions of the core and brings the exports.
 */
import { NablaError } from "../../errors.ts";
import { type Bytes, concat, name, s32, sized, u32, vector } from "./bytes.ts";
import { CALL, CALL_INDIRECT, END, I32_CONST } from "./instructions.ts";
import { FUNCTION, GLOBAL, MEMORY, type WasmFunction, type WasmModule } from "./module.ts";
import { remainingData } from "./objects.ts";
import { type Statement, startStatements } from "./start.ts";

export interface LinkRequest {
  readonly core: WasmModule;
  /** Imports functions of the core by their names, and its memory. */
  readonly shell: WasmModule;
  /** Kernels by their numbers in the core's table. In the new table they are 1, 2, … in this order. */
  readonly kernels: readonly number[];
  /** Functions of the shell to be exported. */
  readonly exports: readonly string[];
  /** A function of the shell to be called when the module starts. */
  readonly start?: string;
  /** What exported globals of the shell (i32) begin with. */
  readonly globals: Readonly<Record<string, number>>;
  readonly memoryBytes: number;
  /** What lies in memory at the start besides the core's constants. */
  readonly data: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  /** A custom section. */
  readonly custom: { readonly name: string; readonly bytes: Uint8Array };
}

const PAGE = 65536;
const FUNCTION_REFERENCE = 0x70;
const EMPTY_RESULT = [0x60, 0, 0];

export function link(request: LinkRequest): Uint8Array<ArrayBuffer> {
  return new Linker(request).write();
}

interface Member {
  readonly module: WasmModule;
  readonly index: number;
}

class Linker {
  /** What is reached, in the order of the new numbers. */
  private readonly functions: Member[] = [];
  private readonly globals: Member[] = [];
  private readonly types: Uint8Array[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly constants = new Set<number>();
  /** Of the core's start; undefined where it is kept whole. */
  private readonly statements: readonly Statement[] | undefined;

  constructor(private readonly request: LinkRequest) {
    this.statements = startStatements(request.core);
  }

  write(): Uint8Array<ArrayBuffer> {
    const { core, shell, kernels, exports, start, memoryBytes, data, custom } = this.request;
    const entries = exports.map((wanted) => ({ wanted, index: this.function(shell, exported(shell, wanted)) }));
    const table = kernels.map((kernel) => {
      const index = core.table.get(kernel);
      if (index === undefined) throw new NablaError(`${core.what}: its table has no function ${kernel}`);
      return this.function(core, index);
    });
    const first = start === undefined ? undefined : this.function(shell, exported(shell, start));
    const whole =
      this.statements === undefined && core.start !== undefined ? this.function(core, core.start) : undefined;
    // bodies name further functions, which join the list while it is walked
    const bodies: Uint8Array[] = [];
    for (let i = 0; i < this.functions.length; i++) bodies.push(this.body(this.functions[i]!));
    const kept = this.keptStatements();
    const types = this.functions.map(({ module, index }) => this.type(module, this.defined(module, index).type));
    if (first !== undefined || whole !== undefined || kept.length > 0) {
      const calls = [whole, first].flatMap((index) => (index === undefined ? [] : [CALL, ...u32(index)]));
      bodies.push(concat([[0], ...kept.map((statement) => this.code(core, statement.code)), calls, [END]]));
      types.push(this.typeNumber(Uint8Array.from(EMPTY_RESULT)));
    }
    const starts = bodies.length > this.functions.length;
    const dropped = (this.statements ?? []).filter((statement) => !kept.includes(statement));
    const constants = remainingData(
      core.data,
      dropped.flatMap(({ object }) => object ?? []),
      this.constants,
    );
    const pages = Math.ceil(memoryBytes / PAGE);
    const section = (id: number, content: Uint8Array): Bytes[] => [[id], sized(content)];
    return concat([
      [0, 97, 115, 109, 1, 0, 0, 0],
      ...section(0, concat([name(custom.name), custom.bytes])),
      ...section(1, vector(this.types)),
      ...section(3, vector(types.map(u32))),
      ...section(4, vector([[FUNCTION_REFERENCE, 1, ...u32(table.length + 1), ...u32(table.length + 1)]])),
      ...section(5, vector([[0, ...u32(pages)]])),
      ...section(6, vector(this.globals.map((member) => this.global(member)))),
      ...section(
        7,
        vector([
          concat([name("memory"), [MEMORY, 0]]),
          ...entries.map(({ wanted, index }) => concat([name(wanted), [FUNCTION], u32(index)])),
        ]),
      ),
      ...(starts ? section(8, Uint8Array.from(u32(bodies.length - 1))) : []),
      ...section(9, vector([concat([[0, I32_CONST, ...s32(1), END], vector(table.map(u32))])])),
      ...section(10, vector(bodies.map(sized))),
      ...section(11, vector([...constants, ...data].map(segment))),
    ]);
  }

  /** The number a thing gets; it joins `list` when it is asked for the first time. */
  private number(list: Member[], letter: string, member: Member): number {
    const key = `${letter}${member.module === this.request.core ? "core" : "shell"}${member.index}`;
    let found = this.numbers.get(key);
    if (found === undefined) {
      found = list.push(member) - 1;
      this.numbers.set(key, found);
    }
    return found;
  }

  private function(module: WasmModule, index: number): number {
    const imported = module.imports.filter(({ kind }) => kind === "function")[index];
    if (!imported) return this.number(this.functions, "f", { module, index });
    const { core } = this.request;
    if (module === core) throw new NablaError(`${core.what} imports ${imported.module}.${imported.name}; expected no import`);
    return this.function(core, exported(core, imported.name));
  }

  private defined(module: WasmModule, index: number): WasmFunction {
    const imported = module.imports.filter(({ kind }) => kind === "function").length;
    const found = module.functions[index - imported];
    if (!found) throw new NablaError(`${module.what}: there is no function ${index}`);
    return found;
  }

  private type(module: WasmModule, index: number): number {
    const found = module.types[index];
    if (!found) throw new NablaError(`${module.what}: there is no type ${index}`);
    return this.typeNumber(found);
  }

  private typeNumber(bytes: Uint8Array): number {
    const known = this.types.findIndex((type) => String(type) === String(bytes));
    return known < 0 ? this.types.push(bytes) - 1 : known;
  }

  private body({ module, index }: Member): Uint8Array {
    const { locals, code } = this.defined(module, index);
    return concat([locals, this.code(module, code)]);
  }

  /** Instructions with the new numbers of what they name. */
  private code(module: WasmModule, code: WasmFunction["code"]): Uint8Array {
    const pieces: Bytes[] = [];
    for (const { opcode, from, to, reference, constant } of code) {
      if (constant !== undefined) this.constants.add(constant >>> 0);
      if (!reference) {
        pieces.push(module.bytes.subarray(from, to));
        continue;
      }
      const { kind, index } = reference;
      const number =
        kind === "function"
          ? this.function(module, index)
          : kind === "global"
            ? this.number(this.globals, "g", { module, index })
            : this.type(module, index);
      // a block names its type by a signed number
      const isBlock = kind === "type" && opcode !== CALL_INDIRECT;
      pieces.push(module.bytes.subarray(from, reference.from), isBlock ? s32(number) : u32(number));
      pieces.push(module.bytes.subarray(reference.to, to));
    }
    return concat(pieces);
  }

  /** What sets globals that are reached. */
  private keptStatements(): readonly Statement[] {
    return (this.statements ?? []).filter(({ global }) => this.numbers.has(`gcore${global}`));
  }

  private global({ module, index }: Member): Uint8Array {
    const found = module.globals[index];
    if (!found) throw new NablaError(`${module.what}: there is no global ${index}`);
    const known = module.exports.find((item) => item.kind === GLOBAL && item.index === index)?.name ?? "";
    const value = module === this.request.shell ? this.request.globals[known] : undefined;
    return concat([found.type, value === undefined ? found.init : [I32_CONST, ...s32(value), END]]);
  }
}

function exported(module: WasmModule, wanted: string): number {
  const found = module.exports.find((item) => item.kind === FUNCTION && item.name === wanted);
  if (!found) throw new NablaError(`${module.what} has no function ${wanted}; is it a core of another version?`);
  return found.index;
}

function segment({ offset, bytes }: { offset: number; bytes: Uint8Array }): Uint8Array {
  return concat([[0, I32_CONST, ...s32(offset), END], u32(bytes.length), bytes]);
}
