/**
 * Collects the buffers and instructions of one plan, then turns them into bytes for linear memory.
 * Nothing here touches WebAssembly: a plan is arithmetic over offsets.
 */

import type { FieldsOf, Layout } from "../core/layouts.ts";
import { MAX_BYTES } from "../core/limits.ts";
import type { ConstantName, Kernels, SizeName } from "../core/records.ts";
import { NablaError } from "../errors.ts";
import { sizeOf } from "../shape.ts";

export type KernelName = keyof Kernels;

/** A stretch of linear memory. Its offset is known once the plan is finished. */
export interface Range {
  readonly name: string;
  bytes: number;
  offset: number;
  /** An image whose pixels lie without padding channels: only the model's own input does. */
  readonly packed?: boolean;
}

/** What a record field is set to: a number, or where a range will lie. */
export type Value = number | Range;
/** The fields a kernel's record takes. */
export type KernelFields<K extends KernelName> = { [F in FieldsOf<K>]: Value };

/** A plan ready to be copied into linear memory at `base`. */
export interface PlanImage {
  readonly base: number;
  /** The step record, records and tape, to be copied to `base`. */
  readonly bytes: Uint8Array;
  /** Offset of the first instruction. */
  readonly tape: number;
  /** Offset of the step record. */
  readonly step: number;
  /** First byte after the plan's last buffer. */
  readonly end: number;
}

/** What the compiled core exports about itself. */
export interface CoreFacts {
  /** The number instructions know a kernel by. */
  kernel(name: KernelName): number;
  /** The fields of the record a kernel takes, in memory order, four bytes each. */
  record(name: KernelName): Layout;
  /** A size that kernels agree on with their callers. */
  constant(name: ConstantName): number;
  /** Bytes of scratch that each part of a kernel needs, which depends on shapes: computed by a function of the core. */
  size(name: SizeName, ...of: readonly number[]): number;
}

const ALIGN = 64;
export const align = (n: number): number => Math.ceil(n / ALIGN) * ALIGN;

/** Rows of n values without the padding between them: a copy, in `to` from `at` on. @param stride values from row to row */
export function unpadded(
  values: Float32Array,
  stride: number,
  n: number,
  to: Float32Array<ArrayBuffer> = new Float32Array((values.length / stride) * n),
  at = 0,
): Float32Array<ArrayBuffer> {
  if (stride === n) to.set(values, at);
  else
    for (let from = 0, i = at; from < values.length; from += stride)
      for (let c = 0; c < n; c++) to[i++] = values[from + c];
  return to;
}

/** Values a row of n occupies: rows start on 16-byte boundaries. */
export const ld = (n: number): number => Math.ceil(n / 4) * 4;

/**
 * Floats that one row of this shape occupies. A flat row is padded at its end; an image is a row for each pixel, so its channels are
 * padded.
 */
export function floatsOf(shape: readonly number[]): number {
  const last = shape[shape.length - 1] ?? 1;
  return sizeOf(shape.slice(0, -1)) * ld(last);
}

/**
 * Whether rows of this shape have padding between their values, not only at the end: images of several pixels whose channels are
 * no multiple of four. The number of floats in a row is not enough to know: [1, 2, 3] takes 8 either way, in different places.
 */
export function hasGaps(shape: readonly number[]): boolean {
  const last = shape[shape.length - 1] ?? 1;
  return ld(last) !== last && shape.slice(0, -1).some((n) => n > 1);
}

/** First and last instruction that a range is needed for. */
interface Lifetime {
  from: number;
  to: number;
}
const FOREVER = Number.POSITIVE_INFINITY;

interface Instruction {
  readonly kernel: KernelName;
  readonly fields: Record<string, Value>;
  /** Rows of the kernel's matrices for each row of the batch. */
  readonly each: number;
}

export class PlanBuilder {
  private readonly ranges: Range[] = [];
  private readonly instructions: Instruction[] = [];
  private readonly lifetimes = new Map<Range, Lifetime>();
  /** The step record, which records of losses and optimizers point to. */
  readonly step: Range = { name: "step", bytes: ALIGN, offset: 0 };

  /**
   * @param rows how many rows of a batch buffers are made for
   * @param parts in how many shares instructions may be run, each of which may want scratch of its own
   */
  constructor(
    readonly rows: number,
    readonly core: CoreFacts,
    readonly parts = 1,
  ) {}

  /** A buffer that is needed from the first to the last instruction that names it. Others may lie there before and after. */
  alloc(name: string, bytes: number, packed = false): Range {
    const range = { name, bytes: align(bytes), offset: 0, ...(packed && { packed }) };
    this.ranges.push(range);
    return range;
  }

  /** A buffer for one value of this shape per row, padded: see floatsOf(). */
  tensor(name: string, shape: readonly number[]): Range {
    return this.alloc(name, this.rows * floatsOf(shape) * 4);
  }

  /** The range keeps its place for the whole plan: what others write before it runs or read afterwards. */
  pin(range: Range): Range {
    this.lifetimes.set(range, { from: -1, to: FOREVER });
    return range;
  }

  /** The range is left alone at least until the instruction that was put on the tape last. */
  keep(range: Range): void {
    this.touch(range, this.instructions.length - 1);
  }

  private touch(range: Range, at: number): void {
    const lifetime = this.lifetimes.get(range);
    if (!lifetime) this.lifetimes.set(range, { from: at, to: at });
    else lifetime.to = Math.max(lifetime.to, at);
  }

  /**
   * Puts an instruction at the end of the tape.
   *
   * @param each how many rows the kernel's matrices have for each row of the batch: the pixels of an image, the steps of a sequence,
   * where the kernel works on the last axis. Default 1
   */
  emit<K extends KernelName>(kernel: K, fields: KernelFields<K>, each = 1): void {
    const at = this.instructions.length;
    this.instructions.push({ kernel, fields: fields as Record<string, Value>, each });
    for (const value of Object.values<Value>(fields)) if (typeof value !== "number") this.touch(value, at);
  }

  /** How many instructions there are so far: where the next part of the tape begins. */
  get length(): number {
    return this.instructions.length;
  }

  /**
   * Places everything from `base` on.
   * @throws NablaError when the plan passes what 32-bit offsets can reach; names the three largest buffers
   */
  finish(base: number, parameters: readonly Range[] = []): PlanImage {
    let at = align(base);
    const start = at;
    this.step.offset = at;
    at += this.step.bytes;
    const records: number[] = [];
    const put = (kernel: KernelName) => {
      const record = at;
      at += Object.keys(this.core.record(kernel)).length * 4;
      return record;
    };
    // the record of EACH follows that of the kernel it calls
    const outer: number[] = [];
    for (const { kernel, each } of this.instructions) {
      const record = put(kernel);
      records.push(record);
      outer.push(each === 1 ? record : put("EACH"));
    }
    const tape = Math.ceil(at / 8) * 8;
    at = align(tape + this.instructions.length * 8);
    const imageEnd = at;
    at = this.place(at);
    if (!(at <= MAX_BYTES)) throw tooLarge(at, [...parameters, ...this.ranges]);
    const view = new DataView(new ArrayBuffer(imageEnd - start));
    const write = (kernel: KernelName, record: number, fields: Readonly<Record<string, Value>>) => {
      for (const [field, { at, type }] of Object.entries(this.core.record(kernel))) {
        const value = fields[field];
        const number = typeof value === "number" ? value : value.offset;
        const where = record - start + at;
        if (type === "f") view.setFloat32(where, number, true);
        else view.setUint32(where, number, true);
      }
    };
    this.instructions.forEach(({ kernel, fields, each }, i) => {
      write(kernel, records[i], fields);
      const number = this.core.kernel(kernel);
      if (each > 1) write("EACH", outer[i], { kernel: number, record: records[i], each });
      view.setUint32(tape - start + i * 8, each > 1 ? this.core.kernel("EACH") : number, true);
      view.setUint32(tape - start + i * 8 + 4, outer[i], true);
    });
    return { base: start, bytes: new Uint8Array(view.buffer), tape, step: this.step.offset, end: at };
  }

  /**
   * Gives every buffer a place from `start` on; returns the end. The largest first, each at the lowest place where nothing lies that
   * is needed at the same time.
   */
  private place(start: number): number {
    const never: Lifetime = { from: 0, to: -1 };
    const placed: { range: Range; from: number; to: number }[] = [];
    let end = start;
    const bySize = this.ranges
      .map((range) => ({ range, ...(this.lifetimes.get(range) ?? never) }))
      .sort((a, b) => b.range.bytes - a.range.bytes);
    for (const item of bySize) {
      const others = placed.filter((other) => other.from <= item.to && item.from <= other.to);
      let at = start;
      for (const { range } of others) {
        if (at + item.range.bytes <= range.offset) break;
        at = Math.max(at, range.offset + range.bytes);
      }
      item.range.offset = at;
      end = Math.max(end, at + item.range.bytes);
      // in the order of offsets, so that a gap is found in one pass
      const index = placed.findIndex(({ range }) => range.offset > at);
      placed.splice(index < 0 ? placed.length : index, 0, item);
    }
    return end;
  }
}

/** The error for a plan beyond 4 GiB. */
export function tooLarge(bytes: number, ranges: readonly Range[]): NablaError {
  const largest = [...ranges].sort((a, b) => b.bytes - a.bytes).slice(0, 3);
  const size = (n: number) => `${(n / 2 ** 30).toFixed(n < 2 ** 30 ? 3 : 1)} GiB`;
  return new NablaError(
    `the model needs ${size(bytes)}, more than the 4 GiB that WebAssembly can address; the largest tensors are ${largest
      .map((r) => `${r.name} (${size(r.bytes)})`)
      .join(", ")}. Use fewer units or a smaller batch size`,
  );
}
