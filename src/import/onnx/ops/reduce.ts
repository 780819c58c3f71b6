/** One value of many, along axes. */

import { Unsupported } from "../../problems.ts";
import type { Handler, Handlers, Op } from "../op.ts";
import {
  type Axis,
  along,
  axisAt,
  batchSteps,
  constant,
  type Factor,
  lengthOf,
  type Value,
} from "../value.ts";

/** The mean or the largest over some factors, which are then gone. */
function over(op: Op, given: Value, gone: readonly Factor[], max: boolean): Value {
  const { at } = op;
  if (gone.length === 0) return given;
  const rest = given.held
    .map((axis) => axis.filter((factor) => !gone.includes(factor)))
    .filter((axis) => axis.length > 0);
  const [a, b, c] = given.held;
  const isImage =
    given.held.length === 3 &&
    gone.length === a!.length + b!.length &&
    [...a!, ...b!].every((factor) => gone.includes(factor));
  const flat = given.held.flat();
  // those that lie outermost in any order are as good as one axis
  const head = flat.slice(0, gone.length);
  const first: Axis = head.every((factor) => gone.includes(factor)) ? head : gone;
  const ready = isImage ? given : at.arrange(given, [first, rest.flat()]);
  // the mean over all steps: the layer would leave padding out
  if (!isImage && !max && at.masks.size > 0) {
    const { checkMasks, maskBeside } = at.part<typeof import("../masks.ts")>("masked");
    checkMasks([maskBeside(op, ready.layer)], []);
  }
  const layer = at.add(`global${max ? "Max" : "Average"}Pooling${isImage ? 2 : 1}d`, {}, [ready]).config.name;
  const held = isImage ? [c!] : [rest.flat()];
  return {
    ...given,
    layer,
    held,
    axes: given.axes.map((axis) => axis.filter((factor) => !gone.includes(factor))),
  };
}

type Kind = "mean" | "max" | "min" | "sum" | "l1" | "squares";

const reduction =
  (kind: Kind): Handler =>
  (op) => {
    const value = op.value();
    const rank = value.axes.length;
    const asInput = op.opset >= 18 || (kind === "sum" && op.opset >= 13);
    const asked = asInput ? op.numbers("axes", 1) : op.ints("axes");
    if ((!asked || asked.length === 0) && op.int("noop_with_empty_axes")) return value;
    const axes = asked?.length ? asked.map((axis) => axisAt(axis, rank)) : value.axes.map((_, i) => i);
    const gone = axes.flatMap((axis) => along(value, axis, "reduces"));
    const n = lengthOf(gone);
    const x =
      kind === "l1"
        ? op.at.part<typeof import("./arithmetic.ts")>("arithmetic").absolute(op, value)
        : kind === "squares"
          ? op.at.part<typeof import("./arithmetic.ts")>("arithmetic").times(op.at, value, value)
          : kind === "min"
            ? op.at.part<typeof import("./arithmetic.ts")>("arithmetic").negated(op, value)
            : value;
    const pooled = over(op, x, gone, kind === "max" || kind === "min");
    const done =
      kind === "mean" || kind === "max"
        ? pooled
        : op.at.affine(pooled, constant([], [kind === "min" ? -1 : n]));
    if (op.int("keepdims", 1)) return done;
    const kept = done.axes.map((axis, i) => ({ axis, gone: axes.includes(i) }));
    const batch = kept.flatMap(({ axis, gone }) => (gone ? axis.filter(({ batch }) => batch) : []));
    const left = kept.filter(({ gone }) => !gone).map(({ axis }) => axis);
    // a batch of one row may be written as no axis at all
    return {
      ...done,
      axes: batch.length > 0 && left.length > 0 ? [[...batch, ...left[0]!], ...left.slice(1)] : left,
    };
  };

/** Over all pixels. */
const global =
  (max: boolean): Handler =>
  (op) => {
    const value = op.value();
    if (value.axes.length < 3)
      throw new Unsupported(`its input has ${value.axes.length} axes, not [batch, channels, …]`);
    const gone = value.axes.slice(2).flatMap((_, i) => along(value, i + 2, "pools"));
    const { at } = op;
    if (value.axes.length !== 4) return over(op, value, gone, max);
    const steps = batchSteps(value);
    if (steps.length > 0) {
      const images = at.arrange(value, [...steps, value.axes[2]!, value.axes[3]!, along(value, 1)]);
      const pooled = op.at.added(images, `global${max ? "Max" : "Average"}Pooling2d`, {});
      return { ...pooled, axes: [...pooled.axes, [], []] };
    }
    return over(op, at.arrange(value, [value.axes[2]!, value.axes[3]!, along(value, 1)]), gone, max);
  };

export const handlers: Handlers = {
  ReduceMean: reduction("mean"),
  ReduceMax: reduction("max"),
  ReduceMin: reduction("min"),
  ReduceSum: reduction("sum"),
  ReduceL1: reduction("l1"),
  ReduceSumSquare: reduction("squares"),
  GlobalAveragePool: global(false),
  GlobalMaxPool: global(true),
};
