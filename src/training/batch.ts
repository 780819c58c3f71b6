/** From a dataset into linear memory: one batch at a time. */

import { buffersFor, type Dataset, type Inputs, type Targets, targetSize } from "../data/dataset.ts";
import { readError } from "../data/prefetch.ts";
import { NablaError } from "../errors.ts";
import { predictedClass, type Scored } from "../metrics/metric.ts";
import type { Network } from "../network/network.ts";
import { ld } from "../plan/builder.ts";
import type { Loss } from "../plan/loss.ts";
import type { Plan } from "../plan/plan.ts";
import { showShape, sizeOf } from "../shape.ts";
import { byPixel, checkPixels, type Grain, grainOf, targetKind, writeLabels } from "./pixels.ts";
import type { Weighting } from "./weighting.ts";

/** Rows that were read into buffers of their own. */
export interface Ready {
  readonly x: Inputs;
  readonly y: Targets;
  /** Factors of the loss of these rows, where they are not those of the dataset. */
  readonly samples?: ArrayLike<number>;
}

/** Reads batches of one dataset into a plan's buffers. */
export class BatchLoader {
  private labels = new Int32Array(0);
  private staged: Ready | undefined;
  /** Whether the dataset reads at once; not known before the first batch. */
  private direct: boolean | undefined;

  constructor(
    private readonly network: Network,
    private readonly dataset: Dataset,
    private readonly loss: Loss | undefined,
    private readonly weighting: Weighting = {},
  ) {}

  /**
   * Puts the plan into memory and reads the rows `indices` straight into it. An asynchronous dataset reads into a buffer
   * outside linear memory, from which copy() takes it afterwards: until then others may run on the network.
   *
   * @param number what errors call the batch
   * @param epoch which pass of a training it is for; undefined for rows as they are
   */
  load(plan: Plan, indices: Uint32Array, number: number, epoch?: number): void | Promise<Ready> {
    if (this.direct) {
      this.network.use(plan);
      const { x, y } = this.views(plan, indices.length);
      const wait = this.read(indices, x, y, number, epoch);
      if (!wait) return this.finish(plan, indices, y);
      this.direct = false;
      return wait.then(() => this.load(plan, indices, number, epoch) as Promise<Ready>);
    }
    const ready = buffersFor(this.dataset, indices.length);
    const wait = this.read(indices, ready.x, ready.y, number, epoch);
    if (wait) return wait.then(() => ready);
    this.direct ??= true;
    return this.direct ? this.copy(plan, indices, ready) : Promise.resolve(ready);
  }

  /** load(), where waiting is not possible. @throws NablaError for datasets that read asynchronously */
  loadNow(who: string, plan: Plan, indices: Uint32Array): void {
    const wait = this.load(plan, indices, 0);
    if (!wait) return;
    wait.catch(() => {});
    throw new NablaError(`${who}: the data set reads asynchronously; read a batch of it into arrays first`);
  }

  /**
   * Reads rows into buffers outside linear memory, from which copy() takes them in pieces. Valid until the next call.
   * Numbers as for load().
   */
  stage(indices: Uint32Array, number: number, epoch?: number): Ready | Promise<Ready> {
    const { dataset } = this;
    const enough = this.staged && this.staged.y.length >= indices.length * targetSize(dataset.target);
    const ready = enough ? this.staged! : buffersFor(dataset, indices.length);
    this.staged = ready;
    const wait = this.read(indices, ready.x, ready.y, number, epoch);
    return wait ? wait.then(() => ready) : ready;
  }

  /** The dataset's read, whose errors get the batch's number. */
  private read(
    indices: Uint32Array,
    x: Inputs,
    y: Targets,
    number: number,
    epoch?: number,
  ): void | Promise<void> {
    const failed = (error: unknown): never => {
      throw readError(this.dataset, number, error);
    };
    try {
      return this.dataset.read(indices, x, y, epoch)?.catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  /** Puts the plan into memory with rows that were read before: `indices` are those from the row `first` on of what is ready. */
  copy(plan: Plan, indices: Uint32Array, { x, y, samples }: Ready, first = 0): void {
    this.network.use(plan);
    const to = this.views(plan, indices.length);
    const width = sizeOf(this.dataset.inputShape);
    const values = targetSize(this.dataset.target);
    to.x.set(x.subarray(first * width, first * width + to.x.length));
    to.y.set(y.subarray(first * values, first * values + to.y.length));
    this.finish(plan, indices, to.y, samples);
  }

  private views(plan: Plan, rows: number): { x: Inputs; y: Targets } {
    const { core } = this.network;
    const inputs = rows * sizeOf(this.dataset.inputShape);
    const [input] = plan.inputs;
    const [output] = plan.outputs;
    const x =
      input.kind.type === "uint8" ? core.u8(input.x.offset, inputs) : core.f32(input.x.offset, inputs);
    if (this.dataset.target.kind === "values") {
      return {
        x,
        y:
          output.y && output.yKind === "values"
            ? core.f32(output.y.offset, rows * output.each * output.units)
            : new Float32Array(rows * this.dataset.target.size),
      };
    }
    if (output.yKind === "labels") return { x, y: core.i32(output.y!.offset, rows) };
    if (this.labels.length < rows) this.labels = new Int32Array(rows);
    return { x, y: this.labels.subarray(0, rows) };
  }

  private finish(plan: Plan, indices: Uint32Array, y: Targets, own?: ArrayLike<number>): void {
    const [output] = plan.outputs;
    if (!output.weight) return;
    const rows = indices.length;
    const { core } = this.network;
    const { each, units, share } = output;
    const weight = core.f32(output.weight.offset, rows * each);
    weight.fill(share);
    const { target } = this.dataset;
    if (target.kind === "class") {
      for (let r = 0; r < rows; r++) {
        if (y[r] >= 0 && y[r] < target.classes) continue;
        throw new NablaError(
          `${this.dataset.name}: row ${indices[r]}: expected a label from 0 to ${target.classes - 1}, got ${y[r]}`,
        );
      }
    }
    if (target.kind === "class" && output.yKind === "values") {
      // one output: the label itself, or the two values the loss knows its classes by
      const values = core.f32(output.y!.offset, rows);
      const { on, off } = this.loss!.labels;
      for (let r = 0; r < rows; r++) values[r] = target.classes > 2 ? y[r] : y[r] === 1 ? on : off;
    }
    if (target.kind === "values" && output.yKind === "labels") {
      const labels = core.i32(output.y!.offset, rows * each);
      writeLabels(labels, y, { pixels: each, units }, this.dataset.name, indices);
      y = labels;
    }
    const { classes, samples = own } = this.weighting;
    if (samples)
      for (let r = 0; r < rows; r++)
        for (let p = r * each; p < (r + 1) * each; p++) weight[p] *= samples[indices[r]];
    if (!classes) return;
    if (each === 1 && this.grain.pixels > 1)
      throw new NablaError(
        `classWeight: loss "${this.loss!.name}" takes the pixels of these outputs together; use "categoricalCrossentropy", or activation "sigmoid" and one output for each pixel`,
      );
    if (output.yKind === "labels" || target.kind === "class")
      for (let r = 0; r < rows * each; r++) weight[r] *= classes[y[r]];
    else {
      const between = middle(this.loss!);
      for (let r = 0; r < rows * each; r++)
        weight[r] *= classes[predictedClass(y as Float32Array, r * units, units, between)];
    }
  }

  /** How outputs of the network are classified. */
  private get grain(): Grain {
    return grainOf(this.network.outputShape, this.loss!);
  }

  /** What metrics see of the batch that was just run: views, valid until the next call into the core. */
  scored(plan: Plan, rows: number, threshold: number): Scored {
    const { core } = this.network;
    const [output] = plan.outputs;
    const { units } = output;
    const n = rows * output.each;
    const stride = ld(units);
    const outputs = core.f32(output.output.offset, n * stride);
    const { on, off } = this.loss!.labels;
    const common = { rows: n, units, stride, threshold, on, off, outputs };
    if (output.yKind === "labels") return { ...common, labels: core.i32(output.y!.offset, n) };
    if (this.dataset.target.kind === "class") return { ...common, labels: this.labels };
    const batch = { ...common, values: core.f32(output.y!.offset, n * units) };
    return output.each > 1 ? batch : byPixel(batch, this.grain);
  }
}

/** The threshold between targets of class 0 and of class 1. */
const middle = ({ labels }: Loss): number => (labels.on + labels.off) / 2;

/** Throws unless the dataset's rows fit the network's input and its targets fit the output and the loss. */
export function checkFit(dataset: Dataset, network: Network, loss: Loss): void {
  const { layers, outputs } = network.architecture;
  const at = outputs[0].layer;
  const [first, last] = [layers[0], layers[at]];
  if (dataset.length < 1) throw new NablaError(`${dataset.name}: there are no rows to work on`);
  if (sizeOf(dataset.inputShape) !== sizeOf(network.inputShape)) {
    throw new NablaError(
      `${first.type} "${first.name}" (layer 1): expected input ${showShape(network.inputShape)}, got ${showShape(dataset.inputShape)} from ${dataset.name}`,
    );
  }
  const units = sizeOf(last.outputShape);
  const { target } = dataset;
  checkPixels(dataset.name, target, last.outputShape, loss, `${last.type} "${last.name}" (layer ${at + 1})`);
  if (target.kind === "values") {
    if (target.size !== units && targetKind(target, last.outputShape, loss) === "values") {
      throw new NablaError(
        `${last.type} "${last.name}" (layer ${at + 1}) has ${units} outputs, but ${dataset.name} has ${target.size} target values a row`,
      );
    }
    return;
  }
  if (units === 1) {
    if (target.classes > 2 && loss.classification) {
      throw new NablaError(
        `${dataset.name} has ${target.classes} classes, but ${last.type} "${last.name}" (layer ${at + 1}) has one output, which with loss ${loss.name} tells two apart; give the last layer ${target.classes} units`,
      );
    }
  } else if (target.classes > units) {
    throw new NablaError(
      `${dataset.name} has ${target.classes} classes, but ${last.type} "${last.name}" (layer ${at + 1}) has ${units} outputs; give the last layer ${target.classes} units`,
    );
  }
}
