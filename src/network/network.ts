/**
 * A built network that can be trained: room for gradients and optimizer slots, on top of src/network/inference.ts; plans.ts plans its training.
 * The public model and the training loop sit on top of this one.
 *
 * Memory, each range 64-byte aligned:  parameters | those that are not trained | gradients | optimizer slots | one plan at a time
 */

import { initialize } from "../initializers/initialize.ts";
import type { Flat, Slot } from "../optimizers/kind.ts";
import { TRAINED } from "../optimizers/update.ts";
import type { Placed } from "../plan/operation.ts";
import type { Plan } from "../plan/plan.ts";
import { sizeOf } from "../shape.ts";
import { eachRun, footprint, InferenceNetwork, type Tensor } from "./inference.ts";

/** The model's own weights, or those that are trained: others only where the model's own are an average of them. */
export type Weights = "own" | "trained";

export class Network extends InferenceNetwork {
  private slots = 0;
  /** The slot that holds the weights training moves, where the parameters are their average. */
  private moved: number | undefined;
  private withGradients = false;
  /** Where other processes have the rest of the slots: which bytes of each are here, and what says whether all are. */
  declare kept?: { readonly at: number; readonly bytes: number; check(): void };
  /** Counts how often parameters or slots were set from outside a training step. */
  changes = 0;
  /** Counts how often a plan that trains was put into memory: it writes gradients where those of another were. */
  taken = 0;

  get parameterCount(): number {
    return this.tensors.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
  }

  /** How many of the parameters are trained. */
  get trainableCount(): number {
    return this.trained.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
  }
  override use(wanted: Plan): Plan {
    if (wanted.mode === "train" && !this.inUse(wanted)) this.taken++;
    return super.use(wanted);
  }

  /** Fills all parameters from the seed: tensor number t draws from step t of the stream for initialisation. */
  initialize(seed: number): void {
    this.changes++;
    this.tensors.forEach((tensor, t) => {
      const { spec } = tensor;
      if (spec.values) return this.write(tensor, spec.values);
      const n = sizeOf(spec.shape);
      this.withScratch(n * 4, (scratch) => {
        initialize(this.core, spec.initializer, spec, scratch, n, seed, t);
        const drawn = this.core.f32(scratch, n);
        this.place(tensor.value.offset, spec, spec.shaped?.(drawn) ?? drawn);
      });
    });
  }

  /** Makes room for gradients and these optimizer slots, with their first values; forgets earlier ones. */
  prepareTraining(slots: readonly Slot[]): void {
    this.changes++;
    this.kept = undefined;
    this.withGradients = true;
    this.slots = slots.length;
    const moved = slots.indexOf(TRAINED);
    this.moved = moved < 0 ? undefined : moved;
    this.forget();
    this.check(this.workspace);
    this.core.reserve(this.workspace);
    for (const tensor of this.trained) tensor.gradient.offset = this.gradients + tensor.at;
    this.core.u8(this.gradients, this.bytes).fill(0);
    slots.forEach(({ initial }, slot) => {
      const values = this.core.f32(this.slotOffset(slot), this.bytes / 4);
      if (initial === "weights") values.set(this.core.f32(this.core.base, this.bytes / 4));
      // padding keeps its zeros only where zero is a fixed point; where it is not, it moves no parameter (see optimizers)
      else values.fill(initial);
    });
  }

  /** The flat ranges an optimizer works on. */
  get flat(): Flat {
    const slots = Array.from({ length: this.slots }, (_, s) => this.slotOffset(s));
    const { base } = this.core;
    return { w: this.start("trained"), average: base, dw: this.gradients, slots, n: this.bytes / 4 };
  }

  /** Where a parameter lies among these weights. */
  placed(tensor: Tensor, of: Weights): Placed {
    const { spec, value, gradient, at } = tensor;
    return spec.trainable ? { value: { ...value, offset: this.start(of) + at }, gradient } : tensor;
  }

  /** A copy of a parameter's values, row-major in its shape; `of` chooses the gradient or a slot instead. */
  read(tensor: Tensor, of: "value" | "gradient" | number = "value"): Float32Array<ArrayBuffer> {
    const from = this.offsetOf(tensor, of);
    const { spec } = tensor;
    const n = sizeOf(spec.shape);
    if (spec.layout === "vector") return this.core.f32(from, n).slice();
    // straight into its copy: a model that fills the memory can be saved
    const stored = this.core.f32(from, footprint(spec) / 4);
    const values = new Float32Array(n);
    eachRun(spec, (at, i, n) => {
      for (const end = at + n; at < end; ) values[i++] = stored[at++]!;
    });
    return values;
  }

  /** Sets a parameter (or a slot) from row-major values. */
  override write(tensor: Tensor, values: ArrayLike<number>, of: "value" | number = "value"): void {
    this.changes++;
    this.writeTo(this.offsetOf(tensor, of), tensor.spec, values);
  }

  private offsetOf(tensor: Tensor, of: "value" | "gradient" | number): number {
    if (of === "value") return tensor.value.offset;
    if (of === "gradient") return tensor.gradient.offset;
    this.kept?.check();
    return this.slotOffset(of) + tensor.at;
  }

  private start(of: Weights): number {
    return of === "own" || this.moved === undefined ? this.core.base : this.slotOffset(this.moved);
  }

  private get gradients(): number {
    return this.core.base + this.all;
  }

  private slotOffset(slot: number): number {
    return this.gradients + this.bytes * (1 + slot);
  }

  override get workspace(): number {
    return this.gradients + (this.withGradients ? this.bytes * (1 + this.slots) : 0);
  }
}
