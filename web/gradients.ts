/** model.gradients() at once, while something is drawn: the page has its code and its kernels from the beginning. */
import type { Model } from "nabla";
import type { Dataset } from "nabla/data";
import { internalsOf } from "../src/model/internals.ts";
import { type DataArgument, datasetOf } from "../src/training/arguments.ts";
import { type Gradients, gradientsOf } from "../src/training/gradients.ts";

/** @param data a data set, or x and y */
export function gradients(model: Model, data: Dataset | DataArgument): Gradients {
  const internals = internalsOf(model);
  return gradientsOf(internals, datasetOf(data, "gradients", internals), {});
}
