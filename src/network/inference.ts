/**
 * A built network in one instance of the core: where its parameters lie, and the plans that predict with them. What training adds
 * is in src/network/network.ts; linear memory is touched through these two alone.
 */

import type { ActivationName } from "../activations/table.ts";
import { largest } from "../core/compile.ts";
import { Core } from "../core/core.ts";
import { MAX_BYTES } from "../core/limits.ts";
import type { TargetScale } from "../data/targetScale.ts";
import { misfit } from "../layers/layer.ts";
import { align, ld, tooLarge } from "../plan/builder.ts";
import { type ForwardRequest, type Plan, predictPlan } from "../plan/forward.ts";
import {
  type Architecture,
  type InputKind,
  type Layer,
  type Parameter,
  type Placed,
  parametersOf,
} from "../plan/operation.ts";
import { sizeOf } from "../shape.ts";

/** One parameter of the model and where it lies. */
export interface Tensor extends Placed {
  readonly layer: string;
  readonly spec: Parameter;
  /** "<layer>.<parameter>" */
  readonly name: string;
  /** Where it starts in the flat range of parameters, in bytes. Those that are trained come first. */
  readonly at: number;
}

export class InferenceNetwork {
  readonly tensors: readonly Tensor[];
  /** Those that training changes by their gradients. */
  readonly trained: readonly Tensor[];
  /** Bytes of the parameters that are trained; gradients and each slot take as many. */
  readonly bytes: number;
  /** Bytes of all parameters. */
  readonly all: number;
  /** How rows of each input were read in training: what bytes stand for. Undefined before; bytes then are multiplied by 1/255. */
  reading: readonly InputKind[] | undefined;
  /** The model it is of, which says in what unit outputs are, and what they stand for. */
  about: {
    readonly metadata: {
      readonly targetScale?: TargetScale;
      readonly classes?: readonly string[] | undefined;
      readonly extra?: { readonly decision?: unknown } | undefined;
    };
  } = { metadata: {} };
  private plans = new Map<Plan, string>();
  private active: Plan | undefined;
  /** Called before something else uses the place of the plan in memory, while that is needed again as it is. */
  leaving: (() => void) | undefined;

  /** The activation each output comes from. Found once, as every prediction asks. */
  readonly activations: readonly ActivationName[];
  /** Shapes of one row of each output, without the batch. */
  readonly outputShapes: readonly (readonly number[])[];
  /** Rows of every batch, where states are carried from one to the next. */
  readonly batchSize: number | undefined;

  /** @param core another build of the core than the smallest that has the layers' kernels */
  constructor(
    readonly architecture: Architecture,
    readonly core = new Core(largest(architecture.layers.map((layer) => layer.core))),
  ) {
    const base = this.core.base;
    // a layer that is applied twice has one set of parameters
    const all = this.layers.flatMap(parametersOf);
    const specs = [...new Map(all.map((each) => [`${each.layer}.${each.spec.name}`, each]))];
    const places = new Map<Parameter, number>();
    let at = 0;
    const place = (trainable: boolean) => {
      for (const [, { spec }] of specs) {
        if (spec.trainable !== trainable) continue;
        places.set(spec, at);
        at += align(footprint(spec));
      }
      return at;
    };
    this.bytes = place(true);
    this.all = place(false);
    this.tensors = specs.map(([name, { layer, spec }]) => {
      const bytes = align(footprint(spec));
      const offset = places.get(spec)!;
      return {
        layer,
        spec,
        name,
        at: offset,
        value: { name, bytes, offset: base + offset },
        // of what kernels write, without what aligns it
        gradient: { name: `gradient of ${name}`, bytes: footprint(spec), offset: 0 },
      };
    });
    this.trained = this.tensors.filter(({ spec }) => spec.trainable);
    this.batchSize = batchSizeOf(this.tensors);
    const { inputs, layers, outputs } = architecture;
    this.outputShapes = outputs.map(({ layer }) => layers[layer].outputShape);
    this.activations = outputs.map(({ layer }) => {
      let at: Layer | undefined = layers[layer];
      while (at && at.activation === undefined) at = layers[at.inputs[0] - inputs.length];
      return (at?.activation ?? "linear") as ActivationName;
    });
    this.check(base + this.all);
    this.core.reserve(base + this.all);
  }

  get layers(): readonly Layer[] {
    return this.architecture.layers;
  }

  /** What the bytes of an input are multiplied by, where nobody says another thing. */
  scaleOf(input: number): number {
    return this.reading?.[input]?.scale ?? 1 / 255;
  }

  /** Shape of one row of the first input, without the batch. */
  get inputShape(): readonly number[] {
    return this.architecture.inputs[0].shape;
  }

  /** Of the first output. */
  get outputShape(): readonly number[] {
    return this.outputShapes[0];
  }

  /** First byte after what the model keeps from one run to the next. */
  get workspace(): number {
    return this.core.base + this.all;
  }

  /** The plan for predicting up to `rows` rows at once, made once and then remembered. Not yet in memory: see use(). */
  plan(_mode: "predict", rows: number, inputs: readonly InputKind[]): Plan {
    return this.remember("predict", rows, inputs, () => predictPlan(this.outputsRequest(rows, inputs)));
  }

  /** What such a plan is made from. */
  outputsRequest(rows: number, inputs: readonly InputKind[]): ForwardRequest {
    return {
      rows,
      architecture: this.architecture,
      inputs,
      core: this.core,
      parameter: this.lookup((tensor) => tensor),
      base: this.workspace,
    };
  }

  /** Where a plan finds a parameter by its layer's and its own name. */
  protected lookup(placed: (tensor: Tensor) => Placed): (layer: string, name: string) => Placed {
    const tensors = new Map(this.tensors.map((tensor) => [tensor.name, tensor]));
    return (layer, name) => placed(tensors.get(`${layer}.${name}`)!);
  }

  /** @param what it is for, besides these rows of these kinds, which are compared: a key takes as long to write as a small network to run */
  protected remember(what: string, rows: number, inputs: readonly InputKind[], make: () => Plan): Plan {
    for (const [plan, its] of this.plans)
      if (
        its === what &&
        plan.rows === rows &&
        plan.inputs.every(({ kind }, i) => kind.type === inputs[i].type && kind.scale === inputs[i].scale)
      )
        return plan;
    const made = make();
    this.plans.set(made, what);
    // the oldest goes: a program that predicts batches of ever new sizes must not keep a plan for each
    if (this.plans.size > 16) this.plans.delete(this.plans.keys().next().value!);
    return made;
  }

  protected forget(): void {
    this.plans.clear();
    this.active = undefined;
  }

  /** Puts the plan into linear memory unless it is there already. What another plan kept in its buffers is lost. */
  use(wanted: Plan): Plan {
    this.leaving?.();
    if (this.active !== wanted) {
      this.core.reserve(wanted.end);
      this.core.u8(wanted.base, wanted.bytes.length).set(wanted.bytes);
      this.active = wanted;
    }
    return wanted;
  }

  /** Whether the plan is in linear memory, with what it has in its buffers. */
  inUse(plan: Plan): boolean {
    return this.active === plan;
  }

  /** Runs instructions `from` … `to` of a plan in use. Returns whether all of them ran. */
  run(current: Plan, from: number, to: number, rows: number): boolean {
    return this.core.run(current.tape, from, to, rows, current.step) === to - from;
  }

  /** Sets a parameter from row-major values. */
  write(tensor: Tensor, values: ArrayLike<number>): void {
    this.writeTo(tensor.value.offset, tensor.spec, values);
  }

  protected writeTo(offset: number, spec: Parameter, values: ArrayLike<number>): void {
    this.active = undefined;
    this.place(offset, spec, values);
  }

  /** Whether all values of a parameter are numbers. */
  finite(tensor: Tensor): boolean {
    return this.core.exports.allFinite(tensor.value.offset, tensor.value.bytes / 4) !== 0;
  }

  protected place(to: number, spec: Parameter, values: ArrayLike<number>): void {
    const stored = this.core.f32(to, align(footprint(spec)) / 4);
    stored.fill(0);
    if (spec.layout === "vector") stored.set(values);
    else
      eachRun(spec, (at, i, n) => {
        for (const end = at + n; at < end; ) stored[at++] = values[i++];
      });
  }

  /** Lends bytes of the workspace; the plan that was there must be put back before it runs again. */
  withScratch<T>(bytes: number, body: (offset: number) => T): T {
    const offset = align(this.workspace);
    this.check(offset + bytes);
    this.leaving?.();
    this.core.reserve(offset + bytes);
    this.active = undefined;
    return body(offset);
  }

  protected check(bytes: number): void {
    if (!(bytes <= MAX_BYTES)) {
      throw tooLarge(
        bytes,
        this.tensors.map((tensor) => tensor.value),
      );
    }
  }
}

/** A kernel of any rank as the matrices it is multiplied as: [everything before the last axis, a share of the last axis]. */
export function matricesOf(spec: Parameter): { k: number; out: number; groups: number } {
  const { shape, groups = 1, columns = shape[shape.length - 1] } = spec;
  return { k: sizeOf(shape) / columns, out: columns / groups, groups };
}

/**
 * Tells where the values of a matrix lie in linear memory, in rows or packed (assembly/math/panels.ts): `n` of them from float `at` on are
 * those from `i` on in plain rows.
 */
export function eachRun(spec: Parameter, visit: (at: number, i: number, n: number) => void): void {
  const { k, out, groups } = matricesOf(spec);
  const width = ld(out);
  const most = spec.layout === "rows" ? width : 8;
  let i = 0;
  for (let row = 0; row < k; row++)
    for (let g = 0; g < groups; g++)
      for (let c = 0; c < out; c += most) {
        const n = Math.min(most, out - c);
        visit(g * k * width + c * k + row * Math.min(most, width - c), i, n);
        i += n;
      }
}

/** Bytes a parameter takes in linear memory. */
export function footprint(spec: Parameter): number {
  if (spec.layout === "vector") return ld(sizeOf(spec.shape)) * 4;
  const { k, out, groups } = matricesOf(spec);
  return groups * k * ld(out) * 4; // with padded rows, as packed ones have them
}

/** Of stateful layers, undefined where there are none. @throws NablaError where they have several */
function batchSizeOf(tensors: readonly Tensor[]): number | undefined {
  let first: Tensor | undefined;
  for (const each of tensors) {
    if (!each.spec.carried) continue;
    first ??= each;
    const [size, other] = [first.spec.shape[0], each.spec.shape[0]];
    if (other !== size)
      throw misfit(
        TRAINING &&
          `"${first.layer}" is stateful with batchSize ${size}, "${each.layer}" with ${other}; give both the same`,
      );
  }
  return first?.spec.shape[0];
}
