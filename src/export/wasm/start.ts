/** What a core does when it starts, statement by statement, so that only what is still of use is kept. */

import { CALL, DROP, END, FIRST_PLAIN, GLOBAL_SET, type Instruction } from "./instructions.ts";
import type { WasmModule } from "./module.ts";
import { FUNCTION_OBJECT, type Span } from "./objects.ts";

/** Sets one global, or gives a value away: instructions that take nothing from before and leave nothing behind. */
export interface Statement {
  /** Undefined where it has none, as of a global that the optimiser found nobody to read. */
  readonly global?: number;
  readonly code: readonly Instruction[];
  /** The object of a function that it asks for the function's number, if that is what it does. */
  readonly object?: Span;
}

/** Files that import files. A function that calls itself is none of them. */
const DEEPEST = 8;

/** The statements of the function a module starts with; undefined where it does anything but set globals. */
export function startStatements(module: WasmModule): Statement[] | undefined {
  if (module.start === undefined) return [];
  const code = startCode(module, module.start);
  const statements: Statement[] = [];
  let from = 0;
  for (const [i, { opcode, reference }] of code.entries()) {
    if (opcode === END && i === code.length - 1 && from === i) return statements;
    if (opcode === GLOBAL_SET || opcode === DROP) {
      const part = code.slice(from, i + 1);
      const object = asksForFunction(part);
      statements.push({
        ...(reference && { global: reference.index }),
        code: part,
        ...(object && { object }),
      });
      from = i + 1;
    } else if (opcode < FIRST_PLAIN) return undefined;
  }
  return undefined;
}

/** In the place of calls what is called: AssemblyScript writes a function for each file that sets globals. */
function startCode(module: WasmModule, index: number, depth = 0): readonly Instruction[] {
  return bodyOf(module, index).flatMap((instruction) =>
    instruction.opcode === CALL && depth < DEEPEST && isStatement(module, instruction.reference!.index)
      ? startCode(module, instruction.reference!.index, depth + 1).slice(0, -1)
      : [instruction],
  );
}

/** Whether a function takes nothing and gives nothing. */
const isStatement = ({ functions, types }: WasmModule, index: number): boolean =>
  types[functions[index]!.type]!.join() === "96,0,0";

function bodyOf(module: WasmModule, index: number): readonly Instruction[] {
  return module.functions[index]?.code ?? [];
}

const I32_LOAD = 0x28;

/** `global = load<i32>(address of a function's object)`: the number by which the table knows the function. */
function asksForFunction(code: readonly Instruction[]): Span | undefined {
  const [address, load] = code;
  if (code.length !== 3 || address!.constant === undefined || load!.opcode !== I32_LOAD) return undefined;
  const at = address!.constant >>> 0;
  return { from: at - FUNCTION_OBJECT.header, to: at + FUNCTION_OBJECT.bytes };
}
