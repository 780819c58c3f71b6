/** Code for operators that few files have, as what reads a file knows it: by name. later.ts loads it. */

export type PartName =
  | "arithmetic"
  | "constants"
  | "functions"
  | "moving"
  | "cutting"
  | "normal"
  | "reduce"
  | "resize"
  | "recurrent"
  | "transposed"
  | "products"
  | "folds"
  | "hints"
  | "patterns"
  | "masked"
  | "attending";

/** The parts that are there. */
export type Parts = { [Name in PartName]?: object };

/** Thrown where a part is needed that is not there. */
export class Missing extends Error {
  constructor(readonly part: PartName) {
    super(part);
  }
}
