/** Layers that walk along a sequence, and those that hold others. */
import { show } from "../../fields/fields.ts";
import { GATED, gatesTimes, MERGE_MODES } from "../../interop/kerasParts.ts";
import type { Weights } from "../building.ts";
import { Chain } from "./chain.ts";
import { classOf, field, textField } from "./json.ts";
import type { Handler, Reading } from "./reading.ts";
import type { Spot } from "./store.ts";

const TYPES: Readonly<Record<string, string>> = {
  SimpleRNN: "simpleRnn",
  LSTM: "lstm",
  GRU: "gru",
  CuDNNLSTM: "lstm",
  CuDNNGRU: "gru",
  SimpleRNNCell: "simpleRnn",
  LSTMCell: "lstm",
  GRUCell: "gru",
};
const typeOf = (className: string): string | undefined =>
  Object.hasOwn(TYPES, className) ? TYPES[className] : undefined;

interface Walk {
  readonly config: Record<string, unknown> & { type: string };
  /** By the layer's own names of them. */
  weights(): Weights;
}

/** A recurrent layer's options and weights. @returns undefined where it is refused */
function walkOf(at: Reading, type: string): Walk | undefined {
  const cudnn = at.className.startsWith("CuDNN");
  const before = at.context.problems.length;
  at.only("stateful", "states begin at 0 with each row here; save the model with stateful=False");
  at.only("time_major", "rows come first here");
  const options = at.carried(type);
  if (at.options.get("return_state") === true) options.returnState = true;
  if (type === "gru") options.resetAfter = cudnn || at.options.get("reset_after") === true;
  const active = at.active();
  const gate = type === "simpleRnn" || cudnn ? {} : at.active("recurrent_activation");
  // the activation of what is not gates stands behind a product alone in the simplest layer
  if (active.behind && type !== "simpleRnn")
    at.refuse("activation hard_sigmoid of Keras 2: it is another here (clip(x / 6 + 0.5, 0, 1))");
  const gated = active.behind ? [true] : gate.behind ? GATED[type] : undefined;
  // hardSigmoid of Keras 2 is that of this library, of so much more
  const [scaled] = active.behind ?? gate.behind ?? [];
  const factor = scaled?.[1].scale as number;
  if (at.context.problems.length > before) return undefined;
  if (active.own !== undefined || active.behind) options.activation = active.own ?? "hardSigmoid";
  else if (at.options.get("activation") !== undefined) options.activation = "linear";
  if (gate.own !== undefined || gate.behind) options.recurrentActivation = gate.own ?? "hardSigmoid";
  else if (at.options.get("recurrent_activation") !== undefined) options.recurrentActivation = "linear";
  const units = typeof options.units === "number" ? options.units : 0;
  const useBias = options.useBias !== false;
  return {
    config: { ...options, type },
    weights() {
      const tensors = at.weights("kernel", "recurrent_kernel", ...(useBias ? ["bias"] : []));
      return Object.fromEntries(
        ["kernel", "recurrentKernel", "bias"].slice(0, tensors.length).map((name, i) => {
          const tensor = tensors[i]!;
          const data = () => {
            const values =
              cudnn && name === "bias" && type === "lstm" ? halves(tensor.data()) : tensor.data();
            return gated ? gatesTimes(factor, gated, values, units) : values;
          };
          const shape =
            cudnn && name === "bias" ? (type === "lstm" ? [4 * units] : [2, 3 * units]) : tensor.shape;
          return [name, { shape, data }];
        }),
      );
    },
  };
}

/** What a layer gives behind its outputs: h, and c; of both directions those of the first before those of the second. */
const STATES = [
  ["h", "c"],
  ["backwardH", "backwardC"],
] as const;

/** The layer's name; its states are outputs of what the file has, where it returns them. */
function withStates(at: Reading, name: string, walks: readonly Readonly<Record<string, unknown>>[]): string {
  walks.forEach(({ type, units, returnState }, d) => {
    if (!returnState) return;
    const names = STATES[d]!.slice(0, type === "lstm" ? 2 : 1);
    at.states.push(...names.map((state) => at.sink.state(state, name, units as number)));
  });
  return name;
}

/** Two biases as one. */
const halves = (both: Float32Array): Float32Array =>
  both.subarray(0, both.length / 2).map((value, i) => value + both[both.length / 2 + i]!);

const alone: Handler = (at) => {
  const walk = walkOf(at, typeOf(at.className)!);
  if (!walk) return undefined;
  at.shape();
  const { type, ...options } = walk.config;
  return withStates(at, at.add(type, options, { weights: walk.weights() }), [walk.config]);
};

/** What a layer holds, as { class_name, config }. */
function held(at: Reading, option: string, spot: Omit<Spot, "names">): Reading | undefined {
  const value = at.options.get(option);
  const className = classOf(value);
  if (className === undefined) {
    at.refuse(`${option} ${show(value)}: expected a layer`);
    return undefined;
  }
  const config = field(value, "config");
  const within = textField(config, "name");
  return at.another(className, config, {
    ...spot,
    names: at.spot.names,
    ...(within !== undefined && { within }),
  });
}

/** Layers of both directions with their weights, which have their names before theirs. */
function recurrentLayers(at: Reading): { layers: Record<string, unknown>[]; weights: Weights } | undefined {
  const { path } = at.spot;
  const forward = held(at, "layer", { path: `${path}/forward_layer` });
  const given = at.options.get("backward_layer") !== undefined;
  const backward = held(at, given ? "backward_layer" : "layer", { path: `${path}/backward_layer` });
  const type = typeOf(forward?.className ?? "");
  if (!forward || !backward || !type || type !== typeOf(backward.className)) {
    at.refuse(`layers ${forward?.className} and ${backward?.className}: expected LSTM, GRU or SimpleRNN`);
    return undefined;
  }
  const own = forward.spot.within ?? at.name;
  const plain = own.replace(/^forward_/, "");
  const walks = [forward, backward].map((reading, i) => {
    const within = given && i === 1 ? reading.spot.within : `${["forward", "backward"][i]}_${plain}`;
    const spot = { ...reading.spot, ...(within !== undefined && { within }) };
    const one = at.another(reading.className, reading.options.all, spot);
    const walk = walkOf(one, type);
    one.finish();
    return walk && { one, walk };
  });
  const [first, second] = walks;
  if (!first || !second) return undefined;
  const shape = at.shape();
  const layers: Record<string, unknown>[] = [];
  const weights: Record<string, Weights[string]> = {};
  [first, second].forEach(({ one, walk }, i) => {
    const name = at.context.building.nameFor(one.name, type);
    const config = { ...walk.config, name, goBackwards: i === 1 };
    const tensors = walk.weights();
    for (const wanted of at.context.building.planned(config, [shape]).parameters)
      weights[`${name}.${wanted.name}`] = tensors[wanted.name]!;
    layers.push(config);
  });
  return { layers, weights };
}

const timeDistributed: Handler = (at) => {
  const inner = held(at, "layer", { path: `${at.spot.path}/layer` });
  if (!inner) return undefined;
  const known = at.inputs[0] !== undefined;
  const chain = new Chain("", known ? at.shape().slice(1) : [], at.context.building);
  const [out] = at.context.apply({
    context: at.context,
    sink: chain,
    className: inner.className,
    config: inner.options.all,
    spot: inner.spot,
    inputs: [known ? chain.from : undefined],
  });
  if (out === undefined) return undefined;
  if (chain.layers.length === 0) return at.inputs[0];
  return at.add("timeDistributed", { layer: chain.layers }, { weights: chain.weights });
};

/** RNN with a cell is the layer of that cell. */
const ofCell: Handler = (at) => {
  const cell = held(at, "cell", { path: `${at.spot.path}/cell` });
  const type = typeOf(cell?.className ?? "");
  if (!cell || !type || !/Cell$/.test(cell.className)) {
    at.refuse(
      `cell ${cell?.className}: expected LSTMCell, GRUCell or SimpleRNNCell; several are layers on top of each other here`,
    );
    return undefined;
  }
  const both = { ...(cell.options.all as object), ...(at.options.passOn() as object), cell: undefined };
  const reading = at.another(at.className, both, at.spot);
  const walk = walkOf(reading, type);
  reading.finish();
  if (!walk) return undefined;
  at.shape();
  const { type: _, ...options } = walk.config;
  return withStates(at, at.add(type, options, { weights: walk.weights() }), [walk.config]);
};

function bidirectional(at: Reading): string | undefined {
  const mode = at.options.get("merge_mode") ?? null;
  const found = MERGE_MODES.find(([, keras]) => keras === mode);
  if (!found)
    at.refuse(`merge_mode ${JSON.stringify(mode)}: the outputs of both directions are put together here`);
  const walks = recurrentLayers(at);
  if (!walks || !found) return undefined;
  const { layers: layer, weights } = walks;
  return withStates(at, at.add("bidirectional", { layer, mergeMode: found[0] }, { weights }), layer);
}

export const recurrent: Readonly<Record<string, Handler>> = {
  SimpleRNN: alone,
  LSTM: alone,
  GRU: alone,
  CuDNNLSTM: alone,
  CuDNNGRU: alone,
  Bidirectional: bidirectional,
  TimeDistributed: timeDistributed,
  RNN: ofCell,
};
