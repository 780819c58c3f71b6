/** Layers that walk the steps of a sequence. */
import { regated, turned } from "../../../interop/layouts.ts";
import { Unsupported } from "../../problems.ts";
import { asValue, fixed } from "../affine.ts";
import { cropped } from "../crop.ts";
import { isValue } from "../importing.ts";
import type { Handlers, Op } from "../op.ts";
import { type Axis, along, axisOf, constant, lengthOf, type Term, type Value } from "../value.ts";

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

/** @throws Unsupported for what is known and not 0 */
function checkStart(op: Op, i: number, what: string): void {
  if (isValue(op.inputs[i])) return;
  const start = op.maybe(i, what);
  if (start?.data.some((n) => n !== 0)) throw new Unsupported(`${what} is not 0: layers here begin with 0`);
}

/** A first state that is given, or one of zeros beside another that is. */
function startOf({ at, inputs }: Op, i: number, other: Value, units: number): Value {
  const given = inputs[i];
  const one = isValue(given) ? given : asValue(at, other, constant([1, 1, units], new Float32Array(units)));
  return at.arrange(one, [along(one, 2)]);
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
  const after = cell === "gru" && op.int("linear_before_reset") === 1;
  const names = op.texts("activations");
  const perDirection = cell === "lstm" ? 3 : cell === "gru" ? 2 : 1;
  const wanted = [0, 1, 2].map((i) => op.asksFor(i));
  const places = cell === "lstm" ? [5, 6] : [5];
  const started = places.some((i) => isValue(op.inputs[i]));
  if (directions === 2 && (started || wanted[2]))
    throw new Unsupported("states of both directions, which it begins with or gives, are not read");
  const other = op.inputs.slice(5, 7).find(isValue);
  const starts = other ? places.map((i) => startOf(op, i, other, units)) : [];

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
  const out = axisOf(units);
  const batch = given.axes[batchAxis]!;
  /** Whether its states are values by themselves. */
  const stated = wanted[2] || (started && wanted[0] && wanted[1]);
  const stateOf = (state: string, of: string): Value => ({
    kind: "value",
    layer: at.building.state(state, of, units).config.name,
    axes: batchFirst ? [batch, [], out] : [[], batch, out],
    held: [out],
  });
  /** The layer; of both directions one that holds two. */
  const layer = (every: boolean): string => {
    const more = {
      ...(every && { returnSequences: true }),
      ...(stated && { returnState: true }),
    };
    const [one, other] = walks.map(({ options }) => ({ ...options, ...more }));
    if (!other) return at.add(cell, one!, [value, ...starts], walks[0]!.weights).config.name;
    const held = [one!, other].map((options, d) => ({
      ...options,
      type: cell,
      name: at.building.nameFor(`${["forward", "backward"][d]}_${at.node || cell}`, cell),
    }));
    const weights = held.flatMap(({ name }, d) =>
      Object.entries(walks[d]!.weights).map(([parameter, own]) => [`${name}.${parameter}`, own] as const),
    );
    return at.add("bidirectional", { layer: held }, [value], Object.fromEntries(weights)).config.name;
  };

  const side: Axis = directions === 2 ? [{ size: 2 }] : [];
  const both = [...side, ...out];
  const first = wanted[0] ? layer(true) : undefined;
  const all: Value | undefined =
    first === undefined
      ? undefined
      : turnedBack({ kind: "value", layer: first, axes: [batch, steps, both], held: [steps, both] });
  /** The file has the steps of a walk backwards in the order of the input. */
  function turnedBack(one: Value): Value {
    if (directions === 2 || !backward[0]) return one;
    const last = lengthOf(steps);
    const turned = fixed(at, one, 1, last, (matrix) => {
      for (let i = 0; i < last; i++) matrix[i * last + last - 1 - i] = 1;
    });
    // its steps are others
    return at.arrange(turned, [along(turned, 1), both]);
  }
  const y: Value | undefined = all && {
    ...all,
    axes: batchFirst ? [batch, all.held[0]!, side, out] : [all.held[0]!, side, batch, out],
  };
  const only = directions === 1 && !backward[0] && all;
  const ends = (): Value =>
    only
      ? lastStep(op, { ...only, axes: [batch, steps, out], held: [steps, out] })
      : { kind: "value", layer: layer(false), axes: [batch, both], held: [both] };
  if (stated) {
    const one = first ?? layer(false);
    return [y, stateOf("h", one), wanted[2] ? stateOf("c", one) : undefined];
  }
  const last = wanted[1] ? ends() : undefined;
  const h: Value | undefined = last && {
    ...last,
    axes: batchFirst ? [batch, side, out] : [side, batch, out],
  };
  return [y, h];
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
