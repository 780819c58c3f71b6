/** Looking into a model: every unit's value at every place, which units are dead, how large gradients are. */
import { dense, type Model, sequential } from "nabla";
import type { Dataset } from "nabla/data";
import { gradients } from "../../gradients.ts";
import { OUTPUTS } from "../state/choices.ts";
import type { PlaneState } from "../state/planeState.ts";
import { activationOf, outputsOf } from "../state/state.ts";
import { layerNames } from "./net.ts";

/**
 * The dense layers of a model one by one, each a model of its own: each takes the output of the one before, so examining every
 * layer costs one forward pass. Dropout has no part in it, as in every prediction.
 */
export class Probe {
  private readonly stages: readonly {
    readonly name: string;
    readonly units: number;
    readonly model: Model;
  }[];

  constructor(
    private readonly model: Model,
    state: PlaneState,
  ) {
    const { net, features, loss } = state;
    const units = [...net, outputsOf(state)];
    this.stages = layerNames(state).map((name, i) => ({
      name,
      units: units[i],
      model: sequential(
        [
          dense({
            units: units[i],
            name,
            activation: i < net.length ? activationOf(state, i) : OUTPUTS[loss],
          }),
        ],
        { inputShape: [i > 0 ? units[i - 1] : features.length] },
      ),
    }));
  }

  /** Takes over the model's weights as they are now. */
  refresh(): void {
    const weights = this.model.weights();
    for (const { name, model } of this.stages)
      model.setWeights(
        Object.fromEntries(["kernel", "bias"].map((part) => [`${name}.${part}`, weights[`${name}.${part}`]])),
      );
  }

  /** Outputs of every dense layer for rows of input, each [rows, units]. */
  outputs(inputs: Float32Array, rows: number): Float32Array[] {
    let values = inputs;
    return this.stages.map(({ model }) => {
      values = model.predict({ data: values, shape: [rows, values.length / rows] }, { batchSize: 1024 }).data;
      return values;
    });
  }
}

/**
 * Which units give zero for every row: a ReLU that gives zero everywhere has no gradient and stays as it is ("dead"). One that gives
 * no number is not dead: its training has diverged.
 * @param outputs [rows, units]
 */
export function deadUnits(outputs: Float32Array, units: number): boolean[] {
  const dead = new Array<boolean>(units).fill(true);
  for (let i = 0; i < outputs.length; i++) if (outputs[i] !== 0) dead[i % units] = false;
  return dead;
}

/**
 * ‖∂L/∂(kernel, bias)‖ of each dense layer over all rows, divided by the root of the number of values: the size of a layer's
 * typical gradient, whatever its width. NaN where a training has come so far that the loss of these rows is no number.
 */
export function gradientSizes(model: Model, data: Dataset, names: readonly string[]): number[] {
  const found = gradientsOf(model, data);
  if (!found) return names.map(() => Number.NaN);
  return names.map((name) => {
    let sum = 0;
    let count = 0;
    for (const part of ["kernel", "bias"]) {
      for (const g of found[`${name}.${part}`]) sum += g * g;
      count += found[`${name}.${part}`].length;
    }
    return Math.sqrt(sum / count);
  });
}

/** ∂L/∂w over all rows by parameter name, with penalties; undefined where the loss is no number. */
export function gradientsOf(model: Model, data: Dataset): Record<string, Float32Array> | undefined {
  try {
    return gradients(model, data).gradients;
  } catch (error) {
    if ((error as Error).name === "NablaError") return undefined;
    throw error;
  }
}
