/** Layers that walk the steps of a sequence. */
import { regated, turned } from "../../../interop/layouts.ts";
import { Unsupported } from "../../problems.ts";
import { fixed } from "../affine.ts";
import { cropped } from "../crop.ts";
import type { Handlers, Op } from "../op.ts";
import { type Axis, along, axisOf, lengthOf, type Term, type Value } from "../value.ts";

type Cell = "simpleRnn" | "lstm" | "gru";
const COUNTS = { simpleRnn: 1, lstm: 4, gru: 3 } as const;

/** Which activation here one of the file is. */
function activationOf(op: Op, name: string | undefined, index: number): string | undefined {
  const plain: Readonly<Record<string, string>> = {
    tanh: "tanh",
    sigmoid: "sigmoid",
    relu: "relu",
    affine: "linear",
    hardsigmoid: "hardSigmoid",
  };
  if (name === undefined) return undefined;
  const known = Object.hasOwn(plain, name.toLowerCase()) ? plain[name.toLowerCase()]! : undefined;
  if (!known || known === "linear")
    throw new Unsupported(`the activation ${name} there is not within recurrent layers here`);
  const alpha = op.floats("activation_alpha")?.[index];
  if (known === "hardSigmoid" && !(alpha !== undefined && Math.abs(alpha - 1 / 6) < 1e-6))
    throw new Unsupported("HardSigmoid with a slope of 0.2: layers here have 1/6, as Keras 3 and PyTorch");
  return known;
}

/** The rows of a tensor [directions, rows, …] that belong to one direction. */
function part(data: ArrayLike<number>, directions: number, at: number): Float32Array {
  const n = data.length / directions;
  return Float32Array.from({ length: n }, (_, i) => data[at * n + i]!);
}

function checkStart(op: Op, i: number, what: string): void {
  const start = op.maybe(i, what);
  if (start?.data.some((n) => n !== 0)) throw new Unsupported(`${what} is not 0: layers here begin with 0`);
}

function recurrent(op: Op, cell: Cell): (Term | undefined)[] {
  const { at } = op;
  const given = op.value();
  if (given.axes.length !== 3) throw new Unsupported("its input is no sequence [steps, batch, values]");
  const batchFirst = op.int("layout") === 1;
  const [stepsAxis, batchAxis] = batchFirst ? [1, 0] : [0, 1];
  if (given.axes[batchAxis]!.some((factor) => !factor.batch))
    throw new Unsupported(
      `axis ${batchAxis} of its input is not the batch alone; if the file's sequences come with steps first, pass { batch: 1 }`,
    );
  const [steps, inputs] = [along(given, stepsAxis), along(given, 2)];
  const value = at.arrange(given, [steps, inputs]);
  const [w, r] = [op.known(1, "its weights"), op.known(2, "its recurrent weights")];
  const b = op.maybe(3, "its biases");
  const lengths = op.maybe(4, "the lengths of its sequences");
  if (lengths?.data.some((n) => n !== lengthOf(steps)))
    throw new Unsupported(
      "its sequences have lengths of their own; layers here take masks instead: export with whole ones",
    );
  checkStart(op, 5, "its first state");
  if (cell === "lstm") {
    checkStart(op, 6, "its first cell");
    checkStart(op, 7, "its peepholes");
    if (op.int("input_forget"))
      throw new Unsupported("input_forget 1: gates that are coupled there are not here");
  }
  if (op.has("clip")) throw new Unsupported("clip: values within recurrent layers are not clipped here");
  const direction = op.text("direction", "forward");
  const backward = direction === "forward" ? [false] : direction === "reverse" ? [true] : [false, true];
  const directions = backward.length;
  const units = op.int("hidden_size", r.dims[2] ?? 0);
  const gates = COUNTS[cell];
  const columns = gates * units;
  const n = lengthOf(inputs);
  if (w.data.length !== directions * columns * n || r.data.length !== directions * columns * units)
    throw new Unsupported(
      `its weights of shapes [${w.dims.join(", ")}] and [${r.dims.join(", ")}] do not fit ${n} values and ${units} units`,
    );
  const after = cell === "gru" && op.int("linear_before_reset") === 1;
  const names = op.texts("activations");
  const perDirection = cell === "lstm" ? 3 : cell === "gru" ? 2 : 1;
  const wanted = [0, 1, 2].map((i) => op.asksFor(i));
  if (wanted[2]) throw new Unsupported("its third output, the cells, there is not here");

  const walks = backward.map((back, d) => {
    const own = names.slice(d * perDirection, (d + 1) * perDirection);
    if (cell === "lstm" && own[1] !== own[2])
      throw new Unsupported("its cells have another activation than its outputs");
    const activation = activationOf(op, own[cell === "simpleRnn" ? 0 : 1], d * perDirection + 1);
    const gate = cell === "simpleRnn" ? undefined : activationOf(op, own[0], d * perDirection);
    const kernel = (data: ArrayLike<number>, rows: number) => () => {
      const one = turned("recurrent", "onnx", "nabla", {
        shape: [columns, rows],
        data: part(data, directions, d),
      });
      return regated(cell, "onnx", "nabla", one.data, units);
    };
    const bias = () => {
      const both = part(b!.data, directions, d);
      const [x, h] = [both.subarray(0, columns), both.subarray(columns)].map((half) =>
        regated(cell, "onnx", "nabla", half, units),
      ) as [Float32Array, Float32Array];
      return after ? Float32Array.from([...x, ...h]) : x.map((value, i) => value + h[i]!);
    };
    return (returnSequences: boolean) =>
      at.add(
        cell,
        {
          units,
          useBias: b !== undefined,
          ...(activation && { activation }),
          ...(gate && { recurrentActivation: gate }),
          ...(cell === "gru" && { resetAfter: after }),
          ...(returnSequences && { returnSequences }),
          ...(back && { goBackwards: true }),
        },
        [value],
        {
          kernel: { shape: [n, columns], data: kernel(w.data, n) },
          recurrentKernel: { shape: [units, columns], data: kernel(r.data, units) },
          ...(b && { bias: { shape: after ? [2, columns] : [columns], data: bias } }),
        },
      ).config.name;
  });

  const out = axisOf(units);
  const batch = given.axes[batchAxis]!;
  /** The directions side by side; each has all steps, or the last. */
  const whole = (parts: Value[], axes: (axis: Axis) => Axis[], held: (axis: Axis) => Axis[]): Value => {
    if (parts.length === 1) return { ...parts[0]!, axes: axes([]) };
    const ready = parts.map((one) => at.arrange(one, held([])));
    const layer = at.add("concatenate", { axis: held([]).length - 1 }, ready).config.name;
    const both: Axis = [{ size: 2 }];
    return { kind: "value", layer, axes: axes(both), held: held(both) };
  };
  const sequences = (wanted[0] ? walks : []).map((walk, d): Value => {
    const one: Value = { kind: "value", layer: walk(true), axes: [batch, steps, out], held: [steps, out] };
    if (!backward[d]) return one;
    // the file has them in the order of the input
    const last = lengthOf(steps);
    return fixed(at, one, 1, last, (matrix) => {
      for (let i = 0; i < last; i++) matrix[i * last + last - 1 - i] = 1;
    });
  });
  // the steps of those that were turned around are others
  const first = sequences[0] && at.arrange(sequences[0], [along(sequences[0], 1), out]);
  const along1 = first ? along(first, 1) : steps;
  const y =
    first &&
    whole(
      sequences.map((one) => ({ ...at.arrange(one, [along(one, 1), out]) })),
      (d) => (batchFirst ? [batch, along1, d, out] : [along1, d, batch, out]),
      (d) => [along1, d, out],
    );
  const only = directions === 1 && !backward[0] && y;
  const ends = !wanted[1]
    ? []
    : only
      ? [lastStep(op, { ...y, axes: [batch, along1, out], held: [along1, out] })]
      : walks.map((walk): Value => ({ kind: "value", layer: walk(false), axes: [batch, out], held: [out] }));
  const h =
    ends.length > 0 &&
    whole(
      ends,
      (d) => (batchFirst ? [batch, d, out] : [d, batch, out]),
      (d) => [d, out],
    );
  return [y, h || undefined];
}

function lastStep(op: Op, value: Value): Value {
  const n = lengthOf(along(value, 1));
  const one = cropped(op.at, value, 1, n - 1, 0);
  return { ...one, axes: [one.axes[0]!, one.axes[2]!] };
}

export const recurrence: Handlers = {
  RNN: (op) => recurrent(op, "simpleRnn"),
  LSTM: (op) => recurrent(op, "lstm"),
  GRU: (op) => recurrent(op, "gru"),
};
