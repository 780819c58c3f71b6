/** Recurrent layers as operators of ONNX: steps first, gates in its order, two biases; one direction or both. */
import { builtLayer } from "../../interop/built.ts";
import { regated, turned } from "../../interop/layouts.ts";
import { ended, packed, unpacked } from "./masks.ts";
import { type End, type Place, refuse, type Writer, type Writing, type Written } from "./writing.ts";

interface Config {
  type: "simpleRnn" | "lstm" | "gru";
  name: string;
  units: number;
  activation: { name: string };
  recurrentActivation?: { name: string };
  returnSequences: boolean;
  goBackwards: boolean;
  returnState?: boolean;
  stateful?: boolean;
  resetAfter?: boolean;
}

const OPERATORS = { simpleRnn: "RNN", lstm: "LSTM", gru: "GRU" } as const;
const NAMES: Readonly<Record<string, string>> = {
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  relu: "Relu",
};

function nameOf({ name }: { name: string }): string {
  if (name === "hardSigmoid")
    refuse("hardSigmoid within recurrent layers has another slope there; train with sigmoid");
  return Object.hasOwn(NAMES, name)
    ? NAMES[name]!
    : refuse(`ONNX has no activation ${name} within recurrent layers`);
}

/** A walk of one direction, or of two that are alike. */
interface Walk {
  readonly config: Config;
  readonly directions: readonly Place[];
  /** States it begins with, each [batch, units]. */
  readonly starts?: readonly Written[];
}

const joined = (lists: readonly Float32Array[]): Float32Array => {
  const all = new Float32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
};

/** Weights of all directions: kernel, recurrent kernel, both biases. */
function weightsOf(at: Writing, { config, directions }: Walk, wish: string): string[] {
  const { type, units } = config;
  const kernel = (name: string) => {
    const each = directions.map((place) => {
      const { shape, data } = place.weight(name);
      return turned("recurrent", "nabla", "onnx", {
        shape,
        data: regated(type, "nabla", "onnx", data, units),
      });
    });
    const shape = [directions.length, ...each[0]!.shape];
    return at.weight(`${wish}.${name}`, shape, joined(each.map(({ data }) => data)));
  };
  const columns = (type === "lstm" ? 4 : type === "gru" ? 3 : 1) * units;
  const bias = () => {
    const each = directions.map((place) => {
      const both = new Float32Array(2 * columns);
      if (place.has("bias")) both.set(regated(type, "nabla", "onnx", place.weight("bias").data, units));
      return both;
    });
    return at.weight(`${wish}.bias`, [directions.length, 2 * columns], joined(each));
  };
  const biased = directions.some((place) => place.has("bias"));
  return [kernel("kernel"), kernel("recurrentKernel"), ...(biased ? [bias()] : [])];
}

/**
 * The operator's outputs: of all steps [steps, directions, batch, units], or the last of each direction [directions, batch, units]. Steps of a
 * masked value are packed.
 */
function walked(at: Writing, x: Written, walk: Walk, direction: string, wish: string): string {
  const { config, directions, starts = [] } = walk;
  const { type, units, returnSequences } = config;
  if (config.stateful)
    refuse("stateful: ONNX has no states that one run leaves to the next; train without it");
  const rows = x.mask === undefined ? undefined : packed(at, x, wish);
  const steps = at.node("Transpose", [rows ? rows.steps : at.plain(x)], { perm: [1, 0, 2] }, `${wish}_steps`);
  const activations = directions.flatMap((place) => {
    const { activation, recurrentActivation } = place.config as unknown as Config;
    const own = nameOf(activation);
    const gate = recurrentActivation && nameOf(recurrentActivation);
    return gate ? (type === "lstm" ? [gate, own, own] : [gate, own]) : [own];
  });
  const weights = weightsOf(at, walk, wish);
  const first = starts.map((start, i) =>
    at.node("Unsqueeze", [start.name, at.constant([0], true)], {}, `${wish}_start${i}`),
  );
  const more = [...(weights.length === 2 ? [""] : []), rows?.lengths ?? "", ...first];
  return at.node(
    OPERATORS[type],
    [steps, ...weights, ...(rows || starts.length > 0 ? more : [])],
    {
      hidden_size: units,
      direction,
      activations,
      ...(type === "gru" && { linear_before_reset: config.resetAfter ? 1 : 0 }),
    },
    `${wish}_${returnSequences ? "all" : "last"}`,
    returnSequences ? [] : [""],
  );
}

/** What the last node, a walk of one direction, ends with: h, and c. */
function endsOf(at: Writing, x: Written, { config, starts = [] }: Walk, wish: string): End[] {
  const { type, returnState, returnSequences } = config;
  if (!returnState) return [];
  const { outputs } = at.nodes[at.nodes.length - 1]!;
  if (returnSequences) outputs.push(at.fresh(`${wish}_h`));
  if (type === "lstm") outputs.push(at.fresh(`${wish}_c`));
  return outputs.slice(1).map((name, i) => ({ name, mask: x.mask, start: starts[i]?.name }));
}

/** What states are called here, of each direction. */
const NAMES_OF = [
  ["h", "c"],
  ["backwardH", "backwardC"],
] as const;
const named = (directions: readonly (readonly End[])[]): Written["states"] =>
  Object.fromEntries(directions.flatMap((ends, d) => ends.map((end, i) => [NAMES_OF[d]![i]!, end] as const)));

export const finalState: Writer = (at, [x], place) => {
  const { state } = place.config as unknown as { state: string };
  const found = x!.states![state]!;
  const wish = found.mask === undefined ? place.name : `${place.name}_ends`;
  const end = at.node("Squeeze", [found.name, at.constant([0], true)], {}, wish);
  return { name: ended(at, end, found, place.name), shape: place.outputShape, channelsFirst: false };
};

/** Steps before and after are told apart by their place alone. */
export const recurrent: Writer = (at, [x, ...starts], place) => {
  const config = place.config as unknown as Config;
  const { units, returnSequences, goBackwards } = config;
  const { mask } = x!;
  const walk = { config, directions: [place], starts };
  if (returnSequences && goBackwards && mask !== undefined)
    refuse("goBackwards with returnSequences turns steps around, and some of its input's are padding");
  const all = walked(at, x!, walk, goBackwards ? "reverse" : "forward", place.name);
  const states = named([endsOf(at, x!, walk, place.name)]);
  const out = { shape: place.outputShape, channelsFirst: false, states };
  if (!returnSequences) {
    const wish = mask === undefined ? place.name : `${place.name}_ends`;
    const last = at.node("Squeeze", [all, at.constant([0], true)], {}, wish);
    return { ...out, name: ended(at, last, { mask, start: starts[0]?.name }, place.name) };
  }
  const one = at.node("Squeeze", [all, at.constant([1], true)], {}, `${place.name}_turned`);
  const behind = goBackwards || mask !== undefined;
  const rows = at.node("Transpose", [one], { perm: [1, 0, 2] }, behind ? `${place.name}_rows` : place.name);
  if (mask !== undefined)
    return { ...out, name: unpacked(at, rows, mask, units, starts[0]?.name, false, place.name), mask };
  // outputs here are in the order of the walk
  const ends = [[-1], [-(2 ** 31)], [1], [-1]].map((each) => at.constant(each, true));
  return { ...out, name: goBackwards ? at.node("Slice", [rows, ...ends], {}, place.name) : rows };
};

type Mode = "concat" | "sum" | "average" | "multiply";

/** Both directions at once, [batch, steps?, directions, units], as one. */
function merged(at: Writing, both: string, mode: Mode, outputShape: readonly number[], wish: string): string {
  if (mode === "concat") return at.node("Reshape", [both, at.constant([-1, ...outputShape], true)], {}, wish);
  const axis = outputShape.length;
  return mode === "sum"
    ? at.node("ReduceSum", [both, at.constant([axis], true)], { keepdims: 0 }, wish)
    : at.node("ReduceMean", [both], { axes: [axis], keepdims: 0 }, wish);
}

/** Whether one operator has both directions. Those that are multiplied are apart: programs that read products over an axis are few. */
const alike = (a: Config, b: Config, mode: Mode): boolean =>
  mode !== "multiply" && a.type === b.type && a.units === b.units && a.resetAfter === b.resetAfter;

export const bidirectional: Writer = (at, [x, ...starts], place) => {
  const { layer, mergeMode } = place.config as unknown as { layer: readonly Config[]; mergeMode: Mode };
  const places = layer.map((config) => within(place, config, x!.shape));
  const [first, second] = layer as [Config, Config];
  const { mask } = x!;
  const out = { shape: place.outputShape, channelsFirst: false };
  const { returnSequences, returnState } = first;
  const masked = returnSequences ? mask : undefined;
  const plain = mask === undefined && starts.length === 0 && !returnState;
  if (plain && alike(first, second, mergeMode) && second.returnSequences === returnSequences) {
    const all = walked(at, x!, { config: first, directions: places }, "bidirectional", place.name);
    const perm = returnSequences ? [2, 0, 1, 3] : [1, 0, 2];
    const both = at.node("Transpose", [all], { perm }, `${place.name}_rows`);
    return { ...out, name: merged(at, both, mergeMode, place.outputShape, place.name) };
  }
  // each direction by itself: [batch, steps?, units]
  const states: End[][] = [];
  const sides = layer.map((config, i) => {
    const wish = `${place.name}_${i === 0 ? "forward" : "backward"}`;
    const half = starts.length / 2;
    const own = starts.slice(i * half, (i + 1) * half);
    const walk = { config, directions: [places[i]!], starts: own };
    const all = walked(at, x!, walk, i === 0 ? "forward" : "reverse", wish);
    states.push(endsOf(at, x!, walk, wish));
    const axis = at.constant([config.returnSequences ? 1 : 0], true);
    const one = at.node("Squeeze", [all, axis], {}, `${wish}_one`);
    if (!config.returnSequences) return ended(at, one, { mask, start: own[0]?.name }, wish);
    const rows = at.node("Transpose", [one], { perm: [1, 0, 2] }, `${wish}_rows`);
    return mask === undefined ? rows : unpacked(at, rows, mask, config.units, own[0]?.name, i > 0, wish);
  });
  const name =
    mergeMode === "concat"
      ? at.node("Concat", sides, { axis: -1 }, place.name)
      : at.node({ sum: "Sum", average: "Mean", multiply: "Mul" }[mergeMode], sides, {}, place.name);
  return { ...out, name, states: named(states), ...(masked !== undefined && { mask: masked }) };
};

/** A layer within another as one by itself. */
export function within(
  place: Place,
  config: { readonly type: string; readonly name: string },
  shape: readonly number[],
): Place {
  return {
    config: config as unknown as Place["config"],
    name: config.name,
    inputShape: shape,
    outputShape: builtLayer(config, [shape]).outputShape,
    weight: (name) => place.weight(`${config.name}.${name}`),
    has: (name) => place.has(`${config.name}.${name}`),
  };
}
