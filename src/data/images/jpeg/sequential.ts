/** Scans of baseline and extended JPEG: each block comes once and whole, and becomes samples at once (ITU-T T.81, F.2.2). */
import { NablaError } from "../../../errors.ts";
import type { Bits } from "./bits.ts";
import type { Frame } from "./frame.ts";
import { inverse } from "./idct.ts";
import type { Plane } from "./pixels.ts";
import { blocksOf, needed, type Scan, ZIGZAG } from "./scan.ts";

/** @param steps quantisation steps of each component of the frame, in zigzag order */
export function* sequentialScan(
  scan: Scan,
  frame: Frame,
  bits: Bits,
  interval: number,
  steps: readonly Uint16Array[],
  planes: readonly Plane[],
): Generator<undefined, void> {
  const block = new Int32Array(64);
  const before = new Int32Array(scan.components.length);
  const tables = scan.components.map(({ dc, ac }) => ({ dc: needed(dc), ac: needed(ac) }));
  yield* blocksOf(
    scan,
    frame,
    interval,
    bits,
    ({ component, index }, place, column, row) => {
      const { dc, ac } = tables[place]!;
      const step = steps[index]!;
      const size = bits.symbol(dc);
      if (size > 15) throw tooLarge(size);
      // 16 bits, as decoders keep it
      if (size > 0) before[place] = ((before[place]! + bits.signed(size)) << 16) >> 16;
      block[0] = Math.imul(before[place]!, step[0]!);
      let last = 0;
      for (let k = 1; k < 64; k++) {
        const symbol = bits.symbol(ac);
        const length = symbol & 15;
        const run = symbol >> 4;
        if (length === 0) {
          if (run < 15) break;
          k += 15;
          continue;
        }
        k += run;
        const value = bits.signed(length);
        if (k > 63) throw tooMany();
        block[ZIGZAG[k]!] = Math.imul(value, step[k]!);
        last = k;
      }
      const stride = 8 * component.stride;
      inverse(block, last, planes[index]!.samples, 8 * (row * stride + column), stride);
      if (last > 0) block.fill(0);
    },
    () => before.fill(0),
  );
}

export const tooLarge = (size: number): NablaError =>
  new NablaError(
    `damaged JPEG: a coefficient of ${size} bits, more than JPEG has; copy or download the file again`,
  );

export const tooMany = (): NablaError =>
  new NablaError("damaged JPEG: more than 64 coefficients in a block; copy or download the file again");
