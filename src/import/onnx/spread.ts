/** A constant along the factors of a value that it is broadcast to. */
import { Unsupported } from "../problems.ts";
import type { Importing } from "./importing.ts";
import {
  type Axis,
  type Constant,
  type Factor,
  lengthOf,
  ofRow,
  spread,
  stepsOf,
  type Value,
} from "./value.ts";

/** Steps of a constant along the factors of a value that it is broadcast to. */
export function stepsIn(value: Value, { dims }: Constant): Map<Factor, number> {
  const steps = new Map<Factor, number>();
  const shift = value.axes.length - dims.length;
  let step = 1;
  for (let i = dims.length - 1; i >= 0; i--) {
    const axis = value.axes[i + shift]!;
    if (dims[i] !== 1) {
      if (axis.some(({ batch, size }) => batch && size > 1))
        throw new Unsupported(
          "a constant differs from row to row of the batch; if the first axis is no batch, pass { batch: false }",
        );
      for (const [factor, inner] of stepsOf(ofRow(axis), step)) steps.set(factor, inner);
    }
    step *= dims[i]!;
  }
  return steps;
}

/** A constant's values in the order of some factors. */
export function spreadIn(
  at: Importing,
  known: Constant,
  factors: Axis,
  steps: ReadonlyMap<Factor, number>,
): Float32Array {
  if (lengthOf(factors) > at.most)
    throw new Unsupported("its constant would be repeated until it is larger than the file");
  return spread(known, factors, steps);
}

/** The last axes of a value, as far as a constant differs along them. */
export function lastAxes(value: Value, steps: ReadonlyMap<Factor, number>): number {
  const varies = value.held.map((axis) => axis.some((factor) => steps.has(factor)));
  const first = varies.indexOf(true);
  return first < 0 ? value.held.length : Math.min(first, value.held.length - 1);
}
