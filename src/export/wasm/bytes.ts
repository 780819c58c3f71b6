/** The numbers that WebAssembly modules are written in, read with every length checked against the bytes that are there. */
import { NablaError } from "../../errors.ts";
import { anyText, toUtf8 } from "../../host.ts";

/** Reads from `at` to `end` of some bytes. */
export class ByteReader {
  /** @param what stands before every error: "the core" */
  constructor(
    readonly bytes: Uint8Array,
    readonly what: string,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  get done(): boolean {
    return this.at >= this.end;
  }

  fail(problem: string): never {
    throw new NablaError(`${this.what}: not a WebAssembly module as expected: ${problem} at byte ${this.at}`);
  }

  byte(): number {
    if (this.at >= this.end) this.fail("it ends in the middle");
    return this.bytes[this.at++]!;
  }

  /** The next n bytes: a view. */
  take(n: number): Uint8Array {
    if (n > this.end - this.at) this.fail(`${n} bytes are announced, ${this.end - this.at} are left`);
    this.at += n;
    return this.bytes.subarray(this.at - n, this.at);
  }

  skip(n: number): void {
    this.take(n);
  }

  /** A reader of the next n bytes, which this one leaves behind. */
  part(n: number): ByteReader {
    const from = this.at;
    this.skip(n);
    return new ByteReader(this.bytes, this.what, from, from + n);
  }

  /** An unsigned number of up to 32 bits (LEB128). */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 15) this.fail("a number is too large");
      value += ((byte & 127) << shift) >>> 0;
      if (byte < 128) return value;
    }
  }

  /** A signed number of up to `bits` bits (LEB128). */
  signed(bits: 32 | 33 | 64): bigint {
    let value = 0n;
    for (let shift = 0n; ; ) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      shift += 7n;
      if (byte < 128) return BigInt.asIntN(Math.min(bits, Number(shift)), value);
      if (shift >= bits) this.fail("a number is too large");
    }
  }

  name(): string {
    return anyText(this.take(this.u32()));
  }

  /** As many items as the number that comes first says. */
  vector<T>(item: (index: number) => T): T[] {
    const n = this.u32();
    // an item takes a byte at least
    if (n > this.end - this.at) this.fail(`${n} items are announced, ${this.end - this.at} bytes are left`);
    return Array.from({ length: n }, (_, i) => item(i));
  }
}

export type Bytes = readonly number[] | Uint8Array;

/** Pieces one after the other. */
export function concat(pieces: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

export function u32(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  return [...out, rest];
}

export function s32(value: number): number[] {
  const out: number[] = [];
  let rest = value | 0;
  while (rest < -64 || rest > 63) {
    out.push((rest & 127) | 128);
    rest >>= 7;
  }
  return [...out, rest & 127];
}

export const name = (text: string): Uint8Array => {
  const bytes = toUtf8(text);
  return concat([u32(bytes.length), bytes]);
};

export const vector = (items: readonly Bytes[]): Uint8Array => concat([u32(items.length), ...items]);

/** Its length before it. */
export const sized = (bytes: Uint8Array): Uint8Array => concat([u32(bytes.length), bytes]);
