/** What layers that several values meet in have in common. Twins of assembly/layers/add.ts and merge.ts. */
import { imagesBuild } from "../core/images.ts";
import { object } from "../fields/objects.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import type { Merge, Site } from "../plan/operation.ts";
import { type Shape, sameShape, showShape } from "../shape.ts";
import type { Built, Place } from "./kind.ts";
import { layerName, misfit } from "./layer.ts";

export const mergeFields = (doc: string) => object({ name: layerName() }, { doc });

/** What differs from one merging layer to another. All values have one shape, of so many floats. */
export interface Rule {
  /** y of two values; for more it is applied again and again. */
  readonly kernel: "ADD" | "SUBTRACT" | "MULTIPLY" | "MAXIMUM" | "MINIMUM";
  /** y becomes y · factor. */
  readonly factor?: number;
  /** Puts on the tape the gradients of the values. dy may be overwritten. */
  divide(at: Divide, needed: readonly boolean[]): readonly Range[];
}

interface Divide {
  readonly site: Site;
  readonly xs: readonly Range[];
  readonly y: Range;
  readonly dy: Range;
  readonly shape: Shape;
  readonly units: number;
}

/** Values of one shape, combined value by value. */
export function mergeOperation(layer: string, shapes: readonly Shape[], rule: Rule): Merge {
  const [shape] = shapes;
  const units = floatsOf(shape);
  return {
    layer,
    parameters: [],
    inputShapes: shapes,
    outputShape: shape,
    merge({ builder, output }, [first, ...others]) {
      const y = output(shape);
      let a = first;
      for (const b of others) {
        builder.emit(rule.kernel, { y, a, b, units });
        a = y;
      }
      if (rule.factor !== undefined) builder.emit("SCALE", { y, x: y, units, factor: rule.factor });
      return y;
    },
    divide: TRAINING && ((site, xs, y, dy, needed) => rule.divide({ site, xs, y, dy, shape, units }, needed)),
  };
}

/** One gradient for each value: dy itself for the first, copies for the others, since each may be written over. */
export function copies({ site, xs, dy, shape, units }: Divide): Range[] {
  return xs.map((_, i) => {
    if (i === 0) return dy;
    const copy = site.gradient(shape);
    site.builder.emit("ADD", { y: copy, a: dy, b: 0, units });
    return copy;
  });
}

/** The gradients of a largest or smallest value: each goes to the value that was taken, the first of equals. */
export function routed({ site, xs, y, dy, shape, units }: Divide): Range[] {
  return xs.map((x, i) => {
    // what the others did not take is the last one's
    if (i === xs.length - 1) return dy;
    const dx = site.gradient(shape);
    site.builder.emit("ROUTE", { dx, dy, x, y, units });
    return dx;
  });
}

/** @throws NablaError for a single value */
export function checkSeveral({ called, inputShapes }: Place): void {
  if (inputShapes.length > 1) return;
  const [type] = called.split(" ");
  throw misfit(TRAINING && `${called}: expected two inputs or more, as in ${type}().apply([a, b]), got 1`);
}

/** Builds a layer that combines values of one shape. @throws NablaError where there are fewer than two, or shapes differ */
export function buildMerge(at: Place, rule: Rule): Built {
  checkSeveral(at);
  const { name, called, inputShapes } = at;
  const [first] = inputShapes;
  const odd = inputShapes.findIndex((shape) => !sameShape(shape, first));
  if (odd > 0) {
    throw misfit(
      TRAINING &&
        `${called}: expected inputs of one shape, got ${inputShapes.map(showShape).join(" and ")}: input ${odd + 1} differs from the first; bring them to one shape before, or use concatenate()`,
    );
  }
  return { outputShape: first, operations: [mergeOperation(name, inputShapes, rule)], core: imagesBuild };
}
