/** What is fuzzed: anything that reads what others wrote. */
import type * as fc from "fast-check";

/** An input, and what a reader must make of it where that is known. */
export interface Sample {
  readonly bytes: Uint8Array;
  /** What run() must give back. Left out: anything that breaks no rule. */
  readonly want?: unknown;
}

/** A part of a file that is changed as if it stood alone: what is packed, or behind a checksum. */
export interface Layer {
  /** Undefined for bytes that have no such part. */
  open(bytes: Uint8Array): Opened | undefined;
  /** The part is a document. */
  readonly json?: boolean;
}

export interface Opened {
  readonly inner: Uint8Array;
  /** The file with another part, and what it says about it set right. */
  close(inner: Uint8Array): Uint8Array;
}

/** One kind of input. Each is one file in `targets/` and one line in its index. */
export interface Target {
  readonly name: string;
  /** Whole files to begin with, and what once went wrong. */
  seeds(): Iterable<Sample> | Promise<Iterable<Sample>>;
  /** Files by structure: right and nearly right. */
  readonly arbitrary: fc.Arbitrary<Sample>;
  readonly layers?: readonly Layer[];
  /** What such files say. */
  readonly words?: readonly string[];
  /** Reads it; what it gives back is compared with a second reading. @throws what is judged */
  run(bytes: Uint8Array): unknown;
  /** Bytes of memory it may take for an input of so many; default: 64 each and 16 MiB. */
  memory?(bytes: number): number;
  /** Errors that are right besides NablaErrors. */
  allows?(error: unknown): boolean;
}
