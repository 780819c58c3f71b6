/** Names of classes as nodes of an ONNX graph: a second output that says in words what the first one says in numbers. */
import { NablaError } from "../../errors.ts";
import { TYPES } from "../../interop/onnx.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { thresholdOf } from "../../network/decision.ts";
import type { Writing } from "./writing.ts";

/**
 * The names of the classes that a model's only output tells apart.
 *
 * @throws NablaError for a model of several outputs, without names, or with another number of them than its output has
 */
export function namesFor(model: Model): readonly string[] {
  const { classes } = model.metadata;
  const refuse = (why: string): never => {
    throw new NablaError(`exportOnnx: classes: ${why}`);
  };
  const { outputs } = model;
  if (outputs.length > 1)
    refuse(
      `expected a model of one output, got one of ${outputs.length} (${outputs.map(({ name }) => name).join(", ")}), and names of classes do not say whose they are; leave it out`,
    );
  if (!classes || classes.length === 0)
    return refuse(
      'this model knows no names of classes; leave it out, or name them before: model.metadata = { ...model.metadata, classes: ["cat", "dog"] }',
    );
  const { shape } = outputs[0]!;
  const units = shape[shape.length - 1]!;
  const expected = units === 1 ? 2 : units;
  if (classes.length !== expected)
    refuse(
      `expected ${expected} names for an output of ${units === 1 ? "a single value" : `${units} values`}, got ${classes.length}; mend model.metadata.classes, or leave it out`,
    );
  return classes;
}

/**
 * Nodes that give the class of each row, or of each step or pixel, by its name: the one that predict(x).classes() says.
 *
 * @param output the value it is told from @param units how many values stand for a class @param axis where they lie, the batch counted
 * @returns the name of the value, of texts
 */
export function classNodes(
  at: Writing,
  model: Model,
  names: readonly string[],
  output: string,
  units: number,
  axis: number,
): string {
  const wish = `${output}_class`;
  const number = () => {
    if (units > 1) return at.node("ArgMax", [output], { axis, keepdims: 0 }, `${wish}_number`);
    const { built, state } = internalsOf(model);
    const threshold = at.constant(notAbove(thresholdOf(built, state.compiled?.goals[0]?.loss)));
    const yes = at.node("Greater", [output, threshold], {}, `${wish}_yes`);
    const one = at.node("Squeeze", [yes, at.constant([axis], true)], {}, `${wish}_squeezed`);
    return at.node("Cast", [one], { to: TYPES.int64 }, `${wish}_number`);
  };
  const known = at.node("Constant", [], { value_strings: names }, `${wish}_names`);
  return at.node("Gather", [known, number()], { axis: 0 }, wish);
}

/** The largest float32 that is no larger: float32 values are above it where they are above the number itself. */
function notAbove(value: number): number {
  const near = Math.fround(value);
  if (near <= value) return near;
  const bits = Int32Array.of(0);
  const float = new Float32Array(bits.buffer);
  float[0] = near;
  // the number before it: nearer to 0, or farther below
  if (near > 0) bits[0]!--;
  else if (near < 0) bits[0]!++;
  else float[0] = -1.401298464324817e-45;
  return float[0]!;
}
