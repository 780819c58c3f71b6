/** The instructions of a function's body: where each one lies and which function, global or type it names. */
import type { ByteReader } from "./bytes.ts";

/** A number by which an instruction names something of its module. */
export interface Reference {
  readonly kind: "function" | "global" | "type";
  readonly index: number;
  /** Where the number stands among the bytes that were read. */
  readonly from: number;
  readonly to: number;
}

export interface Instruction {
  readonly opcode: number;
  readonly from: number;
  readonly to: number;
  readonly reference?: Reference;
  /** i32.const: its value. */
  readonly constant?: number;
}

export const END = 0x0b;
export const CALL = 0x10;
export const CALL_INDIRECT = 0x11;
export const DROP = 0x1a;
export const GLOBAL_SET = 0x24;
export const I32_CONST = 0x41;
/** From here on instructions only take values and give values: no jumps, calls, variables. */
export const FIRST_PLAIN = 0x28;

/** An expression up to its end: that of a function's body, or what a global begins with. */
export function* instructions(reader: ByteReader): Generator<Instruction> {
  let depth = 0;
  for (;;) {
    const from = reader.at;
    const opcode = reader.byte();
    const reference = (kind: Reference["kind"]): Reference => {
      const at = reader.at;
      return { kind, index: reader.u32(), from: at, to: reader.at };
    };
    let named: Reference | undefined;
    let constant: number | undefined;
    if (opcode === 0x02 || opcode === 0x03 || opcode === 0x04) {
      depth++;
      named = blockType(reader);
    } else if (opcode === CALL) named = reference("function");
    else if (opcode === CALL_INDIRECT) {
      named = reference("type");
      if (reader.u32() !== 0) reader.fail("a second table");
    } else if (opcode === 0x23 || opcode === GLOBAL_SET) named = reference("global");
    else if (opcode === I32_CONST) constant = Number(reader.signed(32));
    else skipOperands(reader, opcode);
    yield { opcode, from, to: reader.at, ...(named && { reference: named }), constant };
    if (opcode === END && depth-- === 0) return;
  }
}

/** A block gives nothing, one value, or is of a type of the module. */
function blockType(reader: ByteReader): Reference | undefined {
  const from = reader.at;
  const index = Number(reader.signed(33));
  return index < 0 ? undefined : { kind: "type", index, from, to: reader.at };
}

function memoryOperand(reader: ByteReader): void {
  if (reader.u32() > 63) reader.fail("a second memory");
  reader.u32();
}

function skipOperands(reader: ByteReader, opcode: number): void {
  if (opcode <= 0x01 || opcode === 0x05 || opcode === END || opcode === 0x0f) return;
  if (opcode === DROP || opcode === 0x1b || (opcode >= 0x45 && opcode <= 0xc4)) return;
  if (opcode === 0x0c || opcode === 0x0d || (opcode >= 0x20 && opcode <= 0x22)) reader.u32();
  else if (opcode === 0x0e) {
    reader.vector(() => reader.u32());
    reader.u32();
  } else if (opcode === 0x1c) reader.vector(() => reader.byte());
  else if (opcode >= 0x28 && opcode <= 0x3e) memoryOperand(reader);
  else if (opcode === 0x3f || opcode === 0x40) reader.skip(1);
  else if (opcode === 0x42) reader.signed(64);
  else if (opcode === 0x43) reader.skip(4);
  else if (opcode === 0x44) reader.skip(8);
  else if (opcode === 0xfc) skipBulk(reader);
  else if (opcode === 0xfd) skipVector(reader);
  else reader.fail(`instruction ${opcode}, which nothing in the core uses,`);
}

/** Saturating conversions, and copying and filling memory. */
function skipBulk(reader: ByteReader): void {
  const code = reader.u32();
  if (code <= 7) return;
  if (code === 10) reader.skip(2);
  else if (code === 11) reader.skip(1);
  else reader.fail(`instruction 252 ${code}, which nothing in the core uses,`);
}

/** 128-bit SIMD. */
function skipVector(reader: ByteReader): void {
  const code = reader.u32();
  if (code <= 11 || code === 92 || code === 93) memoryOperand(reader);
  else if (code === 12 || code === 13) reader.skip(16);
  else if (code >= 21 && code <= 34) reader.skip(1);
  else if (code >= 84 && code <= 91) {
    memoryOperand(reader);
    reader.skip(1);
  } else if (code > 255)
    reader.fail(`instruction 253 ${code}: relaxed SIMD, whose bits differ between hosts,`);
}
