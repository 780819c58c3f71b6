/** Parameters by name. */

import { type ArrayLike2, isRecord, shaped } from "../data/arrays.ts";
import { didYouMean, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import type { Network } from "../network/network.ts";
import { fits, reordered, showShape, sizeOf } from "../shape.ts";
import { isA } from "../tags.ts";
import { internalsOf } from "./internals.ts";

/** The methods of a model for its parameters. */
export abstract class Weights {
  /** Copies of all parameters by name, "<layer>.kernel" and "<layer>.bias", row-major. */
  weights(): Record<string, Float32Array> {
    return weightsOf(internalsOf(this).built);
  }

  /** Shapes by the same names. */
  weightShapes(): Record<string, readonly number[]> {
    const { tensors } = internalsOf(this).built;
    return Object.fromEntries(tensors.map(({ name, spec }) => [name, spec.shape]));
  }

  /**
   * Sets parameters by name; those not named stay. Values are flat and row-major, or nested like the shape.
   * @throws NablaError for unknown names, wrong counts and shapes (also those of a transposed matrix), NaN; nothing is set then
   */
  setWeights(weights: Readonly<Record<string, ArrayLike2>>): this {
    const { built, away, state } = internalsOf(this);
    if (away) {
      throw new NablaError(
        "setWeights: a worker trains this model; set weights in a callback, between trainings, or train with worker: false",
      );
    }
    setWeights(built, weights);
    state.setAt = state.run.step;
    return this;
  }
}

const weightsOf = (network: Network): Record<string, Float32Array> =>
  Object.fromEntries(network.tensors.map((tensor) => [tensor.name, network.read(tensor)]));

/** A Map's entries are no properties. @throws NablaError for what has neither */
function entriesOf(weights: Readonly<Record<string, ArrayLike2>>): [string, ArrayLike2][] {
  if (isA("Map", weights)) return [...weights] as [string, ArrayLike2][];
  if (isRecord(weights)) return Object.entries(weights);
  throw new NablaError(`setWeights: expected arrays by the names of parameters, got ${show(weights)}`);
}

function setWeights(network: Network, weights: Readonly<Record<string, ArrayLike2>>): void {
  const byName = new Map(network.tensors.map((tensor) => [tensor.name, tensor]));
  const checked = entriesOf(weights).map(([name, given]) => {
    const tensor = byName.get(name);
    if (!tensor) {
      throw new NablaError(
        `setWeights: there is no parameter "${name}"${didYouMean(name, byName.keys())}; there are ${[...byName.keys()].join(", ")}`,
      );
    }
    const { data: values, shape } = shaped(given, `setWeights: ${name}`);
    const wanted = tensor.spec.shape;
    const n = sizeOf(wanted);
    if (values.length !== n) {
      throw new NablaError(
        `setWeights: ${name}: expected ${n} values of shape ${showShape(wanted)}, got ${values.length}`,
      );
    }
    if (shape.length > 1 && !fits(shape, wanted))
      throw new NablaError(
        `setWeights: ${name}: expected shape ${showShape(wanted)}, got ${showShape(shape)}${reordered(shape, wanted)}`,
      );
    for (let i = 0; i < n; i++) {
      if (Number.isFinite(Math.fround(values[i]))) continue;
      throw new NablaError(
        `setWeights: ${name}: value ${i} is ${values[i]}; expected finite float32 numbers`,
      );
    }
    return { tensor, values };
  });
  for (const { tensor, values } of checked) network.write(tensor, values);
}
