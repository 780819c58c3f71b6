/** Recurrent layers as operators of ONNX: steps first, gates in its order, two biases. */
import { regated, turned } from "../../interop/layouts.ts";
import { type Place, refuse, type Writer } from "./writing.ts";

interface Config {
  type: "simpleRnn" | "lstm" | "gru";
  units: number;
  activation: { name: string };
  recurrentActivation?: { name: string };
  returnSequences: boolean;
  goBackwards: boolean;
  resetAfter?: boolean;
}

const OPERATORS = { simpleRnn: "RNN", lstm: "LSTM", gru: "GRU" } as const;
const NAMES: Readonly<Record<string, string>> = {
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  relu: "Relu",
  hardSigmoid: "HardSigmoid",
};

function nameOf(place: Place, { name }: { name: string }): string {
  return Object.hasOwn(NAMES, name)
    ? NAMES[name]!
    : refuse(place, `ONNX has no activation ${name} within recurrent layers`);
}

/** Steps before and after are told apart by their place alone. */
export const recurrent: Writer = (at, [x, ...starts], place) => {
  if (starts.length > 0) refuse(place, "it begins with states it is given, which are not written");
  const config = place.config as unknown as Config;
  const { type, units, returnSequences, goBackwards } = config;
  const kernel = (name: string) => {
    const { shape, data } = place.weight(name);
    const one = turned("recurrent", "nabla", "onnx", {
      shape,
      data: regated(type, "nabla", "onnx", data, units),
    });
    return at.weight(`${place.name}.${name}`, [1, ...one.shape], one.data);
  };
  const inputs = [
    at.node("Transpose", [at.plain(x!)], { perm: [1, 0, 2] }, `${place.name}_steps`),
    kernel("kernel"),
    kernel("recurrentKernel"),
  ];
  if (place.has("bias")) {
    const given = regated(type, "nabla", "onnx", place.weight("bias").data, units);
    const columns = (type === "lstm" ? 4 : type === "gru" ? 3 : 1) * units;
    const both = new Float32Array(2 * columns);
    both.set(given);
    inputs.push(at.weight(`${place.name}.bias`, [1, 2 * columns], both));
  }
  const own = nameOf(place, config.activation);
  const gate = config.recurrentActivation && nameOf(place, config.recurrentActivation);
  const activations = gate ? (type === "lstm" ? [gate, own, own] : [gate, own]) : [own];
  const hard = activations.includes("HardSigmoid");
  const attributes = {
    hidden_size: units,
    direction: goBackwards ? "reverse" : "forward",
    activations,
    ...(type === "gru" && { linear_before_reset: config.resetAfter ? 1 : 0 }),
  };
  if (hard) refuse(place, "hardSigmoid within recurrent layers has another slope there; train with sigmoid");
  if (!returnSequences) {
    const last = at.node(OPERATORS[type], inputs, attributes, `${place.name}_last`, 2);
    return {
      name: at.node("Squeeze", [last, at.constant([0], true)], {}, place.name),
      shape: place.outputShape,
      channelsFirst: false,
    };
  }
  const all = at.node(OPERATORS[type], inputs, attributes, `${place.name}_all`);
  const one = at.node("Squeeze", [all, at.constant([1], true)], {}, `${place.name}_turned`);
  const rows = at.node(
    "Transpose",
    [one],
    { perm: [1, 0, 2] },
    goBackwards ? `${place.name}_rows` : place.name,
  );
  // outputs here are in the order of the walk
  const ends = [[-1], [-(2 ** 31)], [1], [-1]].map((each) => at.constant(each, true));
  const name = goBackwards ? at.node("Slice", [rows, ...ends], {}, place.name) : rows;
  return { name, shape: place.outputShape, channelsFirst: false };
};
