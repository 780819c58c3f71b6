/** One output of a network in a plan: where its targets and weights are written, and what metrics see of it. */
import type { Target, Targets } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { predictedClass, type Scored } from "../metrics/metric.ts";
import { thresholdOf } from "../network/decision.ts";
import type { Network } from "../network/network.ts";
import { ld } from "../plan/builder.ts";
import type { Loss } from "../plan/loss.ts";
import type { Plan } from "../plan/plan.ts";
import { byPixel, type Grain, grainOf, writeLabels } from "./pixels.ts";
import type { Weighting } from "./weighting.ts";

export class OutputRows {
  /** Of the last batch, where the loss takes them in another form. */
  private labels = new Int32Array(0);
  private readonly threshold: number;
  /** What the last batch was. */
  private last: { readonly plan: Plan; readonly rows: number; readonly batch: Scored } | undefined;

  /**
   * @param number of the output
   * @param name of the data set, for errors
   */
  constructor(
    private readonly network: Network,
    private readonly number: number,
    private readonly loss: Loss,
    private readonly target: Target,
    private readonly name: string,
  ) {
    this.threshold = thresholdOf(network, loss, number);
  }

  /** Where targets of so many rows are written to, row by row as they are read. */
  view(plan: Plan, rows: number): Targets {
    const { core } = this.network;
    const { y, yKind, each, units } = plan.outputs[this.number];
    if (this.target.kind === "values") {
      return y && yKind === "values"
        ? core.f32(y.offset, rows * each * units)
        : new Float32Array(rows * this.target.size);
    }
    if (yKind === "labels") return core.i32(y!.offset, rows);
    if (this.labels.length !== rows) this.labels = new Int32Array(rows);
    return this.labels;
  }

  /**
   * Brings targets into the form the loss takes, and sets weights.
   *
   * @param read what view() returned, filled
   * @param own factors of these rows, where they are not those of the weighting
   * @throws NablaError for labels that are none
   */
  finish(
    plan: Plan,
    indices: Uint32Array,
    read: Targets,
    { classes, samples: all }: Weighting,
    own?: ArrayLike<number>,
  ): void {
    const output = plan.outputs[this.number];
    if (!output.weight) return;
    let y = read;
    const rows = indices.length;
    const { core } = this.network;
    const { each, units, share } = output;
    const weight = core.f32(output.weight.offset, rows * each);
    weight.fill(share);
    const { target } = this;
    if (target.kind === "class") {
      for (let r = 0; r < rows; r++) {
        if (y[r] >= 0 && y[r] < target.classes) continue;
        throw new NablaError(
          `${this.name}: row ${indices[r]}: expected a label from 0 to ${target.classes - 1}, got ${y[r]}`,
        );
      }
    }
    if (target.kind === "class" && output.yKind === "values") {
      // one output: the label itself, or the two values the loss knows its classes by
      const values = core.f32(output.y!.offset, rows);
      const { on, off } = this.loss.labels;
      for (let r = 0; r < rows; r++) values[r] = target.classes > 2 ? y[r] : y[r] === 1 ? on : off;
    }
    // as in Keras, margins take 0 for −1
    const { off } = this.loss.labels;
    if (off < 0 && target.kind === "values") {
      if (y.includes(0) && y.includes(off))
        throw new NablaError(
          `${this.name}: loss "${this.loss.name}" takes -1 and 1, or 0 and 1, not all three`,
        );
      for (let i = 0; i < y.length; i++) if (y[i] === 0) y[i] = off;
    }
    if (target.kind === "values" && output.yKind === "labels") {
      const labels = core.i32(output.y!.offset, rows * each);
      writeLabels(labels, y, { pixels: each, units }, this.name, indices);
      y = labels;
    }
    const samples = all ?? own;
    if (samples)
      for (let r = 0; r < rows; r++)
        for (let p = r * each; p < (r + 1) * each; p++) weight[p] *= samples[indices[r]];
    if (!classes) return;
    if (each === 1 && this.grain.pixels > 1)
      throw new NablaError(
        `classWeight: loss "${this.loss.name}" takes the pixels of these outputs together; use "categoricalCrossentropy", or activation "sigmoid" and one output for each pixel`,
      );
    if (output.yKind === "labels" || target.kind === "class")
      for (let r = 0; r < rows * each; r++) weight[r] *= classes[y[r]];
    else {
      const between = middle(this.loss);
      for (let r = 0; r < rows * each; r++) {
        const values = y.subarray(r * units, (r + 1) * units) as Float32Array;
        this.checkOneClass(values, indices[Math.floor(r / each)]);
        weight[r] *= classes[predictedClass(values, 0, units, between)];
      }
    }
  }

  /** @throws NablaError unless target values say one class; those of softmax may be shares of several */
  private checkOneClass(y: Float32Array, row: number): void {
    const { network, number, loss, name } = this;
    if (y.length === 1 || loss.lastAxis || network.activations[number] === "softmax") return;
    // of losses that are of quantities too, only 0 and 1, or −1 and 1, are classes
    const quantity = !loss.classification && y.some((value) => Math.abs(value) !== 1 && value !== 0);
    if (!quantity && y.filter((value) => value > middle(loss)).length === 1) return;
    throw new NablaError(
      `${name}: row ${row}: classWeight: the targets ${y.join(", ")} are not one class; use sampleWeight`,
    );
  }

  /** How outputs of the network are classified. */
  private get grain(): Grain {
    return grainOf(this.network.outputShapes[this.number], this.loss);
  }

  /** What metrics see of the batch that was just run: views, valid until the next call into the core. */
  scored(plan: Plan, rows: number): Scored {
    const { last } = this;
    // the same places, unless the memory has grown since: then views have no length
    if (last?.plan === plan && last.rows === rows && last.batch.outputs.length > 0) return last.batch;
    const batch = this.views(plan, rows);
    // not where rows had to be copied
    const inPlace = batch.outputs.byteOffset === plan.outputs[this.number].output.offset;
    this.last = inPlace ? { plan, rows, batch } : undefined;
    return batch;
  }

  private views(plan: Plan, rows: number): Scored {
    const { core } = this.network;
    const output = plan.outputs[this.number];
    const { units } = output;
    const n = rows * output.each;
    const stride = ld(units);
    const outputs = core.f32(output.output.offset, n * stride);
    const { on, off } = this.loss.labels;
    const losses = core.f32(output.losses!.offset, n);
    const { threshold } = this;
    const common = { rows: n, units, stride, threshold, on, off, outputs, losses, mask: output.mask };
    if (output.yKind === "labels") return { ...common, labels: core.i32(output.y!.offset, n) };
    if (this.target.kind === "class") return { ...common, labels: this.labels };
    const batch = { ...common, values: core.f32(output.y!.offset, n * units) };
    return output.each > 1 ? batch : byPixel(batch, this.grain);
  }
}

/** The threshold between targets of class 0 and of class 1. */
const middle = ({ labels }: Loss): number => (labels.on + labels.off) / 2;
