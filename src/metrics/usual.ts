/** The metrics that most programs have: their code comes with what counts. That of all others is a file of its own, loaded when one is named. */
import { accuracy } from "./accuracy.ts";
import { binaryAccuracy } from "./binaryAccuracy.ts";
import { meanAbsoluteError } from "./meanAbsoluteError.ts";
import { meanSquaredError } from "./meanSquaredError.ts";

/** By name. */
export const USUAL = {
  accuracy,
  acc: accuracy,
  binaryAccuracy,
  meanSquaredError,
  mse: meanSquaredError,
  meanAbsoluteError,
  mae: meanAbsoluteError,
};
