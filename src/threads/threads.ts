/** How many threads compute: an option of fit() and evaluate(). */
import { NablaError } from "../errors.ts";
import { type Field, show } from "../fields/fields.ts";

export type Threads = "auto" | number;

/** What a training was computed with. */
export interface ThreadsUsed {
  /** How many threads there were; with "auto" how many there were to choose from. */
  readonly threads: number;
  /** Why no more, where more were wanted. */
  readonly why?: string;
}

/** More than any machine has that runs this. */
const MOST = 64;
const EXPECTED = `"auto" or a whole number from 1 to ${MOST}`;

export const threadsField = (): Field<Threads, Threads, "required"> => ({
  presence: "required",
  expected: EXPECTED,
  check(value, path = "") {
    if (value === "auto") return value;
    if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST)
      return value as number;
    throw new NablaError(`${path}: expected ${EXPECTED}, got ${show(value)}`, { details: { path } });
  },
  jsonSchema:
    DOCS && (() => ({ anyOf: [{ const: "auto" }, { type: "integer", minimum: 1, maximum: MOST }] })),
});
