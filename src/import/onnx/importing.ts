/** What operators work with: values that are put in order, and layers that are put behind them. */

import { sameShape, sizeOf } from "../../shape.ts";
import type { Building, Made, Weights } from "../building.ts";
import { Unsupported } from "../problems.ts";
import { Missing, type PartName, type Parts } from "./parts.ts";
import {
  type Axis,
  along,
  axisOf,
  batchSteps,
  type Constant,
  dimsOf,
  type Entry,
  type Factor,
  lengthOf,
  type Masks,
  ofRow,
  regrouped,
  rowsInOrder,
  sameAxes,
  sameFactors,
  type Value,
} from "./value.ts";

/** What is asked of parts here: affine.ts, ops/attention.ts. */
interface Constants {
  affine(at: Importing, value: Value, scale?: Constant, offset?: Constant): Value;
  asValue(at: Importing, like: Value, known: Constant): Value;
}
interface Heads {
  projected(
    ...given: [at: Importing, Value, units: number, kernel: () => Float32Array, bias?: Float32Array]
  ): Made | undefined;
}

/** Axes that a permutation may have. */
const MOST_AXES = 6;

export class Importing {
  readonly entries: Entry[] = [];
  /** By what names of the file a layer's values are known: who uses them. */
  readonly names = new Map<string, string[]>();
  /** Layers of several heads: whether a product, or its bias, may still become their own. */
  readonly heads = new Map<string, "open" | "biasless" | "closed">();
  /** Layers that have some of a dense layer's outputs, one after the other. */
  readonly columns = new Map<string, { of: string; first: number; count: number }>();
  readonly masks: Masks = new Map();
  /** The name of the node that is read, for its layers. */
  node = "";

  constructor(
    readonly building: Building,
    /** How many uses each name of the file has; an output of the graph is one that no layer sees. */
    readonly uses: ReadonlyMap<string, number>,
    /** The most values that are made of shapes, so that a small file cannot ask for a large memory. */
    readonly most: number,
    /** Of the code that few files need what is there. */
    readonly parts: Parts,
  ) {}

  /** @throws Missing where it is to be loaded first; what read the file so far begins anew */
  part<Part extends object>(name: PartName): Part {
    const found = this.parts[name] as Part | undefined;
    if (!found) throw new Missing(name);
    return found;
  }

  /** scale · x + offset, with constants of any shape that broadcasts. */
  affine(value: Value, scale?: Constant, offset?: Constant): Value {
    return this.part<Constants>("constants").affine(this, value, scale, offset);
  }

  /** A constant as a value: it does not depend on the input that is named. */
  asValue(like: Value, known: Constant): Value {
    return this.part<Constants>("constants").asValue(this, like, known);
  }

  /** What is otherwise here than in the file, said once for each node. */
  readonly notes = new Set<string>();
  left(what: string): void {
    this.notes.add(this.node === "" ? what : `${this.node}: ${what}`);
  }

  /** A layer behind values. */
  add(
    type: string,
    options: Readonly<Record<string, unknown>>,
    from: readonly (Value | string)[],
    weights?: Weights,
  ): Made {
    const inputs = from.map((each) => (typeof each === "string" ? each : each.layer));
    // those that only help have no name of the file's
    const name = /^(?:reshape|flatten|permute)$/.test(type) ? undefined : this.node;
    return this.building.add(type, options, inputs, { name, weights });
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

  /** A layer behind an image, or behind each of a sequence. */
  added(
    given: Value,
    type: string,
    options: Readonly<Record<string, unknown>>,
    weights: Weights = {},
  ): Value {
    const steps = batchSteps(given);
    const name = steps.length > 0 ? this.building.nameFor(this.node, type) : "";
    const inner = Object.entries(weights).map(([parameter, own]) => [`${name}.${parameter}`, own] as const);
    const made =
      steps.length > 0
        ? this.add(
            "timeDistributed",
            { layer: [{ ...options, type, name }] },
            [given],
            Object.fromEntries(inner),
          )
        : this.add(type, options, [given], weights);
    const image = made.shape.slice(steps.length).map(axisOf);
    const axes = [given.axes[0]!, image[image.length - 1]!, ...image.slice(0, -1)];
    return { ...given, layer: made.config.name, held: [...steps, ...image], axes };
  }

  /**
   * What a matrix makes of the values along an axis: y[j] = Σ x[i] · matrix[i, j]. The axis is then as long as the matrix is wide.
   *
   * @param matrix row-major, its rows in the order of the file
   * @param more the layer's options, its bias, and whether it learns
   */
  linear(
    value: Value,
    axis: number,
    matrix: { readonly units: number; readonly data: () => Float32Array },
    more: { readonly bias?: Float32Array; readonly options?: Readonly<Record<string, unknown>> } = {},
  ): Value {
    const factors = along(value, axis);
    const { value: ready, order } = this.innermost(value, factors);
    const n = lengthOf(factors);
    const { units } = matrix;
    const bias = more.bias;
    const kernel = () => rowsInOrder(matrix.data(), units, factors, order);
    const heads =
      more.options || this.heads.size === 0
        ? undefined
        : this.part<Heads>("attending").projected(this, ready, units, kernel, bias);
    const made =
      heads ??
      this.add("dense", { units, useBias: bias !== undefined, ...more.options }, [ready], {
        kernel: { shape: [n, units], data: kernel },
        ...(bias && { bias: { shape: [units], data: () => bias } }),
      });
    const out = axisOf(units);
    const batch = value.axes[axis]!.filter((factor) => factor.batch);
    return {
      kind: "value",
      layer: made.config.name,
      axes: ready.axes.map((own, i) => (i === axis ? [...batch, ...out] : own)),
      held: [...ready.held.slice(0, -1), out],
    };
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
    return (
      !this.building.used.has(layer) &&
      (this.names.get(layer) ?? []).every((name) => this.uses.get(name) === 1)
    );
  }

  /**
   * The same values with these axes, in this order, held by a layer: by another one only if need be.
   *
   * @throws Unsupported where these are not the axes that the value has
   */
  arrange(value: Value, wanted: readonly Axis[]): Value {
    const axes = wanted.length > 0 ? wanted : [[]];
    const flat = value.held.flat();
    const order = axes.flat();
    const sizes = axes.map(lengthOf);
    if (order.length !== flat.length || flat.some((factor) => !order.includes(factor)))
      throw new Unsupported(
        "its input has other axes than layers here take at once: steps that were joined with the batch, or an axis that is no part of it",
      );
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
      if (axes.length !== entry.value.held.length || !axes.every((axis) => axis.length < 2)) continue;
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
    if (sizeOf(dims) !== sizeOf(dimsOf(value)) || !dims.every((n) => Number.isSafeInteger(n) && n > 0))
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

  /** The value in the order of the file, each axis whole. */
  inOrder(value: Value): Value {
    const arranged = this.arrange(value, value.axes.map(ofRow));
    const held = arranged.held.map((axis): Axis => (axis.length > 1 ? [{ size: lengthOf(axis) }] : axis));
    const axes = value.axes.map((axis, i): Axis => [...axis.filter(({ batch }) => batch), ...held[i]!]);
    return { ...arranged, axes, held };
  }
}
