/** A recurrent node as layers here walk: their options and weights, for each direction. */
import { regated, turned } from "../../../interop/layouts.ts";
import type { Weights } from "../../building.ts";
import { Unsupported } from "../../problems.ts";
import { cropped } from "../crop.ts";
import { checkMasks, maskBeside } from "../masks.ts";
import type { Op } from "../op.ts";
import { type Axis, along, constant, isValue, lengthOf, type Value } from "../value.ts";

export type Cell = "simpleRnn" | "lstm" | "gru";
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

const LENGTHS =
  "its sequences have lengths of their own; layers here take masks instead: export with whole ones";

/** The rows of a tensor [directions, rows, …] that belong to one direction. */
function part(data: ArrayLike<number>, directions: number, at: number): Float32Array {
  const n = data.length / directions;
  return Float32Array.from({ length: n }, (_, i) => data[at * n + i]!);
}

/** @throws Unsupported for what is known and not 0 */
function checkStart(op: Op, i: number, what: string): void {
  if (isValue(op.inputs[i])) return;
  const start = op.maybe(i, what);
  if (start?.data.some((n) => n !== 0)) throw new Unsupported(`${what} is not 0: layers here begin with 0`);
}

/** A first state that is given, or one of zeros beside another that is; of the so manieth direction. */
function startOf({ at, inputs }: Op, i: number, other: Value, units: number, d: number, side: number): Value {
  const given = inputs[i];
  const own = isValue(given);
  const one = own ? given : at.asValue(other, constant([1, 1, units], new Float32Array(units)));
  const n = lengthOf(one.axes[side]!);
  const part = n > 1 ? cropped(at, one, side, d, n - 1 - d) : one;
  return at.arrange(part, [along(part, 2)]);
}

/** A node as layers here walk. */
export interface Walks {
  readonly cell: Cell;
  /** Its input, [steps, values], and which of its axes is which. */
  readonly value: Value;
  readonly steps: Axis;
  readonly batch: Axis;
  readonly batchFirst: boolean;
  readonly units: number;
  readonly starts: readonly Value[];
  /** Each direction. */
  readonly walks: readonly { readonly options: Record<string, unknown>; readonly weights: Weights }[];
}

/** @throws Unsupported for what layers here do not do */
export function walksOf(op: Op, cell: Cell): Walks {
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
  checkMasks([maskBeside(op, value.layer)], [op.text("mask")]);
  const [w, r] = [op.known(1, "its weights"), op.known(2, "its recurrent weights")];
  const b = op.maybe(3, "its biases");
  if (isValue(op.inputs[4])) throw new Unsupported(LENGTHS);
  const lengths = op.maybe(4, "the lengths of its sequences");
  if (lengths?.data.some((n) => n !== lengthOf(steps))) throw new Unsupported(LENGTHS);
  checkStart(op, 5, "its first state");
  if (cell === "lstm") {
    checkStart(op, 6, "its first cell");
    if (op.maybe(7, "its peepholes")?.data.some((n) => n !== 0))
      throw new Unsupported("its peepholes are not 0: layers here have none");
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
  const after = cell === "gru" && op.int("linear_before_reset") !== 0;
  const names = op.texts("activations");
  const perDirection = cell === "lstm" ? 3 : cell === "gru" ? 2 : 1;
  const places = cell === "lstm" ? [5, 6] : [5];
  const other = op.inputs.slice(5, 7).find(isValue);
  const side = batchFirst ? 1 : 0;
  const starts = other
    ? backward.flatMap((_, d) => places.map((i) => startOf(op, i, other, units, d, side)))
    : [];
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
    return {
      options: {
        units,
        useBias: b !== undefined,
        ...(activation && { activation }),
        ...(gate && { recurrentActivation: gate }),
        ...(cell === "gru" && { resetAfter: after }),
        ...(back && { goBackwards: true }),
      },
      weights: {
        kernel: { shape: [n, columns], data: kernel(w.data, n) },
        recurrentKernel: { shape: [units, columns], data: kernel(r.data, units) },
        ...(b && { bias: { shape: after ? [2, columns] : [columns], data: bias } }),
      },
    };
  });
  return { cell, value, steps, batch: given.axes[batchAxis]!, batchFirst, units, starts, walks };
}
