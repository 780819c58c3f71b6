/** Attention: as the layer of its own where queries, keys and values are what comes in, as heads where dense layers make them. */
import type { Made, Weights } from "../../building.ts";
import { Unsupported } from "../../problems.ts";
import { ATTENDING } from "../attending.ts";
import type { Importing } from "../importing.ts";
import { checkMasks, maskBeside } from "../masks.ts";
import type { Handlers, Op } from "../op.ts";
import { type Axis, type Constant, dimsOf, lengthOf, ofRow, type Value } from "../value.ts";

export { patterns } from "../attending.ts";

/** Scores that are lower by so much are of keys that nobody sees. */
const HIDDEN = -1e4;

/** Whether a number of a mask says that a key is seen; undefined where it says something else. */
type Says = (n: number) => boolean | undefined;
const multiplied: Says = (n) => (n === 1 ? true : n === 0 ? false : undefined);
const added =
  (sign: number): Says =>
  (n) =>
    n === 0 ? true : sign * n <= HIDDEN ? false : undefined;

/** Whether a constant hides later keys, and no others. @throws Unsupported where it hides others, or changes scores */
function isCausal(known: Constant | undefined, queries: number, keys: number, says: Says): boolean {
  if (!known) return false;
  const { dims, data } = known;
  const size = data.length;
  const other = data.findIndex((n) => says(n) === undefined);
  if (other >= 0)
    throw new Unsupported(
      `its scores are changed by a constant with ${data[other]}, which layers here do not: they see a key or do not`,
    );
  if (data.every((n) => says(n))) return false;
  const rows = dims[dims.length - 2] ?? 1;
  if (size !== queries * keys || rows !== queries || dims[dims.length - 1] !== keys)
    throw new Unsupported("its mask is another for each row or head, which layers here have not");
  if (!data.every((n, i) => says(n) === i % keys <= Math.floor(i / keys)))
    throw new Unsupported("its mask hides other keys than those that come later, which layers here do not");
  return true;
}

/** Whether it hides later keys. @throws Unsupported where it hides others, or changes scores otherwise */
function isMasked(op: Op, queries: number, keys: number): boolean {
  const [where, never, plus, after] = [3, 4, 5, 6].map((i) => op.maybe(i, "its mask"));
  const seen: Says = (n) => Boolean(n) !== Boolean(op.int("turned"));
  if (where && !never?.data.every((n) => n <= HIDDEN))
    throw new Unsupported(
      `scores of keys that are hidden become ${never?.data[0]}, which layers here do not`,
    );
  const [chosen, kept] = [isCausal(where, queries, keys, seen), isCausal(after, queries, keys, multiplied)];
  // shares that are taken away after the softmax do not add up to 1
  if (kept && !chosen) throw new Unsupported("its shares are multiplied by a constant behind the softmax");
  return isCausal(plus, queries, keys, added(op.int("less") ? -1 : 1)) || chosen;
}

/** The number that scores are multiplied by. */
function scaleOf(op: Op): number {
  const times = op.int("times");
  return op.inputs.slice(7).reduce((scale, _, i) => {
    const { data } = op.known(7 + i);
    if (!data.every((n) => n === data[0]) || !Number.isFinite(data[0]))
      throw new Unsupported("its scores are multiplied by other numbers than one");
    return i < times ? scale * data[0]! : scale / data[0]!;
  }, 1);
}

const sameAxis = (a: Axis, b: Axis) => a.length === b.length && a.every((factor, i) => factor === b[i]);

/** The weights that made the values of heads of a sequence: of a dense layer, or of some of its columns. */
interface Projection {
  readonly from: string;
  readonly kernel: Weights[string];
  readonly bias: Weights[string] | undefined;
}

function projection(at: Importing, value: Value, steps: Axis, columns: Axis, what: string): Projection {
  const part = at.columns.get(value.layer);
  const made = at.building.layers.get(part?.of ?? value.layer)!;
  const { type, activation } = made.config;
  const own = value.held.length === 2 && sameAxis(value.held[0]!, steps) && sameAxis(value.held[1]!, columns);
  if (type !== "dense" || activation !== undefined || !own || made.inputs.length !== 1)
    throw new Unsupported(
      `its ${what} are not what a dense layer makes of a sequence, cut into heads; layers here have each their own projection`,
    );
  const { kernel, bias } = made.weights as { kernel: Weights[string]; bias?: Weights[string] };
  const width = made.shape[made.shape.length - 1]!;
  const cut = ({ shape, data }: Weights[string]): Weights[string] =>
    part
      ? {
          shape: [...shape.slice(0, -1), part.count],
          data: () => data().filter((_, i) => i % width >= part.first && i % width < part.first + part.count),
        }
      : { shape, data };
  return { from: made.inputs[0]!, kernel: cut(kernel), bias: bias && cut(bias) };
}

const zeros = (n: number) => new Float32Array(n);

/** @param of names of what comes in: queries, keys, values */
function inputsOf(query: string, key: string, value: string): string[] {
  if (key !== value) return [query, value, key];
  return query === value ? [query] : [query, value];
}

/** @throws Unsupported where the file leaves out other keys or queries than this layer would */
function checkPadding(op: Op, { inputs }: Made): void {
  const [query, value = query, key = value] = inputs.map((input) => maskBeside(op, input));
  checkMasks([value, key], op.texts("keyMasks"));
  checkMasks([query], [op.text("queryMask")]);
}

function attend(op: Op): Value {
  const { at } = op;
  const [q, turned, v] = [op.value(0), op.value(1), op.value(2)];
  const rank = q.axes.length;
  if (![turned, v].every(({ axes }) => axes.length === rank) || rank < 3)
    throw new Unsupported("its queries, keys and values are not alike");
  // before version 13 of the operators it was along all axes from this one on
  const axis = op.int("axis", op.opset < 13 ? 1 : -1);
  if (axis !== -1 && axis !== rank - 1) throw new Unsupported("its softmax is not along the keys");
  const k = {
    ...turned,
    axes: [...turned.axes.slice(0, -2), turned.axes[rank - 1]!, turned.axes[rank - 2]!],
  };
  const heads = [q, k, v].map(({ axes }) => axes.slice(0, -2).flatMap(ofRow));
  const steps = [q, k, v].map(({ axes }) => ofRow(axes[rank - 2]!)) as [Axis, Axis, Axis];
  const sizes = [q, k, v].map(({ axes }) => ofRow(axes[rank - 1]!)) as [Axis, Axis, Axis];
  if (op.inputs.slice(3).some((term) => term && dimsOf(term).length > rank))
    throw new Unsupported("its mask or a number beside its scores has more axes than they have");
  const [queries, keys] = [lengthOf(steps[0]), lengthOf(steps[1])];
  const causal = isMasked(op, queries, keys);
  const scale = scaleOf(op);
  const options = causal ? { useCausalMask: true } : {};
  const result = (layer: string, held: Axis[]): Value => ({
    kind: "value",
    layer,
    held,
    axes: [...q.axes.slice(0, -1), v.axes[rank - 1]!],
  });
  if (heads.every(({ length }) => length === 0)) {
    const [query, key, value] = [q, k, v].map((one, i) => at.arrange(one, [steps[i]!, sizes[i]!])) as [
      Value,
      Value,
      Value,
    ];
    const learned = scale !== 1;
    const made = at.add(
      "attention",
      { ...options, ...(learned && { useScale: true }) },
      inputsOf(query.layer, key.layer, value.layer),
      learned ? { scale: { shape: [1], data: () => Float32Array.of(scale) } } : {},
    );
    checkPadding(op, made);
    return result(made.config.name, [steps[0], sizes[2]]);
  }
  const count = lengthOf(heads[0]!);
  const [keyDim, valueDim] = [lengthOf(sizes[0]), lengthOf(sizes[2])];
  const found = [q, k, v].map((value, i) =>
    projection(at, value, steps[i]!, [...heads[i]!, ...sizes[i]!], ["queries", "keys", "values"][i]!),
  ) as [Projection, Projection, Projection];
  const useBias = found.some(({ bias }) => bias);
  // layers here divide by √keyDim: another scale is one of the queries' weights
  const ratio = scale * Math.sqrt(keyDim);
  const factor = Math.abs(ratio - 1) < 1e-6 ? 1 : ratio;
  const weights: Record<string, Weights[string]> = {};
  found.forEach(({ kernel, bias }, i) => {
    const name = ["query", "key", "value"][i]!;
    const size = i === 2 ? valueDim : keyDim;
    const times = (data: Float32Array) => (i === 0 && factor !== 1 ? data.map((n) => n * factor) : data);
    weights[`${name}Kernel`] = {
      shape: [kernel.shape[0]!, count, size],
      data: () => times(kernel.data()),
    };
    if (useBias)
      weights[`${name}Bias`] = {
        shape: [count, size],
        data: () => (bias ? times(bias.data()) : zeros(count * size)),
      };
  });
  // until a product follows, outputs are what the heads found
  const units = count * valueDim;
  const identity = zeros(units * units);
  for (let i = 0; i < units; i++) identity[i * units + i] = 1;
  weights.outputKernel = { shape: [count, valueDim, units], data: () => identity };
  if (useBias) weights.outputBias = { shape: [units], data: () => zeros(units) };
  const [query, key, value] = found.map(({ from }) => from) as [string, string, string];
  const made = at.add(
    "multiHeadAttention",
    { ...options, numHeads: count, keyDim, valueDim, outputShape: units, useBias },
    inputsOf(query, key, value),
    weights,
  );
  checkPadding(op, made);
  at.heads.set(made.config.name, "open");
  return result(made.config.name, [steps[0], [...heads[0]!, ...sizes[2]]]);
}

/**
 * The product behind heads as their own projection. @param rows what is multiplied, in the order of the values
 *
 * @returns the layer; undefined where these are no heads, or they have one
 */
export function projected(
  at: Importing,
  value: Value,
  units: number,
  kernel: () => Float32Array,
  bias: Float32Array | undefined,
): Made | undefined {
  if (at.heads.get(value.layer) !== "open" || !at.isOnly(value)) return undefined;
  at.heads.set(value.layer, bias ? "closed" : "biasless");
  const made = at.building.layers.get(value.layer)!;
  const [steps] = made.shape as [number];
  const { numHeads, valueDim } = made.config as unknown as { numHeads: number; valueDim: number };
  made.config.outputShape = units;
  made.weights = {
    ...made.weights,
    outputKernel: { shape: [numHeads, valueDim, units], data: kernel },
    ...(made.config.useBias === true && { outputBias: { shape: [units], data: () => bias ?? zeros(units) } }),
  };
  made.shape = [steps, units];
  if (bias) withOutputBias(made, bias);
  return made;
}

/** A bias of the outputs; the other products get one of zeros, where they have none. */
export function withOutputBias(made: Made, bias: Float32Array): void {
  const others = ["query", "key", "value"].flatMap((name) => {
    const shape = made.weights[`${name}Kernel`]!.shape.slice(1);
    const none = { shape, data: () => zeros(shape.reduce((a, b) => a * b, 1)) };
    return [[`${name}Bias`, made.weights[`${name}Bias`] ?? none] as const];
  });
  made.config.useBias = true;
  made.weights = {
    ...made.weights,
    ...Object.fromEntries(others),
    outputBias: { shape: [bias.length], data: () => bias },
  };
}

export const handlers: Handlers = { [ATTENDING]: attend };
