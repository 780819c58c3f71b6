/** Values of different shapes that meet: those of one step along an axis are repeated. */
import { sizeOf } from "../../shape.ts";
import { Unsupported } from "../problems.ts";
import type { Importing } from "./importing.ts";
import { type Axis, type Factor, lengthOf, ofRow, refined, replaced, type Value } from "./value.ts";

/** Values of one shape, lying alike. Axes of one step are repeated where another has more. */
export function alike(at: Importing, given: readonly Value[]): Value[] {
  const rank = Math.max(...given.map(({ axes }) => axes.length));
  const all = given.map(
    (value): Value => ({
      ...value,
      axes: [...Array<Axis>(rank - value.axes.length).fill([]), ...value.axes],
    }),
  );
  const dims = Array.from({ length: rank }, (_, i) => Math.max(...all.map(({ axes }) => lengthOf(axes[i]!))));
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
  first = grown(at, first, all, dims);
  for (const [i, other] of all.entries()) {
    if (i === 0) continue;
    for (let axis = 0; axis < rank; axis++) {
      const [own, others] = [ofRow(other.axes[axis]!), ofRow(first.axes[axis]!)];
      if (own.length === 0) continue;
      const cuts = refined(others, own);
      if (!cuts) {
        // split in places that have nothing to do with each other
        first = at.inOrder(first);
        all[i] = at.inOrder(all[i]!);
      } else first = replaced(first, cuts.a);
    }
  }
  return all.map((value, i) => (i === 0 ? first : like(at, value, first)));
}

/** A value with every axis as long as the longest of those it meets. */
function grown(at: Importing, value: Value, all: readonly Value[], dims: readonly number[]): Value {
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
    : repeated(
        at,
        { ...value, axes },
        [...missing, ...value.held.flat()],
        [...missing.map((f) => [f]), ...value.held],
      );
}

/** A value as long and in the same order as another. */
function like(at: Importing, given: Value, model: Value): Value {
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
  return repeated(at, value, target.held.flat(), target.held);
}

/** A value that is repeated along the factors it lacks, in a given order. */
function repeated(at: Importing, given: Value, order: Axis, held: readonly Axis[]): Value {
  let value = given;
  const has = new Set(value.held.flat());
  if (order.some((factor) => !has.has(factor))) {
    value = at.arrange(value, [order.filter((factor) => has.has(factor))]);
    const done: Factor[] = [];
    for (const factor of order) {
      done.push(factor);
      if (has.has(factor)) continue;
      const inner = order.slice(order.indexOf(factor) + 1).filter((each) => has.has(each));
      const outer = done.slice(0, -1);
      // a step that stands by itself
      const alone = outer.length === 0 && inner.length > 0;
      const split = at.arrange(value, alone ? [inner] : [outer, inner]);
      value = {
        ...value,
        held: [done, inner].map((axis) => [...axis]),
        layer: (alone
          ? at.add("repeatVector", { n: factor.size }, [split])
          : at.add("upSampling1d", { size: factor.size }, [split])
        ).config.name,
      };
      has.add(factor);
    }
  }
  return at.arrange(value, held);
}

/** A value repeated to a shape. */
export function expanded(at: Importing, value: Value, dims: readonly number[]): Value {
  const rank = Math.max(dims.length, value.axes.length);
  const axes: Axis[] = [...Array<Axis>(rank - value.axes.length).fill([]), ...value.axes];
  const missing: Factor[] = [];
  const all = axes.map((axis, i): Axis => {
    const wanted = dims[i - (rank - dims.length)] ?? 1;
    const n = lengthOf(axis);
    if (n === wanted || wanted === 1) return axis;
    if (n !== 1) throw new Unsupported(`it makes ${wanted} steps of ${n} along axis ${i}`);
    if (sizeOf(dims) > at.most) throw new Unsupported("it repeats values more often than the file has bytes");
    const factor = { size: wanted };
    missing.push(factor);
    return [...axis, factor];
  });
  const grown = { ...value, axes: all };
  return missing.length === 0
    ? grown
    : repeated(at, grown, [...missing, ...value.held.flat()], [...missing.map((f) => [f]), ...value.held]);
}
