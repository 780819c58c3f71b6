/** The same values elsewhere: most of it costs no layer. */
import { Unsupported } from "../../problems.ts";
import { affine, fixed } from "../affine.ts";
import { cropped } from "../crop.ts";
import { isConstant } from "../importing.ts";
import type { Handler, Handlers, Op } from "../op.ts";
import {
  type Axis,
  along,
  axisAt,
  axisOf,
  constant,
  dimsOf,
  lengthOf,
  ofRow,
  type Term,
  type Value,
} from "../value.ts";

const same: Handler = (op) => op.value();

/** The sizes that Reshape asks for, −1 and 0 resolved. */
export function targetOf(dims: readonly number[], asked: readonly number[], allowZero: boolean): number[] {
  const sizes = asked.map((n, i) => (n === 0 && !allowZero ? (dims[i] ?? 1) : n));
  const known = sizes.filter((n) => n !== -1).reduce((a, b) => a * b, 1);
  const all = dims.reduce((a, b) => a * b, 1);
  return sizes.map((n) => (n === -1 ? all / known : n));
}

function squeezed(op: Op): Value {
  const value = op.value();
  const rank = value.axes.length;
  const asked = op.opset < 13 ? op.ints("axes") : op.numbers("axes", 1);
  const gone = asked
    ? asked.map((axis) => axisAt(axis, rank))
    : dimsOf(value).flatMap((n, i) => (n === 1 ? [i] : []));
  for (const axis of gone)
    if (lengthOf(value.axes[axis]!) !== 1)
      throw new Unsupported(`it leaves out axis ${axis}, which has ${lengthOf(value.axes[axis]!)} steps`);
  return op.at.reshape(
    value,
    dimsOf(value).filter((_, i) => !gone.includes(i)),
  );
}

function unsqueezed(op: Op): Value {
  const value = op.value();
  const asked = (op.opset < 13 ? op.ints("axes") : op.numbers("axes", 1)) ?? [];
  const rank = value.axes.length + asked.length;
  const fresh = new Set(asked.map((axis) => axisAt(axis, rank)));
  const own = [...value.axes];
  return { ...value, axes: Array.from({ length: rank }, (_, i): Axis => (fresh.has(i) ? [] : own.shift()!)) };
}

function transposed(op: Op): Value {
  const value = op.value();
  const order = op.ints("perm") ?? value.axes.map((_, i) => value.axes.length - 1 - i);
  return { ...value, axes: order.map((axis) => value.axes[axisAt(axis, value.axes.length)]!) };
}

function concat(op: Op): Value {
  const values = op.inputs.map((_, i) => op.value(i));
  const rank = values[0]!.axes.length;
  const axis = axisAt(op.int("axis"), rank);
  if (values.length === 1) return values[0]!;
  return joined(op, values, axis);
}

/** Values one after the other along an axis. */
export function joined(op: Op, values: readonly Value[], axis: number): Value {
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

function slice(op: Op): Value {
  let value = op.value();
  const rank = value.axes.length;
  const list = (name: string, i: number) => (op.opset < 10 ? op.ints(name) : op.numbers(name, i));
  const starts = list("starts", 1) ?? [];
  const ends = list("ends", 2) ?? [];
  const axes = list("axes", 3) ?? starts.map((_, i) => i);
  const steps = op.opset < 10 ? starts.map(() => 1) : (op.numbers("steps", 4) ?? starts.map(() => 1));
  for (const [i, given] of axes.entries()) {
    const axis = axisAt(given, rank);
    const n = lengthOf(value.axes[axis]!);
    const places = picked(n, starts[i]!, ends[i]!, steps[i]!);
    if (places.length === n && steps[i] === 1) continue;
    if (places.length === 0) throw new Unsupported(`nothing is left of axis ${axis}`);
    value = chosen(op, value, axis, places);
  }
  return value;
}

/** Which places a slice has, as Python counts them. */
export function picked(n: number, start: number, end: number, step: number): number[] {
  const clamp = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + n : at, low), high);
  const places: number[] = [];
  if (step > 0) for (let at = clamp(start, 0, n); at < clamp(end, 0, n); at += step) places.push(at);
  else if (step < 0)
    for (let at = clamp(start, 0, n - 1); at > clamp(end, -1, n - 1); at += step) places.push(at);
  return places;
}

/** These places of an axis. */
export function chosen(op: Op, value: Value, axis: number, places: readonly number[]): Value {
  const n = lengthOf(along(value, axis));
  for (const place of places)
    if (!(Number.isInteger(place) && place >= 0 && place < n))
      throw new Unsupported(`it takes place ${place} of ${n} along axis ${axis}`);
  if (places.every((place, i) => place === places[0]! + i))
    return cropped(op.at, value, axis, places[0]!, n - places[places.length - 1]! - 1);
  return fixed(op.at, value, axis, places.length, (matrix) => {
    places.forEach((place, j) => {
      matrix[place * places.length + j] = 1;
    });
  });
}

function split(op: Op): Value[] {
  const value = op.value();
  const axis = axisAt(op.int("axis"), value.axes.length);
  const n = lengthOf(along(value, axis, "splits"));
  const count = op.node.outputs.length;
  const each = Math.ceil(n / count);
  const sizes =
    (op.opset < 13 ? op.ints("split") : op.numbers("split", 1)) ??
    Array.from({ length: count }, (_, i) => Math.min(each, n - i * each));
  let at = 0;
  return sizes.map((size) => {
    at += size;
    if (size === 0) throw new Unsupported("one of its parts is empty");
    return cropped(op.at, value, axis, at - size, n - at);
  });
}

function gather(op: Op): Value {
  const [table, indices] = op.inputs;
  if (isConstant(table) && !isConstant(indices)) {
    if (axisAt(op.int("axis"), table.dims.length) !== 0 || table.dims.length !== 2)
      throw new Unsupported("it looks up in a table that is not [numbers, values]");
    const value = op.value(1);
    const [size, units] = table.dims as [number, number];
    const made = op.at.add("embedding", { inputDim: size, outputDim: units }, [value], {
      embeddings: { shape: [size, units], data: () => Float32Array.from(table.data) },
    });
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
    if (!(times >= 1 && times * dimsOf(value).reduce((a, b) => a * b, 1) <= op.at.most))
      throw new Unsupported(`it repeats values ${times} times`);
    const n = lengthOf(along(value, axis));
    value =
      n === 1
        ? op.at.expanded(
            value,
            dimsOf(value).map((size, i) => (i === axis ? times : size)),
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

function cast(op: Op): Value {
  const to = op.int("to", 1);
  // numbers that are looked up in tables come as whole ones anyway
  if (![1, 6, 7, 10, 11, 12, 13, 16].includes(to))
    throw new Unsupported(`it makes values of type number ${to}; layers here compute with float32`);
  return { ...op.value(), whole: ![1, 10, 11, 16].includes(to) };
}

function dropout(op: Op): Term[] {
  const value = op.value();
  const rate = (op.opset < 12 ? op.float("ratio", 0.5) : (op.maybe(1)?.data[0] ?? 0.5)) as number;
  if (op.maybe(2)?.data[0])
    throw new Unsupported(
      "training_mode 1: it was exported in the middle of training; export the model for prediction (PyTorch: model.eval())",
    );
  return [rate > 0 && rate < 1 ? op.at.unary(value, "dropout", { rate: Math.fround(rate) }) : value];
}

export const shapes: Handlers = {
  Identity: same,
  Cast: cast,
  CastLike: same,
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
  Dropout: dropout,
  Squeeze: squeezed,
  Unsqueeze: unsqueezed,
  Transpose: transposed,
  Concat: concat,
  Slice: slice,
  Split: split,
  Gather: gather,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Reshape(op) {
    const asked = op.opset < 5 ? (op.ints("shape") ?? []) : Array.from(op.known(1, "its shape").data);
    return op.at.reshape(op.value(), targetOf(op.dims, asked, Boolean(op.int("allowzero"))));
  },
  Flatten(op) {
    const { dims } = op;
    const axis = op.int("axis", 1) === dims.length ? dims.length : axisAt(op.int("axis", 1), dims.length);
    const size = (list: readonly number[]) => list.reduce((a, b) => a * b, 1);
    return op.at.reshape(op.value(), [size(dims.slice(0, axis)), size(dims.slice(axis))]);
  },
  Expand: (op) => op.at.expanded(op.value(), Array.from(op.known(1, "its shape").data)),
  Pad: pad,
};

function pad(op: Op): Value {
  let value = op.value();
  const { at } = op;
  const rank = value.axes.length;
  const pads = (op.opset < 11 ? (op.ints("pads") ?? op.ints("paddings")) : op.numbers("pads", 1)) ?? [];
  const axes = op.opset < 18 ? undefined : op.maybe(3);
  const own = axes
    ? Array.from(axes.data, (axis) => axisAt(axis, rank))
    : Array.from({ length: rank }, (_, i) => i);
  const mode = op.text("mode", "constant");
  const filling = op.opset < 11 ? op.float("value", 0) : (op.maybe(2)?.data[0] ?? 0);
  own.forEach((axis, i) => {
    const [before, after] = [pads[i] ?? 0, pads[i + own.length] ?? 0];
    if (before === 0 && after === 0) return;
    const n = lengthOf(along(value, axis, "pads"));
    if (mode === "constant") {
      if (before < 0 || after < 0)
        value = cropped(at, value, axis, Math.max(0, -before), Math.max(0, -after));
      if (before > 0 || after > 0) {
        const moved = filling === 0 ? value : affine(at, value, undefined, constant([], [-filling]));
        const framed = cropped(at, moved, axis, -Math.max(0, before), -Math.max(0, after));
        value = filling === 0 ? framed : affine(at, framed, undefined, constant([], [filling]));
      }
      return;
    }
    const places = Array.from({ length: before + n + after }, (_, j) => {
      const place = j - before;
      if (mode === "edge") return Math.min(Math.max(place, 0), n - 1);
      if (mode === "wrap") return ((place % n) + n) % n;
      const period = Math.max(1, 2 * (n - 1));
      const folded = ((place % period) + period) % period;
      return folded < n ? folded : period - folded;
    });
    value = chosen(op, value, axis, places);
  });
  return value;
}
