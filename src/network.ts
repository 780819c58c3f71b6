/**
 * A built network in one instance of the core: where its parameters lie, and the plans that run on them.
 * The public model and the training loop sit on top; linear memory is touched through here alone.
 *
 * Memory, each range 64-byte aligned:  parameters | those that are not trained | gradients | optimizer slots | one plan at a time
 */
import { Core } from "./core/core.ts";
import { MAX_BYTES } from "./core/limits.ts";
import { initialize } from "./initializers/index.ts";
import { type Layer, type Parameter, type Placed, parametersOf } from "./layers/layer.ts";
import type { Loss } from "./losses/resolve.ts";
import { type Flat, type Slot, TRAINED } from "./optimizers/index.ts";
import { align, ld, type Range, tooLarge } from "./plan/builder.ts";
import { type InputKind, type Mode, type Plan, plan, type Update } from "./plan/plan.ts";

/** One parameter of the model and where it lies. */
export interface Tensor extends Placed {
  readonly layer: string;
  readonly spec: Parameter;
  /** "<layer>.<parameter>" */
  readonly name: string;
  /** Where it starts in the flat range of parameters, in bytes. Those that are trained come first. */
  readonly at: number;
}

/** What a training plan needs besides the layers. */
export interface Training {
  readonly loss: Loss;
  readonly update?: Update;
  readonly target: "class" | "values";
  /** Which weights it works on. Default: those that are trained. */
  readonly of?: Weights;
  /** Whether the gradient goes on to the inputs. */
  readonly inputGradient?: boolean;
}

/** The model's own weights, or those that are trained: others only where the model's own are an average of them. */
export type Weights = "own" | "trained";

export class Network {
  readonly tensors: readonly Tensor[];
  /** Those that training changes by their gradients. */
  readonly trained: readonly Tensor[];
  /** Bytes of the parameters that are trained; gradients and each slot take as many. */
  readonly bytes: number;
  /** Bytes of all parameters. */
  private readonly all: number;
  private slots = 0;
  /** The slot that holds the weights training moves, where the parameters are their average. */
  private moved: number | undefined;
  private withGradients = false;
  /** Counts how often parameters or slots were set from outside a training step. */
  changes = 0;
  private plans = new Map<string, Plan>();
  private active: Plan | undefined;

  /** @param core another build of the core than the one that ships */
  constructor(
    readonly layers: readonly Layer[],
    readonly core = new Core(),
  ) {
    const base = this.core.base;
    const specs = layers.flatMap(parametersOf);
    const places = new Map<Parameter, number>();
    let at = 0;
    const place = (trainable: boolean) => {
      for (const { spec } of specs) {
        if (spec.trainable !== trainable) continue;
        places.set(spec, at);
        at += align(footprint(spec));
      }
      return at;
    };
    this.bytes = place(true);
    this.all = place(false);
    this.tensors = specs.map(({ layer, spec }) => {
      const name = `${layer}.${spec.name}`;
      const bytes = align(footprint(spec));
      const offset = places.get(spec)!;
      return {
        layer,
        spec,
        name,
        at: offset,
        value: { name, bytes, offset: base + offset },
        gradient: { name: `gradient of ${name}`, bytes, offset: 0 },
      };
    });
    this.trained = this.tensors.filter(({ spec }) => spec.trainable);
    this.check(base + this.all);
    this.core.reserve(base + this.all);
  }

  get parameterCount(): number {
    return this.tensors.reduce((sum, { spec }) => sum + count(spec.shape), 0);
  }

  /** How many of the parameters are trained. */
  get trainableCount(): number {
    return this.trained.reduce((sum, { spec }) => sum + count(spec.shape), 0);
  }

  /** Fills all parameters from the seed: tensor number t draws from step t of the stream for initialisation. */
  initialize(seed: number): void {
    this.changes++;
    this.tensors.forEach((tensor, t) => {
      const { spec } = tensor;
      const n = count(spec.shape);
      this.withScratch(n * 4, (scratch) => {
        initialize(this.core, spec.initializer, spec, scratch, n, seed, t);
        this.place(tensor.value.offset, spec, scratch);
      });
    });
  }

  /** Makes room for gradients and these optimizer slots, with what they hold at first; forgets earlier ones. */
  prepareTraining(slots: readonly Slot[]): void {
    this.changes++;
    this.withGradients = true;
    this.slots = slots.length;
    const moved = slots.indexOf(TRAINED);
    this.moved = moved < 0 ? undefined : moved;
    this.plans.clear();
    this.active = undefined;
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

  /** The plan for this mode with room for `rows` rows, made once and then remembered. Not yet in memory: see use(). */
  plan(mode: Mode, rows: number, input: InputKind, training?: Training): Plan {
    const of = mode === "train" ? (training?.of ?? "trained") : "own";
    const key = [mode, rows, input.type, input.scale, training?.target, training?.inputGradient, of].join(
      " ",
    );
    let found = this.plans.get(key);
    if (found === undefined) {
      const tensors = new Map(this.tensors.map((tensor) => [tensor.name, tensor]));
      found = plan({
        mode,
        rows,
        layers: this.layers,
        input,
        ...training,
        core: this.core,
        parameter: (layer, name) => this.placed(tensors.get(`${layer}.${name}`)!, of),
        base: this.workspace,
      });
      this.plans.set(key, found);
      // the oldest goes: who predicts batches of ever new sizes must not pay for all of them
      if (this.plans.size > 16) this.plans.delete(this.plans.keys().next().value!);
    }
    return found;
  }

  /** Puts the plan into linear memory unless it is there already. What another plan kept in its buffers is lost. */
  use(wanted: Plan): Plan {
    if (this.active !== wanted) {
      this.core.reserve(wanted.end);
      this.core.u8(wanted.base, wanted.bytes.length).set(wanted.bytes);
      this.active = wanted;
    }
    return wanted;
  }

  /** Runs instructions `from` … `to` of a plan in use. Returns whether all of them ran. */
  run(current: Plan, from: number, to: number, rows: number): boolean {
    return this.core.run(current.tape, from, to, rows, current.step) === to - from;
  }

  /** A copy of a parameter's values, row-major in its shape; `of` chooses the gradient or a slot instead. */
  read(tensor: Tensor, of: "value" | "gradient" | number = "value"): Float32Array<ArrayBuffer> {
    const from = this.offsetOf(tensor, of);
    const { spec } = tensor;
    const n = count(spec.shape);
    if (spec.layout === "vector") return this.core.f32(from, n).slice();
    return this.withScratch(n * 4, (scratch) => {
      unpack(this.core, scratch, from, spec);
      return this.core.f32(scratch, n).slice();
    });
  }

  /** Sets a parameter (or a slot) from row-major values. */
  write(tensor: Tensor, values: ArrayLike<number>, of: "value" | number = "value"): void {
    this.changes++;
    this.withScratch(count(tensor.spec.shape) * 4, (scratch) => {
      this.core.f32(scratch, values.length).set(values);
      this.place(this.offsetOf(tensor, of), tensor.spec, scratch);
    });
  }

  /** Whether all values of a parameter are numbers. */
  finite(tensor: Tensor): boolean {
    return this.core.exports.allFinite(tensor.value.offset, tensor.value.bytes / 4) !== 0;
  }

  /** A copy of everything training changes: parameters and slots. For going back, and for another thread. */
  snapshot(): Uint8Array<ArrayBuffer> {
    const slots = this.bytes * this.slots;
    const copy = new Uint8Array(this.all + slots);
    copy.set(this.core.u8(this.core.base, this.all));
    if (slots > 0) copy.set(this.core.u8(this.slotOffset(0), slots), this.all);
    return copy;
  }

  restore(copy: Uint8Array): void {
    this.changes++;
    this.core.u8(this.core.base, this.all).set(copy.subarray(0, this.all));
    if (this.slots > 0)
      this.core.u8(this.slotOffset(0), this.bytes * this.slots).set(copy.subarray(this.all));
  }

  private offsetOf(tensor: Tensor, of: "value" | "gradient" | number): number {
    if (of === "value") return tensor.value.offset;
    return of === "gradient" ? tensor.gradient.offset : this.slotOffset(of) + tensor.at;
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

  private get workspace(): number {
    return this.gradients + (this.withGradients ? this.bytes * (1 + this.slots) : 0);
  }

  private place(to: number, spec: Parameter, plain: number): void {
    const n = count(spec.shape);
    if (spec.layout === "vector") {
      this.core.u8(to, align(footprint(spec))).fill(0);
      this.core.u8(to, n * 4).set(this.core.u8(plain, n * 4));
      return;
    }
    const { k, out, groups } = matricesOf(spec);
    if (spec.layout === "rows") {
      const rows = this.core.f32(to, k * ld(out));
      rows.fill(0);
      const values = this.core.f32(plain, k * out);
      for (let r = 0; r < k; r++) rows.set(values.subarray(r * out, (r + 1) * out), r * ld(out));
      return;
    }
    for (let g = 0; g < groups; g++)
      this.core.exports.packPanels(to + g * k * ld(out) * 4, plain + g * out * 4, k, out, out * groups);
  }

  /** Lends bytes of the workspace; the plan that was there must be put back before it runs again. */
  private withScratch<T>(bytes: number, body: (offset: number) => T): T {
    const offset = align(this.workspace);
    this.check(offset + bytes);
    this.core.reserve(offset + bytes);
    this.active = undefined;
    return body(offset);
  }

  private check(bytes: number): void {
    if (!(bytes <= MAX_BYTES)) {
      throw tooLarge(
        bytes,
        this.tensors.map((tensor) => tensor.value),
      );
    }
  }
}

function unpack(core: Core, to: number, from: number, spec: Parameter): void {
  const { k, out, groups } = matricesOf(spec);
  if (spec.layout === "rows") {
    const rows = core.f32(from, k * ld(out));
    const values = core.f32(to, k * out);
    for (let r = 0; r < k; r++) values.set(rows.subarray(r * ld(out), r * ld(out) + out), r * out);
    return;
  }
  for (let g = 0; g < groups; g++)
    core.exports.unpackPanels(to + g * out * 4, from + g * k * ld(out) * 4, k, out, out * groups);
}

/** A kernel of any rank as the matrices it is multiplied as: [everything before the last axis, a share of the last axis]. */
export function matricesOf({ shape, groups = 1 }: Parameter): { k: number; out: number; groups: number } {
  const columns = shape[shape.length - 1];
  return { k: count(shape) / columns, out: columns / groups, groups };
}

const count = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Bytes a parameter takes in linear memory. */
export function footprint(spec: Parameter): number {
  if (spec.layout === "vector") return ld(count(spec.shape)) * 4;
  const { k, out, groups } = matricesOf(spec);
  return groups * k * ld(out) * 4; // with padded rows as in panels
}

export type { Range };
