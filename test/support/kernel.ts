/**
 * Runs single kernels the way production does: a record and a one-instruction tape in linear memory.
 * Every buffer lies between canaries, because WebAssembly only traps at the end of memory.
 */
import { Core, type KernelName } from "../../src/core/core.ts";
import { fullBuild } from "../../src/core/full.ts";
import type { FieldsOf, Layout } from "../../src/core/layouts.ts";
import { inlined } from "./bytes.ts";

/** Values a row of n occupies. */
export const ld = (n: number): number => (n + 3) & ~3;

const CANARY = 0x7fc0dead;
const GUARD_WORDS = 16;

/** Which build of the core is under test: NABLA_TARGET=debug keeps assertions, threads has a shared memory. */
const target: string | undefined = import.meta.env.NABLA_TARGET;
const builds = import.meta.glob<string>("../../build/core/{debug,threads}.wasm", {
  query: "?url&inline",
  import: "default",
});
const bytes = target && inlined(await builds[`../../build/core/${target}.wasm`]!());

export function testCore(): Core {
  if (!bytes) return new Core(fullBuild);
  if (target !== "threads") return new Core({ code: bytes });
  return new Core({ code: bytes }, new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true }));
}

export class Bed {
  readonly core = testCore();
  private top: number;
  private readonly buffers: { name: string; offset: number; bytes: number }[] = [];
  readonly step: number;

  constructor() {
    this.top = this.core.base;
    this.step = this.alloc("step", 64);
  }

  /** Bytes at a 64-byte boundary with canaries on both sides. The contents are NaN until written. */
  alloc(name: string, bytes: number): number {
    const offset = Math.ceil((this.top + GUARD_WORDS * 4) / 64) * 64;
    this.top = offset + Math.ceil(bytes / 4) * 4 + GUARD_WORDS * 4;
    this.core.reserve(this.top + 64);
    this.core.i32(offset, Math.ceil(bytes / 4)).fill(CANARY);
    this.core.i32(offset - GUARD_WORDS * 4, GUARD_WORDS).fill(CANARY);
    this.core.i32(offset + Math.ceil(bytes / 4) * 4, GUARD_WORDS).fill(CANARY);
    this.buffers.push({ name, offset, bytes: Math.ceil(bytes / 4) * 4 });
    if (name === "step") this.core.i32(offset, bytes / 4).fill(0);
    return offset;
  }

  /** A [rows, columns] matrix with row stride ld(columns); padding columns hold `padding`. */
  matrix(name: string, rows: number, columns: number, values?: ArrayLike<number>, padding = 0): number {
    const offset = this.alloc(name, rows * ld(columns) * 4);
    if (values) this.write(offset, rows, columns, values, padding);
    return offset;
  }

  write(offset: number, rows: number, columns: number, values: ArrayLike<number>, padding = 0): void {
    const view = this.core.f32(offset, rows * ld(columns));
    view.fill(padding);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) view[r * ld(columns) + c] = values[r * columns + c];
  }

  read(offset: number, rows: number, columns: number): Float32Array {
    const view = this.core.f32(offset, rows * ld(columns));
    const out = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) out[r * columns + c] = view[r * ld(columns) + c];
    return out;
  }

  /** The padding columns of a matrix, row by row. */
  padding(offset: number, rows: number, columns: number): number[] {
    const view = this.core.f32(offset, rows * ld(columns));
    const out: number[] = [];
    for (let r = 0; r < rows; r++)
      for (let c = columns; c < ld(columns); c++) out.push(view[r * ld(columns) + c]);
    return out;
  }

  /** Runs one kernel on `rows` rows, in `parts` shares one after the other, then checks all canaries. */
  run<K extends KernelName>(
    kernel: K,
    fields: { [F in FieldsOf<K>]: number },
    rows: number,
    parts = 1,
  ): void {
    const layout: Layout = this.core.record(kernel);
    const record = this.alloc("record", Object.keys(layout).length * 4);
    for (const [name, { at, type }] of Object.entries(layout)) {
      const value = (fields as Record<string, number>)[name];
      if (type === "f") this.core.f32(record + at, 1)[0] = value;
      else this.core.i32(record + at, 1)[0] = value;
    }
    const tape = this.alloc("tape", 8);
    this.core.i32(tape, 2).set([this.core.kernel(kernel), record]);
    for (let part = 0; part < parts; part++)
      this.core.exports.runPart(tape, 0, 1, rows, this.step, part, parts);
    this.check();
  }

  /** Throws where a canary died, naming the buffer beside it. */
  check(): void {
    for (const { name, offset, bytes } of this.buffers) {
      for (const [side, at] of [
        ["before", offset - GUARD_WORDS * 4],
        ["after", offset + bytes],
      ] as const) {
        const guard = this.core.i32(at, GUARD_WORDS);
        for (let i = 0; i < GUARD_WORDS; i++) {
          if (guard[i] !== CANARY)
            throw new Error(`a kernel wrote ${side} buffer "${name}" (word ${i} of its guard)`);
        }
      }
    }
    const zeros = this.core.u8(0, this.core.exports.ZEROS.value as number);
    if (zeros.some((v) => v !== 0)) throw new Error("a kernel wrote into the zeros at the start of memory");
  }
}

/** Deterministic test values in [-1, 1). */
export function values(n: number, seed = 1): Float32Array {
  const out = new Float32Array(n);
  let s = (seed * 2654435761) >>> 0;
  for (let i = 0; i < n; i++) {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    out[i] = (s >>> 8) / 8388608 - 1;
  }
  return out;
}
