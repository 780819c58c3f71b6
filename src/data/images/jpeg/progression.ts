/** Which bits of which coefficients a progressive JPEG has brought. */
import { NablaError } from "../../../errors.ts";
import type { Frame } from "./frame.ts";
import type { Scan } from "./scanHeader.ts";

/** Bits of a coefficient that are to come; before its first scan nobody knows. */
const UNKNOWN = -1;

export class Progression {
  /** Of each component, for each of its 64 coefficients. */
  readonly #toCome: Int8Array[];

  constructor({ components }: Frame) {
    this.#toCome = components.map(() => new Int8Array(64).fill(UNKNOWN));
  }

  /** Each bit comes once, after those above it: so the work is bounded. @throws NablaError without the file's name */
  expect({ components, first, last, before, after }: Scan): void {
    for (const { index } of components) {
      const toCome = this.#toCome[index]!;
      for (let k = first; k <= last; k++) {
        if (before > 0 ? toCome[k] !== before : toCome[k] !== UNKNOWN)
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
}
