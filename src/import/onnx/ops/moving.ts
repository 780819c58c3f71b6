/** Values put together, repeated, and moved between axes. */
import { Unsupported } from "../../problems.ts";
import { fixed } from "../fixed.ts";
import type { Handlers, Op } from "../op.ts";
import {
  type Axis,
  along,
  axisAt,
  axisOf,
  dimsOf,
  isConstant,
  lengthOf,
  ofRow,
  type Value,
} from "../value.ts";
import { chosen } from "./cutting.ts";

function concat(op: Op): Value {
  const values = op.inputs.map((_, i) => op.value(i));
  if (!values[0]) throw new Unsupported("it has no input");
  const rank = values[0].axes.length;
  const axis = axisAt(op.int("axis", op.opset < 4 ? 1 : 0), rank);
  if (values.some(({ axes }) => axes.length !== rank))
    throw new Unsupported("its inputs have different numbers of axes");
  if (values.length === 1) return values[0];
  return joined(op, values, axis);
}

/** Values one after the other along an axis. */
function joined(op: Op, values: readonly Value[], axis: number): Value {
  const { at } = op;
  const [first] = values as [Value];
  const dims = dimsOf(first);
  for (const value of values)
    if (!dimsOf(value).every((n, i) => i === axis || n === dims[i]))
      throw new Unsupported(`its inputs differ in other axes than ${axis}`);
  const lengths = values.map((value) => lengthOf(along(value, axis)));
  const flat = first.held.flat();
  const placeOf = (i: number) => flat.indexOf(ofRow(first.axes[i]!)[0]!);
  // other axes of more than one step, from the outermost to the innermost
  const others = first.axes.map((_, i) => i).filter((i) => i !== axis && ofRow(first.axes[i]!).length > 0);
  others.sort((a, b) => placeOf(a) - placeOf(b));
  const own = placeOf(axis);
  // channels of which there was one lie innermost in an image
  const isInside = (i: number) =>
    own >= 0 ? placeOf(i) > own : i > axis && !(axis === 1 && dims.length > 2);
  const before = others.filter((i) => !isInside(i));
  const after = others.filter(isInside);
  const order = [...before, axis, ...after];
  const parts = values.map((value) =>
    at.arrange(
      value,
      order.map((i) => ofRow(value.axes[i]!)),
    ),
  );
  const layer = at.add("concatenate", { axis: before.length + 1 }, parts).config.name;
  const out = axisOf(lengths.reduce((a, b) => a + b, 0));
  const held = order.map((i): Axis => (i === axis ? out : ofRow(first.axes[i]!)));
  const axes = first.axes.map(
    (each, i): Axis => (i === axis ? [...each.filter(({ batch }) => batch), ...out] : each),
  );
  return { kind: "value", layer, axes, held };
}

function gather(op: Op): Value {
  const [table, indices] = op.inputs;
  if (isConstant(table) && !isConstant(indices)) {
    if (axisAt(op.int("axis"), table.dims.length) !== 0 || table.dims.length !== 2)
      throw new Unsupported("it looks up in a table that is not [numbers, values]");
    const value = op.value(1);
    const [size, units] = table.dims as [number, number];
    const maskZero = op.text("mask") !== "" && value.held.length === 1;
    const options = { inputDim: size, outputDim: units, ...(maskZero && { maskZero }) };
    const made = op.at.add("embedding", options, [value], {
      embeddings: { shape: [size, units], data: () => Float32Array.from(table.data) },
    });
    if (maskZero)
      op.at.part<typeof import("../masks.ts")>("masked").beginMask(op, made.config.name, made.shape[0]!);
    const out = axisOf(units);
    // a single number has no axis here
    const own = made.shape.length === value.held.length + 1 ? value.held : value.held.slice(1);
    return { kind: "value", layer: made.config.name, axes: [...value.axes, out], held: [...own, out] };
  }
  const value = op.value();
  const axis = axisAt(op.int("axis"), value.axes.length);
  const n = lengthOf(value.axes[axis]!);
  const known = op.known(1, "its indices");
  const places = Array.from(known.data, (i) => (i < 0 ? i + n : i));
  const out = chosen(op, value, axis, places);
  const dims = dimsOf(value);
  return op.at.reshape(out, [...dims.slice(0, axis), ...known.dims, ...dims.slice(axis + 1)]);
}

function tile(op: Op): Value {
  let value = op.value();
  const repeats = op.numbers("repeats", 1) ?? [];
  repeats.forEach((times, axis) => {
    if (times === 1) return;
    if (!(times >= 1 && times * lengthOf(value.axes.flatMap(ofRow)) <= op.at.most))
      throw new Unsupported(`it repeats values ${times} times`);
    const n = lengthOf(along(value, axis));
    value =
      n === 1
        ? op.at.part<typeof import("./arithmetic.ts")>("arithmetic").expanded(
            op.at,
            value,
            dimsOf(value).map((_, i) => (i === axis ? times : 1)),
          )
        : joined(op, Array<Value>(times).fill(value), axis);
  });
  return value;
}

/** Blocks of channels as pixels, and back: moves of axes. */
function depthToSpace(op: Op): Value {
  const block = op.int("blocksize", 1);
  const [n, c, h, w] = op.dims as [number, number, number, number];
  const rest = c / (block * block);
  const crd = op.text("mode", "DCR") === "CRD";
  const cut = op.at.reshape(op.value(), crd ? [n, rest, block, block, h, w] : [n, block, block, rest, h, w]);
  const order = crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  return op.at.reshape({ ...cut, axes: order.map((axis) => cut.axes[axis]!) }, [
    n,
    rest,
    h * block,
    w * block,
  ]);
}
function spaceToDepth(op: Op): Value {
  const block = op.int("blocksize", 1);
  const [n, c, h, w] = op.dims as [number, number, number, number];
  const cut = op.at.reshape(op.value(), [n, c, h / block, block, w / block, block]);
  return op.at.reshape({ ...cut, axes: [0, 3, 5, 1, 2, 4].map((axis) => cut.axes[axis]!) }, [
    n,
    c * block * block,
    h / block,
    w / block,
  ]);
}

export const handlers: Handlers = {
  CumSum(op) {
    const value = op.value();
    const axis = axisAt(op.known(1, "its axis").data[0]!, value.axes.length);
    const n = lengthOf(along(value, axis, "adds up"));
    const [least, back] = [op.int("exclusive"), op.int("reverse")];
    return fixed(op.at, value, axis, n, (matrix) => {
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) if ((back ? i - j : j - i) >= least) matrix[i * n + j] = 1;
    });
  },
  Concat: concat,
  Gather: gather,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Expand: (op) =>
    op.at
      .part<typeof import("./arithmetic.ts")>("arithmetic")
      .expanded(op.at, op.value(), Array.from(op.known(1, "its shape").data)),
};
