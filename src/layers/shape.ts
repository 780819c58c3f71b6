/** The shape of a model's input. */

import { int, list } from "../fields/fields.ts";
import { described } from "../fields/objects.ts";

export const shapeField = described(
  list(int({ min: 1 }), { min: 1 }),
  DOCS && "The shape of one row of input, without the batch: [784] or [28, 28, 1].",
);
