/** What a handler of layers is, and options that are the same here. */
import { underscored } from "../../interop/keras.ts";
import { hasField, type Reading } from "./reading.ts";

/** @returns the name of the layer whose values are its own; undefined where it is refused */
export type Handler = (at: Reading) => string | undefined;

/** Options that are numbers, also where a list of one has them. */
const ALONG = /1d$/;
const REGULARIZERS = ["kernel", "recurrent", "embeddings", "depthwise", "pointwise"];

/** Options by their names here. */
export function optionsOf(at: Reading, type: string, names: readonly string[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const name of names) {
    if (/activation$/i.test(name)) continue;
    const value = ALONG.test(type) ? at.options.single(underscored(name)) : at.options.get(underscored(name));
    if (value !== undefined) options[name] = value;
  }
  for (const weights of REGULARIZERS) {
    const name = `${weights}Regularizer`;
    const penalty = hasField(type, name) && at.regularizer(`${weights}_regularizer`);
    if (penalty) options[name] = penalty;
  }
  return options;
}
