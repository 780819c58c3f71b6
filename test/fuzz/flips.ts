/** Every bit of a checkpoint, turned over: none goes unnoticed. */
import { load } from "../../src/model/load.ts";
import { load as loadPredictor } from "../../src/predict/index.ts";
import { checkpoints } from "./targets/models.ts";

export interface Flips {
  readonly flipped: number;
  /** Of them, those that each reader refused with an error of its own. */
  readonly found: number;
  /** The first that was not: which file, and which bit. */
  readonly missed?: string;
}

const READERS = [load, loadPredictor];

/** @param stride every so manieth bit; 1 for all */
export async function flippedBits(stride = 1): Promise<Flips> {
  let flipped = 0;
  let found = 0;
  let missed: string | undefined;
  for (const [n, { bytes }] of (await checkpoints()).entries()) {
    const damaged = bytes.slice();
    for (let bit = n; bit < 8 * bytes.length; bit += stride) {
      flipped++;
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const refused = READERS.every((read) => {
        try {
          read(damaged, "a.safetensors");
          return false;
        } catch (error) {
          return (error as Error).name === "NablaError";
        }
      });
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      if (refused) found++;
      else missed ??= `bit ${bit} of checkpoint ${n} (${bytes.length} bytes)`;
    }
  }
  return { flipped, found, ...(missed && { missed }) };
}
