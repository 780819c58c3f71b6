/**
 * One instance of the core with its own linear memory. The only place that touches WebAssembly: everything else sees
 * byte offsets and typed-array views made on demand.
 */

import { instantiateSync } from "#loader";
import { NablaError } from "../errors.ts";
import { type Build, compiled, compiledCore } from "./compile.ts";
import { denseBuild } from "./dense.ts";
import { type FieldsOf, type Layout, layoutOf, numberOf, type RecordName } from "./layouts.ts";
import type { Kernels } from "./records.ts";

export type KernelName = keyof Kernels;

/** Every range begins at a multiple of this: a line of the first-level cache. */
const ALIGN = 64;
/** Bytes of a WebAssembly page. */
const PAGE = 65536;
type Fill = (
  p: number,
  n: number,
  seedLow: number,
  seedHigh: number,
  stream: number,
  step: number,
  a: number,
  b: number,
) => void;
/** Between plain row-major [k, out], `columns` floats from row to row, and packed weights: see assembly/math/packed.ts. */
type Pack = (to: number, from: number, k: number, out: number, columns: number) => void;

export interface CoreExports extends Record<string, unknown> {
  memory: WebAssembly.Memory;
  run(tape: number, from: number, to: number, rows: number, step: number): number;
  runPart(
    tape: number,
    from: number,
    to: number,
    rows: number,
    step: number,
    part: number,
    parts: number,
  ): number;
  /** `n` values at `p`, value i a function of (seed, stream, step, i) alone; twin of src/math/random.ts. */
  fillUniform: Fill;
  fillGaussian: Fill;
  sha256Init(state: number): void;
  sha256Blocks(state: number, p: number, blocks: number): void;
  allFinite(p: number, n: number): number;
  packWeights: Pack;
  unpackWeights: Pack;
  ZEROS: WebAssembly.Global;
  BASE: WebAssembly.Global;
}

function instantiated(module: WebAssembly.Module, memory: WebAssembly.Memory | undefined) {
  try {
    return instantiateSync(module, memory ? { env: { memory } } : {}).exports as CoreExports;
  } catch (cause) {
    if ((cause as Error).name !== "RangeError") throw cause;
    throw new NablaError(
      `no memory for another model (${(cause as Error).message}); engines allow only so many at a time, Chrome about a hundred in a page: drop models that are no longer used, or save() them and load() one when it is needed`,
      { cause },
    );
  }
}

type View = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

export class Core {
  readonly exports: CoreExports;
  private readonly views: (View | undefined)[] = [];
  private stepFields: Layout<FieldsOf<"Step">> | undefined;
  /** What this is an instance of: another thread need not compile it again. */
  readonly module: WebAssembly.Module;

  /**
   * @param build which kernels there are; by default those of dense layers
   * @param memory for a build that imports its memory (shared.ts); what loadCore() was given has one of its own
   */
  constructor(
    readonly build: Build = denseBuild,
    memory?: WebAssembly.Memory,
  ) {
    this.module = memory ? compiled(build) : compiledCore(build);
    this.exports = instantiated(this.module, memory);
  }

  /** The module of another build. */
  compile(build: Build): WebAssembly.Module {
    return compiledCore(build);
  }

  /** First byte that plans may use; what lies before belongs to the core. */
  get base(): number {
    return Math.ceil((this.exports.BASE.value as number) / ALIGN) * ALIGN;
  }

  /** Makes at least `bytes` addressable. Growing detaches views, so it happens between plans, never while one runs. */
  reserve(bytes: number): void {
    const memory = this.exports.memory;
    const missing = Math.ceil(bytes / PAGE) - memory.buffer.byteLength / PAGE;
    if (missing <= 0) return;
    try {
      memory.grow(missing);
    } catch (cause) {
      throw new NablaError(
        `not enough memory: the plan needs ${(bytes / 1048576).toFixed(0)} MiB and the engine refused to grow to that; use a smaller batch size or fewer units`,
        { cause },
      );
    }
  }

  f32(offset: number, length: number): Float32Array<ArrayBuffer> {
    return this.view(Float32Array, offset, length, 0);
  }
  i32(offset: number, length: number): Int32Array<ArrayBuffer> {
    return this.view(Int32Array, offset, length, 256);
  }
  u8(offset: number, length: number): Uint8Array<ArrayBuffer> {
    return this.view(Uint8Array, offset, length, 512);
  }

  /** A view that is there already, where it was among the last: each step asks for the same ones, and is to leave nothing behind. */
  private view<V extends View>(
    type: new (buffer: ArrayBuffer, offset: number, length: number) => V,
    offset: number,
    length: number,
    first: number,
  ): V {
    const at = first + (((offset >>> 4) ^ length) & 255);
    const found = this.views[at];
    // one whose memory has grown since has no length
    if (found?.byteOffset === offset && found.length === length) return found as V;
    const made = new type(this.exports.memory.buffer as ArrayBuffer, offset, length);
    this.views[at] = made;
    return made;
  }

  /** The number instructions know a kernel by: as the compiled module exports it, or its place among the records. */
  kernel(name: KernelName): number {
    return (this.exports[name] as WebAssembly.Global | undefined)?.value ?? numberOf(this.module, name);
  }

  /** Whether it has the kernels of losses, gradients and steps. */
  get trains(): boolean {
    return this.record("SGD") !== undefined;
  }

  /** Where the fields lie of the record a kernel takes, or of one that no kernel takes. */
  record<N extends RecordName>(name: N): Layout<FieldsOf<N>> {
    return layoutOf(this.module, name);
  }

  /** Those of the record that says what changes from step to step: looked up once, as each step sets it. */
  get step(): Layout<FieldsOf<"Step">> {
    return (this.stepFields ??= this.record("Step"));
  }

  /** A size that kernels agree on with their callers. */
  constant(name: string): number {
    return (this.exports[name] as WebAssembly.Global).value as number;
  }

  /** A size, computed by a function of the core. */
  size(name: string, ...of: readonly number[]): number {
    return (this.exports[name] as (...of: readonly number[]) => number)(...of);
  }

  /** Runs instructions from … to of the tape on `rows` rows; returns how many ran. */
  run(tape: number, from: number, to: number, rows: number, step: number): number {
    return this.exports.run(tape, from, to, rows, step);
  }
}
