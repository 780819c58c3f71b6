/** From a dataset into linear memory: one batch at a time. */

import {
  buffersFor,
  type Dataset,
  type Inputs,
  type Target,
  type Targets,
  targetSize,
} from "../data/dataset.ts";
import { type InputPlace, inputPlaces, type TargetPlace, targetPlaces } from "../data/places.ts";
import { readError } from "../data/prefetch.ts";
import { rescale, sameScale } from "../data/targetScale.ts";
import { NablaError } from "../errors.ts";
import type { Scored } from "../metrics/metric.ts";
import { checkRows } from "../network/checkRows.ts";
import type { Network } from "../network/network.ts";
import type { Loss } from "../plan/loss.ts";
import type { Plan } from "../plan/plan.ts";
import { fits, reordered, showShape, sizeOf } from "../shape.ts";
import { isPromise } from "../tags.ts";
import { type Goal, kindsOf, targetsOf } from "./goals.ts";
import { OutputRows } from "./outputRows.ts";
import { checkPixels, targetKind } from "./pixels.ts";
import type { Ready } from "./source.ts";
import type { Weighting } from "./weighting.ts";

/** Reads batches of one dataset, and puts them into a plan's buffers. */
export class BatchLoader {
  protected readonly outputs: readonly OutputRows[];
  /** Where rows are records: what of them goes where. */
  private readonly places:
    | { readonly inputs: readonly InputPlace[]; readonly targets: readonly TargetPlace[] }
    | undefined;
  private staged: Ready | undefined;
  /** Brings targets to the scale of the model's outputs, where they have another. */
  protected readonly move: ((y: Targets) => void) | undefined;

  constructor(
    protected readonly network: Network,
    protected readonly dataset: Dataset,
    goals: readonly Goal[],
    protected readonly weighting: Weighting = {},
  ) {
    const targets = targetsOf(dataset, network);
    const from = dataset.targetScale;
    const to = network.about.metadata.targetScale;
    this.move = sameScale(from, to) ? undefined : (y) => rescale(y, from, to);
    const { inputs, outputs } = network.architecture;
    this.places = dataset.parts && {
      inputs: inputPlaces(dataset, inputs, "inputs"),
      targets: targetPlaces(dataset, outputs, "targets"),
    };
    this.outputs = goals.map(({ loss }, k) => new OutputRows(network, k, loss, targets[k], dataset.name));
  }

  /**
   * Reads the rows `indices` into buffers outside linear memory, from which copy() takes them. A data set's read() is code of the
   * program: it may use the model, or answer when nobody waits any more. Valid until the next call.
   *
   * @param number what errors call the batch
   * @param epoch which pass of a training it is for; undefined for rows as they are
   */
  read(indices: Uint32Array, number: number, epoch?: number): Ready | Promise<Ready> {
    const ready = this.room(indices.length);
    const wait = this.ask(indices, ready.x, ready.y, number, epoch);
    return wait ? wait.then(() => ready) : ready;
  }

  /** read(), where waiting is not possible. @throws NablaError for datasets that read asynchronously */
  readNow(who: string, indices: Uint32Array): Ready {
    const ready = this.read(indices, 0);
    if (!isPromise(ready)) return ready;
    ready.catch(() => {});
    throw new NablaError(`${who}: the data set reads asynchronously; read a batch of it into arrays first`);
  }

  /** Buffers for so many rows, used again where they have that size. */
  private room(rows: number): Ready {
    const { dataset, staged } = this;
    if (staged && staged.y.length === rows * targetSize(dataset.target)) return staged;
    this.staged = buffersFor(dataset, rows);
    return this.staged;
  }

  /** The dataset's read, whose errors get the batch's number. */
  private ask(
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
    const rows = indices.length;
    if (this.places) return this.divide(plan, indices, { x, y, samples }, first);
    const to = this.views(plan, rows);
    const width = sizeOf(this.dataset.inputShape);
    const values = targetSize(this.dataset.target);
    to.x.set(x.subarray(first * width, first * width + to.x.length));
    to.y.set(y.subarray(first * values, first * values + to.y.length));
    this.move?.(to.y);
    this.outputs[0].finish(plan, indices, to.y, this.weighting, samples);
  }

  /** @throws NablaError for rows of what was copied that are not made of numbers */
  check(who: string, plan: Plan, indices: Uint32Array): void {
    checkRows(`${who}${this.dataset.name}`, this.network, plan, indices.length, (row) => indices[row]);
  }

  /** Rows that are records go to several inputs and outputs. */
  private divide(plan: Plan, indices: Uint32Array, { x, y, samples }: Ready, first: number): void {
    const { core } = this.network;
    const { inputs, targets } = this.places!;
    const rows = indices.length;
    const bytes = x as Uint8Array;
    for (const [i, { at, bytes: n, stride }] of inputs.entries()) {
      const to = core.u8(plan.inputs[i].x.offset, rows * n);
      for (let r = 0; r < rows; r++) {
        const from = (first + r) * stride + at;
        to.set(bytes.subarray(from, from + n), r * n);
      }
    }
    for (const [k, { at, size, stride }] of targets.entries()) {
      const to = this.outputs[k].view(plan, rows);
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < size; c++) to[r * size + c] = y[(first + r) * stride + at + c];
      this.move?.(to);
      this.outputs[k].finish(plan, indices, to, this.weighting, samples);
    }
  }

  private views(plan: Plan, rows: number): { x: Inputs; y: Targets } {
    const { core } = this.network;
    const inputs = rows * sizeOf(this.dataset.inputShape);
    const [{ kind, x }] = plan.inputs;
    return {
      x: kind.type === "uint8" ? core.u8(x.offset, inputs) : core.f32(x.offset, inputs),
      y: this.outputs[0].view(plan, rows),
    };
  }

  /** What metrics see of the batch that was just run: views, valid until the next call into the core. */
  scored(plan: Plan, rows: number): Scored {
    const all = this.outputs.map((output) => output.scored(plan, rows));
    return all.length === 1 ? all[0] : { ...all[0], all };
  }
}

/** Throws unless the dataset's rows fit the network's inputs and its targets fit the outputs and the losses. */
export function checkFit(dataset: Dataset, network: Network, goals: readonly Goal[]): void {
  const { layers, inputs } = network.architecture;
  if (dataset.length < 1) throw new NablaError(`${dataset.name}: there are no rows to work on`);
  kindsOf(dataset, network);
  if (!dataset.parts && !fits(dataset.inputShape, network.inputShape)) {
    const first = layers.find((layer) => layer.inputs[0] < inputs.length)!;
    throw new NablaError(
      `${first.type} "${first.name}" (layer 1): expected input ${showShape(network.inputShape)}, got ${showShape(dataset.inputShape)} from ${dataset.name}${reordered(dataset.inputShape, network.inputShape, 1)}`,
    );
  }
  for (const [k, target] of targetsOf(dataset, network).entries())
    checkTarget(dataset.name, target, network, goals[k].loss, k);
}

/** @param k number of the output */
function checkTarget(data: string, target: Target, network: Network, loss: Loss, k: number): void {
  const { layers, outputs } = network.architecture;
  const at = outputs[k].layer;
  const last = layers[at];
  const units = sizeOf(last.outputShape);
  const called = `${last.type} "${last.name}" (layer ${at + 1})`;
  const name = outputs.length > 1 ? `${data}: ${outputs[k].name}` : data;
  checkPixels(name, target, last.outputShape, loss, called);
  if (target.kind === "values") {
    if (target.size !== units && targetKind(target, last.outputShape, loss) === "values") {
      throw new NablaError(
        `${called} has ${units} outputs, but ${name} has ${target.size} target values a row`,
      );
    }
    return;
  }
  const { classes } = target;
  if (classes <= (units > 1 ? units : loss.classification ? 2 : classes)) return;
  const has = units > 1 ? `${units} outputs` : `one output, which with loss ${loss.name} tells two apart`;
  throw new NablaError(
    `${name} has ${classes} classes, but ${called} has ${has}; give the last layer ${classes} units`,
  );
}
