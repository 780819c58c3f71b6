/** What operators work with: values that are put in order, and layers that are put behind them. */

import { sameShape, sizeOf } from "../../shape.ts";
import type { Building, Made, Weights } from "../building.ts";
import { Unsupported } from "../problems.ts";
import {
  type Axis,
  type Constant,
  dimsOf,
  type Factor,
  lengthOf,
  ofRow,
  refined,
  regrouped,
  replaced,
  type Term,
  type Value,
} from "./value.ts";

/** An input of the graph, and in which order the layers want it. */
export interface Entry {
  readonly value: Value;
  /** Numbers of the file's axes, for each axis here. */
  wish?: readonly (readonly number[])[];
}

const sameAxes = (a: readonly Axis[], b: readonly Axis[]): boolean =>
  a.length === b.length && a.every((axis, i) => sameFactors(axis, b[i]!));
const sameFactors = (a: Axis, b: Axis): boolean =>
  a.length === b.length && a.every((factor, i) => factor === b[i]);

/** Axes that a permutation may have. */
const MOST_AXES = 6;

export class Importing {
  readonly entries: Entry[] = [];
  /** By what names of the file a layer's values are known: who uses them. */
  readonly names = new Map<string, string[]>();
  /** The name of the node that is read, for its layers. */
  node = "";

  constructor(
    readonly building: Building,
    /** How many uses each name of the file has; an output of the graph is one that no layer sees. */
    readonly uses: ReadonlyMap<string, number>,
    /** The most values that are made of shapes, so that a small file cannot ask for a large memory. */
    readonly most: number,
  ) {}

  /** A layer behind values. */
  add(
    type: string,
    options: Readonly<Record<string, unknown>>,
    from: readonly (Value | string)[],
    weights?: Weights,
  ): Made {
    const inputs = from.map((each) => (typeof each === "string" ? each : each.layer));
    return this.building.add(type, options, inputs, { name: this.node, weights });
  }

  /** What a layer makes of a value that keeps its axes. */
  unary(
    value: Value,
    type: string,
    options: Readonly<Record<string, unknown>> = {},
    weights?: Weights,
  ): Value {
    return { ...value, layer: this.add(type, options, [value], weights).config.name };
  }

  activate(value: Value, activation: string, options: Readonly<Record<string, unknown>> = {}): Value {
    const made = this.building.layers.get(value.layer)!;
    const given = Object.keys(options).length > 0 ? { name: activation, ...options } : activation;
    const { type } = made.config;
    if (
      made.config.activation === undefined &&
      /^(?:dense|conv1d|conv2d|conv2dTranspose)$/.test(type) &&
      this.isOnly(value)
    ) {
      made.config.activation = given;
      return value;
    }
    return this.unary(value, "activation", { activation: given });
  }

  /** Whether nothing else sees this value, so that its layer may still change. */
  isOnly({ layer }: Value): boolean {
    return (this.names.get(layer) ?? []).every((name) => this.uses.get(name) === 1);
  }

  /** The same values with these axes, in this order, held by a layer: by another one only if need be. */
  arrange(value: Value, wanted: readonly Axis[]): Value {
    const axes = wanted.length > 0 ? wanted : [[]];
    const flat = value.held.flat();
    const order = axes.flat();
    const sizes = axes.map(lengthOf);
    const made = this.building.layers.get(value.layer)!;
    this.note(value, axes);
    if (sameFactors(flat, order)) {
      if (sameShape(made.shape, sizes)) return { ...value, held: axes };
      return {
        ...value,
        held: axes,
        layer: (sizes.length === 1
          ? this.add("flatten", {}, [value])
          : this.add("reshape", { targetShape: sizes }, [value])
        ).config.name,
      };
    }
    // factors that stay neighbours move together
    const runs: Factor[][] = [];
    for (const factor of flat) {
      const last = runs[runs.length - 1];
      const before = last?.[last.length - 1];
      if (before && order.indexOf(factor) === order.indexOf(before) + 1) last!.push(factor);
      else runs.push([factor]);
    }
    if (runs.length > MOST_AXES)
      throw new Unsupported(`it moves ${runs.length} axes at once, more than ${MOST_AXES}`);
    const moved = [...runs].sort((a, b) => order.indexOf(a[0]!) - order.indexOf(b[0]!));
    const split = this.arrange(value, runs);
    const dims = moved.map((run) => runs.indexOf(run) + 1);
    return this.arrange(
      { ...value, held: moved, layer: this.add("permute", { dims }, [split]).config.name },
      axes,
    );
  }

  /** Remembers in which order an input would be best. */
  private note(value: Value, axes: readonly Axis[]): void {
    const flat = value.held.flat();
    for (const entry of this.entries) {
      if (entry.wish || sameAxes(entry.value.held, axes) || !sameFactors(entry.value.held.flat(), flat))
        continue;
      if (!axes.every((axis) => axis.length < 2)) continue;
      entry.wish = axes.map((axis) =>
        axis.map((factor) => entry.value.axes.findIndex((own) => own.includes(factor))),
      );
    }
  }

  /** The value with some factors innermost, as one axis: in the order they lie in, where they lie so already. */
  innermost(value: Value, factors: Axis): { value: Value; order: Axis } {
    const flat = value.held.flat();
    const tail = flat.slice(flat.length - factors.length);
    const order = factors.every((factor) => tail.includes(factor)) ? tail : factors;
    const rest = value.held
      .map((axis) => axis.filter((factor) => !factors.includes(factor)))
      .filter((axis) => axis.length > 0);
    // an axis of one step stays where it is
    const last = value.held[value.held.length - 1]!;
    if (sameFactors(last, order)) return { value, order };
    return { value: this.arrange(value, [...rest, order]), order };
  }

  /** Another shape of the same values in the order of the file. */
  reshape(value: Value, dims: readonly number[]): Value {
    if (sizeOf(dims) !== sizeOf(dimsOf(value)))
      throw new Unsupported(
        `it makes the shape [${dims.join(", ")}] of [${dimsOf(value).join(", ")}], which has other values`,
      );
    const easy = regrouped(value, dims);
    if (easy) return easy;
    // ends that lie within factors: all that is not the batch becomes one
    const [batch, ...others] = value.axes.flat();
    const all = batch?.batch ? others : value.axes.flat();
    if (all.some((factor) => factor.batch))
      throw new Unsupported("it joins the batch with what comes before it");
    const flat = this.arrange(value, [all]);
    const one = { size: lengthOf(all) };
    const axes = batch?.batch ? [[batch], [one]] : [[one]];
    const joined = regrouped({ ...flat, axes, held: [[one]] }, dims);
    if (!joined)
      throw new Unsupported(
        `it makes the shape [${dims.join(", ")}] of [${dimsOf(value).join(", ")}], which splits the batch`,
      );
    return joined;
  }

  /** Values of one shape, lying alike. Axes of one step are repeated where another has more. */
  alike(given: readonly Value[]): Value[] {
    const rank = Math.max(...given.map(({ axes }) => axes.length));
    const all = given.map(
      (value): Value => ({
        ...value,
        axes: [...Array<Axis>(rank - value.axes.length).fill([]), ...value.axes],
      }),
    );
    const dims = Array.from({ length: rank }, (_, i) =>
      Math.max(...all.map(({ axes }) => lengthOf(axes[i]!))),
    );
    let first = all[0]!;
    for (const { axes } of all)
      axes.forEach((axis, i) => {
        const n = lengthOf(axis);
        if (n !== 1 && n !== dims[i])
          throw new Unsupported(`its inputs have ${n} and ${dims[i]} steps along axis ${i}`);
        const batch = axis.some((factor) => factor.batch);
        if (
          !batch &&
          n === 1 &&
          all.some((other) => other.axes[i]!.some((factor) => factor.batch && factor.size > 1))
        )
          throw new Unsupported("one of its inputs has no batch");
      });
    first = this.grown(first, all, dims);
    for (const [i, other] of all.entries()) {
      if (i === 0) continue;
      for (let axis = 0; axis < rank; axis++) {
        const [own, others] = [ofRow(other.axes[axis]!), ofRow(first.axes[axis]!)];
        if (own.length === 0) continue;
        const cuts = refined(others, own);
        if (!cuts) {
          // split in places that have nothing to do with each other
          first = this.inOrder(first);
          all[i] = this.inOrder(all[i]!);
        } else first = replaced(first, cuts.a);
      }
    }
    return all.map((value, i) => (i === 0 ? first : this.like(value, first)));
  }

  /** The value in the order of the file, each axis whole. */
  inOrder(value: Value): Value {
    const arranged = this.arrange(value, value.axes.map(ofRow));
    const held = arranged.held.map((axis): Axis => (axis.length > 1 ? [{ size: lengthOf(axis) }] : axis));
    const axes = value.axes.map((axis, i): Axis => [...axis.filter(({ batch }) => batch), ...held[i]!]);
    return { ...arranged, axes, held };
  }

  /** A value with every axis as long as the longest of those it meets. */
  private grown(value: Value, all: readonly Value[], dims: readonly number[]): Value {
    const missing: Factor[] = [];
    const axes = value.axes.map((axis, i): Axis => {
      if (lengthOf(axis) === dims[i]) {
        // the batch of another, of one row
        return axis;
      }
      const other = all.find(({ axes }) => lengthOf(axes[i]!) === dims[i])!;
      const fresh = other.axes[i]!.map(({ size }) => ({ size }));
      missing.push(...fresh);
      return [...axis, ...fresh];
    });
    return missing.length === 0
      ? value
      : this.repeated(
          { ...value, axes },
          [...missing, ...value.held.flat()],
          [...missing.map((f) => [f]), ...value.held],
        );
  }

  /** A value as long and in the same order as another. */
  private like(given: Value, model: Value): Value {
    let value = given;
    const target = model;
    const same = new Map<Factor, Factor>();
    value.axes.forEach((_, i) => {
      const [own, others] = [ofRow(value.axes[i]!), ofRow(target.axes[i]!)];
      if (own.length === 0) return;
      const cuts = refined(own, others);
      if (!cuts || cuts.b.size > 0)
        throw new Unsupported("its inputs have axes that were split in different places");
      value = replaced(value, cuts.a);
      ofRow(value.axes[i]!).forEach((factor, j) => {
        same.set(factor, others[j]!);
      });
    });
    const write = (axis: Axis): Axis => axis.map((factor) => same.get(factor) ?? factor);
    value = { ...value, held: value.held.map(write), axes: target.axes };
    return this.repeated(value, target.held.flat(), target.held);
  }

  /** A value that is repeated along the factors it lacks, in a given order. */
  private repeated(given: Value, order: Axis, held: readonly Axis[]): Value {
    let value = given;
    const has = new Set(value.held.flat());
    if (order.some((factor) => !has.has(factor))) {
      value = this.arrange(value, [order.filter((factor) => has.has(factor))]);
      const done: Factor[] = [];
      for (const factor of order) {
        done.push(factor);
        if (has.has(factor)) continue;
        const inner = order.slice(order.indexOf(factor) + 1).filter((each) => has.has(each));
        const outer = done.slice(0, -1);
        const split = this.arrange(value, [outer, inner]);
        value = {
          ...value,
          held: [done, inner].map((axis) => [...axis]),
          layer: this.add("upSampling1d", { size: factor.size }, [split]).config.name,
        };
        has.add(factor);
      }
    }
    return this.arrange(value, held);
  }

  /** A value repeated to a shape. */
  expanded(value: Value, dims: readonly number[]): Value {
    const rank = Math.max(dims.length, value.axes.length);
    const axes: Axis[] = [...Array<Axis>(rank - value.axes.length).fill([]), ...value.axes];
    const missing: Factor[] = [];
    const all = axes.map((axis, i): Axis => {
      const wanted = dims[i - (rank - dims.length)] ?? 1;
      const n = lengthOf(axis);
      if (n === wanted || wanted === 1) return axis;
      if (n !== 1) throw new Unsupported(`it makes ${wanted} steps of ${n} along axis ${i}`);
      if (sizeOf(dims) > this.most)
        throw new Unsupported("it repeats values more often than the file has bytes");
      const factor = { size: wanted };
      missing.push(factor);
      return [...axis, factor];
    });
    const grown = { ...value, axes: all };
    return missing.length === 0
      ? grown
      : this.repeated(grown, [...missing, ...value.held.flat()], [...missing.map((f) => [f]), ...value.held]);
  }
}

export const isConstant = (term: Term | undefined): term is Constant => term?.kind === "constant";
export const isValue = (term: Term | undefined): term is Value => term?.kind === "value";
