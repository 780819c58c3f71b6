/**
 * Scans of progressive JPEG: each brings some coefficients of all blocks, or one bit more of them (ITU-T T.81, G.2). They are kept
 * until the last scan is there.
 */
import { NablaError } from "../../../errors.ts";
import type { Bits } from "./bits.ts";
import type { Frame } from "./frame.ts";
import { inverse } from "./idct.ts";
import type { Plane } from "./pixels.ts";
import { blocksOf, needed, type ReadBlock, type Scan, type ScanComponent, ZIGZAG } from "./scan.ts";
import { tooLarge, tooMany } from "./sequential.ts";

/** Bits of a coefficient that are to come; before its first scan nobody knows. */
const UNKNOWN = -1;

export class Coefficients {
  /** Of each component: 64 for each block, row by row within it. */
  readonly #values: Int16Array[];
  /** Of each component, for each of its 64 coefficients. */
  readonly #toCome: Int8Array[];

  constructor(readonly frame: Frame) {
    this.#values = frame.components.map(({ stride, rows }) => new Int16Array(stride * rows * 64));
    this.#toCome = frame.components.map(() => new Int8Array(64).fill(UNKNOWN));
  }

  *scan(scan: Scan, bits: Bits, interval: number): Generator<undefined, void> {
    this.#expect(scan);
    const values = this.#values;
    const at = ({ component, index }: ScanComponent, column: number, row: number) => ({
      block: values[index]!,
      from: (row * component.stride + column) * 64,
    });
    const { read, restart } =
      scan.first > 0
        ? scan.before > 0
          ? refineAc(scan, bits, at)
          : firstAc(scan, bits, at)
        : scan.before > 0
          ? refineDc(scan, bits, at)
          : firstDc(scan, bits, at);
    yield* blocksOf(scan, this.frame, interval, bits, read, restart);
  }

  /** Each bit comes once, after those above it: so the work is bounded, and no scan is there twice or missing. */
  #expect({ components, first, last, before, after }: Scan): void {
    for (const { index } of components) {
      const toCome = this.#toCome[index]!;
      for (let k = first; k <= last; k++) {
        const known = toCome[k] === UNKNOWN ? 0 : toCome[k]!;
        if (toCome[k] === UNKNOWN ? before > 0 : before === 0 || before !== known)
          throw new NablaError(
            "damaged JPEG: its scans do not follow each other; copy or download the file again",
          );
        toCome[k] = after;
      }
    }
  }

  /** Whether all scans were there. */
  get complete(): boolean {
    return this.#toCome.every((bits) => bits.every((left) => left === 0));
  }

  *samples(steps: readonly Uint16Array[], planes: readonly Plane[]): Generator<undefined, void> {
    const block = new Int32Array(64);
    for (const [index, { stride, blocksWide, blocksHigh }] of this.frame.components.entries()) {
      const [values, step] = [this.#values[index]!, steps[index]!];
      for (let row = 0; row < blocksHigh; row++) {
        for (let column = 0; column < blocksWide; column++) {
          const from = (row * stride + column) * 64;
          let last = 0;
          for (let k = 0; k < 64; k++) {
            const value = values[from + ZIGZAG[k]!]!;
            block[ZIGZAG[k]!] = Math.imul(value, step[k]!);
            if (value !== 0) last = k;
          }
          inverse(block, last, planes[index]!.samples, 64 * row * stride + 8 * column, 8 * stride);
        }
        yield;
      }
    }
  }
}

type At = (of: ScanComponent, column: number, row: number) => { block: Int16Array; from: number };
interface Reading {
  read: ReadBlock;
  restart: () => void;
}

function firstDc({ components, after }: Scan, bits: Bits, at: At): Reading {
  const before = new Int32Array(components.length);
  const tables = components.map(({ dc }) => needed(dc));
  return {
    read(of, place, column, row) {
      const size = bits.symbol(tables[place]!);
      if (size > 15) throw tooLarge(size);
      if (size > 0) before[place]! += bits.signed(size);
      const { block, from } = at(of, column, row);
      block[from] = before[place]! << after;
    },
    restart: () => before.fill(0),
  };
}

function refineDc({ after }: Scan, bits: Bits, at: At): Reading {
  return {
    read(of, _, column, row) {
      const { block, from } = at(of, column, row);
      if (bits.take(1)) block[from]! |= 1 << after;
    },
    restart() {},
  };
}

function firstAc({ components, first, last, after }: Scan, bits: Bits, at: At): Reading {
  const table = needed(components[0]!.ac);
  // blocks to come that have no more coefficients in this scan
  let empty = 0;
  return {
    read(of, _, column, row) {
      if (empty > 0) {
        empty--;
        return;
      }
      const { block, from } = at(of, column, row);
      for (let k = first; k <= last; k++) {
        const symbol = bits.symbol(table);
        const size = symbol & 15;
        const run = symbol >> 4;
        if (size === 0) {
          if (run < 15) {
            empty = (1 << run) - 1 + bits.take(run);
            break;
          }
          k += 15;
          continue;
        }
        k += run;
        if (k > last) throw tooMany();
        block[from + ZIGZAG[k]!] = bits.signed(size) << after;
      }
    },
    restart() {
      empty = 0;
    },
  };
}

function refineAc({ components, first, last, after }: Scan, bits: Bits, at: At): Reading {
  const table = needed(components[0]!.ac);
  const [plus, minus] = [1 << after, -1 << after];
  let empty = 0;
  return {
    read(of, _, column, row) {
      const { block, from } = at(of, column, row);
      /** One more bit of a coefficient that is not 0. */
      const refine = (place: number) => {
        if (bits.take(1) && (block[place]! & plus) === 0) block[place]! += block[place]! >= 0 ? plus : minus;
      };
      let k = first;
      for (; empty === 0 && k <= last; k++) {
        const symbol = bits.symbol(table);
        const size = symbol & 15;
        let run = symbol >> 4;
        let value = 0;
        if (size > 0) value = bits.take(1) ? plus : minus;
        else if (run < 15) {
          empty = (1 << run) + bits.take(run);
          break;
        }
        // passes over `run` zeros, and refines what it meets
        for (; k <= last; k++) {
          const place = from + ZIGZAG[k]!;
          if (block[place] !== 0) refine(place);
          else if (run-- === 0) {
            block[place] = value;
            break;
          }
        }
        if (value !== 0 && k > last) throw tooMany();
      }
      if (empty === 0) return;
      for (; k <= last; k++) if (block[from + ZIGZAG[k]!] !== 0) refine(from + ZIGZAG[k]!);
      empty--;
    },
    restart() {
      empty = 0;
    },
  };
}
