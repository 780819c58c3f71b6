/**
 * A dense network in plain double precision: forward, loss, backward, one row at a time. It shares no code with what it
 * judges; formulas of activations and losses are those of reference.ts.
 */
import type { ActivationName } from "../../src/activations/table.ts";
import type { LossName } from "../../src/losses/table.ts";
import { activationReferences, lossReferences, type Row } from "./reference.ts";

export interface ReferenceLayer {
  /** [inputs][units] */
  kernel: Row[];
  bias?: Row;
  activation: ActivationName;
  alpha?: number;
  l1?: number;
  l2?: number;
}

export interface ReferenceLoss {
  name: LossName;
  /** Huber's delta. */
  parameter?: number;
}

export interface ReferenceGradients {
  loss: number;
  layers: { kernel: Row[]; bias?: Row }[];
}

/** Cross-entropies take the outputs of a linear layer as logits. */
function squashed(loss: LossName, activation: ActivationName): ActivationName {
  if (activation !== "linear") return activation;
  if (loss === "binaryCrossentropy" || loss === "crossEntropy") return "sigmoid";
  if (loss === "categoricalCrossentropy" || loss === "sparseCategoricalCrossentropy") return "softmax";
  return activation;
}

export class ReferenceNet {
  constructor(
    readonly layers: ReferenceLayer[],
    readonly loss: ReferenceLoss,
  ) {}

  private activationOf(layer: number): ActivationName {
    const { activation } = this.layers[layer];
    return layer === this.layers.length - 1 ? squashed(this.loss.name, activation) : activation;
  }

  /** Inputs and z of each layer, then the outputs. */
  private run(x: Row): { inputs: Row[]; z: Row[]; output: Row } {
    const inputs: Row[] = [];
    const zs: Row[] = [];
    let a = x;
    this.layers.forEach(({ kernel, bias, alpha = 0 }, l) => {
      inputs.push(a);
      const z = kernel[0].map(
        (_, j) => (bias ? bias[j] : 0) + a.reduce((s, v, i) => s + v * kernel[i][j], 0),
      );
      zs.push(z);
      a = activationReferences[this.activationOf(l)].value(z, alpha);
    });
    return { inputs, z: zs, output: a };
  }

  /** Mean over rows of weight · loss, plus penalties. */
  cost(x: Row[], y: Row[], weights?: ArrayLike<number>): number {
    const { value } = lossReferences[this.loss.name];
    const sum = x.reduce(
      (s, row, r) => s + (weights?.[r] ?? 1) * value(this.run(row).output, y[r], this.loss.parameter ?? 0),
      0,
    );
    let penalty = 0;
    for (const { kernel, l1 = 0, l2 = 0 } of this.layers)
      for (const row of kernel) for (const w of row) penalty += l1 * Math.abs(w) + l2 * w * w;
    return sum / x.length + penalty;
  }

  /** What the network says to one row. */
  output(x: Row): Row {
    return this.run(x).output;
  }

  gradients(x: Row[], y: Row[], weights?: ArrayLike<number>): ReferenceGradients {
    const layers = this.layers.map(({ kernel, bias }) => ({
      kernel: kernel.map((row) => row.map(() => 0)),
      ...(bias && { bias: bias.map(() => 0) }),
    }));
    x.forEach((row, r) => {
      const { inputs, z, output } = this.run(row);
      const scale = (weights?.[r] ?? 1) / x.length;
      let da = lossReferences[this.loss.name]
        .gradient(output, y[r], this.loss.parameter ?? 0)
        .map((v) => v * scale);
      for (let l = this.layers.length - 1; l >= 0; l--) {
        const { kernel, alpha = 0 } = this.layers[l];
        const name = this.activationOf(l);
        // the perceptron rule hands its correction past the step
        const dz = name === "step" ? da : activationReferences[name].gradient(z[l], da, alpha);
        kernel.forEach((_, i) => {
          dz.forEach((d, j) => {
            layers[l].kernel[i][j] += inputs[l][i] * d;
          });
        });
        dz.forEach((d, j) => {
          if (layers[l].bias) layers[l].bias![j] += d;
        });
        da = kernel.map((weightsOfInput) => weightsOfInput.reduce((s, w, j) => s + w * dz[j], 0));
      }
    });
    this.layers.forEach(({ kernel, l1 = 0, l2 = 0 }, l) => {
      kernel.forEach((row, i) => {
        row.forEach((w, j) => {
          layers[l].kernel[i][j] += l1 * Math.sign(w) + 2 * l2 * w;
        });
      });
    });
    return { loss: this.cost(x, y, weights), layers };
  }

  /** (C(w + h) − C(w − h)) / 2h for every parameter. */
  differences(x: Row[], y: Row[], h = 1e-6): { kernel: Row[]; bias?: Row }[] {
    const at = (row: Row, i: number): number => {
      const kept = row[i];
      row[i] = kept + h;
      const up = this.cost(x, y);
      row[i] = kept - h;
      const down = this.cost(x, y);
      row[i] = kept;
      return (up - down) / (2 * h);
    };
    return this.layers.map(({ kernel, bias }) => ({
      kernel: kernel.map((row) => row.map((_, j) => at(row, j))),
      ...(bias && { bias: bias.map((_, j) => at(bias, j)) }),
    }));
  }
}

/** The largest difference between two sets of gradients, relative to 1 + the larger of the two; NaN counts as infinite. */
export function furthest(
  a: readonly { kernel: Row[]; bias?: ArrayLike<number> }[],
  b: readonly { kernel: Row[]; bias?: ArrayLike<number> }[],
): number {
  let worst = 0;
  const compare = (p: number, q: number) => {
    const d = Math.abs(p - q) / (1 + Math.max(Math.abs(p), Math.abs(q)));
    worst = Math.max(worst, Number.isNaN(d) ? Number.POSITIVE_INFINITY : d);
  };
  a.forEach((layer, l) => {
    layer.kernel.forEach((row, i) => {
      row.forEach((v, j) => {
        compare(v, b[l].kernel[i][j]);
      });
    });
    for (let j = 0; j < (layer.bias?.length ?? 0); j++) compare(layer.bias![j], b[l].bias![j]);
  });
  return worst;
}
