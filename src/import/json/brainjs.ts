/**
 * Networks of brain.js, as toJSON() writes them: of version 1, whose layers are objects of nodes, and of version 2, which has matrices. All
 * layers have one activation, the last as well.
 */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { Model } from "../../model/model.ts";
import type { Building, Weights } from "../building.ts";
import { beside, Document, type Fields, own } from "./document.ts";

export const ACTIVATIONS: Readonly<Record<string, (alpha: number) => unknown>> = {
  sigmoid: () => "sigmoid",
  relu: () => "relu",
  "leaky-relu": (alpha) => ({ name: "leakyRelu", alpha }),
  tanh: () => "tanh",
};

/** What brain.js has if a file does not say it. */
const ALPHA = 0.01;

/** A layer; the nodes are names, or their numbers. */
interface Matrix {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
  readonly nodes: readonly string[];
}

/** @throws NablaError for recurrent networks and others that are none of these, and for damaged ones */
export function readBrain(bytes: Uint8Array, name: string, building: Building): Model {
  const file = new Document(bytes, name);
  const { root } = file;
  const type = own(root, "type") ?? "NeuralNetwork";
  if (typeof type !== "string") throw file.broken("type", "a text", type);
  if (type !== "NeuralNetwork" && type !== "NeuralNetworkGPU")
    throw new NablaError(
      `${name}: a ${show(type)} of brain.js: its cells are others than the layers here; NeuralNetwork and NeuralNetworkGPU are read. Train it anew with ${/LSTM/.test(type) ? "lstm" : /GRU/.test(type) ? "gru" : "simpleRnn"}()`,
    );
  const sizes = file.list(own(root, "sizes"), "sizes").map((n, i) => file.count(n, `sizes[${i}]`));
  const layers = file.list(own(root, "layers"), "layers").map((each, i) => file.fields(each, `layers[${i}]`));
  if (sizes.length < 2 || layers.length !== sizes.length)
    throw new NablaError(
      `${name}: expected as many layers as sizes, and two or more, got ${layers.length} and ${sizes.length}`,
    );
  const training = file.fields(own(root, "trainOpts") ?? {}, "trainOpts");
  const options = file.fields(own(root, "options") ?? {}, "options");
  const said =
    own(root, "activation") ?? own(training, "activation") ?? own(options, "activation") ?? "sigmoid";
  if (typeof said !== "string" || !Object.hasOwn(ACTIVATIONS, said))
    throw file.broken("activation", `one of ${Object.keys(ACTIVATIONS).join(", ")}`, said);
  const alpha = file.number(
    own(training, "leakyReluAlpha") ?? own(options, "leakyReluAlpha") ?? ALPHA,
    "leakyReluAlpha",
  );

  const first = names(file, own(root, "inputLookup"), "inputLookup", sizes[0]!);
  let before = own(layers[0]!, "weights") === undefined ? Object.keys(layers[0]!) : undefined;
  if (before && before.length !== sizes[0])
    throw new NablaError(`${name}: layers[0]: expected ${sizes[0]} nodes, got ${before.length}`);
  const inputs = first ?? (own(root, "inputLookup") ? before : undefined);
  let at = building.input("input", [sizes[0]!]).config.name;
  let outputs: readonly string[] | undefined;
  for (let i = 1; i < sizes.length; i++) {
    const shape = [sizes[i - 1]!, sizes[i]!] as const;
    const { weights, biases, nodes } = before
      ? ofNodes(file, layers[i]!, before, shape, `layers[${i}]`)
      : ofRows(file, layers[i]!, shape, `layers[${i}]`);
    // version 1 has the slope on the other side: α · z where z > 0, else 0
    const turned = before !== undefined && said === "leaky-relu";
    const values = (data: Float32Array) => (turned ? data.map((w) => w * ALPHA) : data);
    const given: Weights = {
      kernel: { shape: [...shape], data: () => values(weights) },
      bias: { shape: [shape[1]], data: () => values(biases) },
    };
    const activation = turned ? "relu" : ACTIVATIONS[said]!(alpha);
    at = building.add("dense", { units: shape[1], activation }, [at], { weights: given }).config.name;
    if (before) before = [...nodes];
    outputs = nodes;
  }
  const lookup = own(root, "outputLookup");
  const classes =
    names(file, lookup, "outputLookup", sizes[sizes.length - 1]!) ?? (lookup ? outputs : undefined);
  return building.model(new Map([["output", at]]), name, {
    ...(classes &&
      classes.length > 1 &&
      new Set(classes).size === classes.length && { classes: [...classes] }),
    extra: {
      import: {
        format: "brain.js",
        ...(inputs && { inputs: [...inputs] }),
        ...(classes && { outputs: [...classes] }),
      },
    },
  });
}

/** Names by their places, where there are any. */
function names(file: Document, lookup: unknown, where: string, n: number): string[] | undefined {
  if (lookup === null || typeof lookup !== "object") return undefined;
  const entries = Object.entries(file.fields(lookup, where));
  if (entries.length !== n)
    throw new NablaError(`${file.name}: ${where}: expected ${n} names, got ${entries.length}`);
  const found = new Array<string>(n);
  for (const [key, place] of entries) {
    const at = file.count(place, `${where}.${key}`, 0);
    if (at >= n || found[at] !== undefined)
      throw file.broken(`${where}.${key}`, `a place of its own below ${n}`, place);
    found[at] = key;
  }
  return found;
}

/** Version 1: { "0": { bias, weights: { "0": w, … } }, … } */
function ofNodes(
  file: Document,
  layer: Fields,
  before: readonly string[],
  [from, to]: readonly [number, number],
  where: string,
): Matrix {
  const nodes = Object.keys(layer);
  if (nodes.length !== to)
    throw new NablaError(`${file.name}: ${where}: expected ${to} nodes, got ${nodes.length}`);
  const [weights, biases] = [new Float32Array(from * to), new Float32Array(to)];
  nodes.forEach((key, o) => {
    const node = file.fields(layer[key], `${where}.${key}`);
    biases[o] = file.number(own(node, "bias"), `${where}.${key}.bias`);
    const given = file.fields(own(node, "weights"), `${where}.${key}.weights`);
    before.forEach((source, i) => {
      weights[i * to + o] = file.number(own(given, source), `${where}.${key}.weights.${source}`);
    });
  });
  return { weights, biases, nodes };
}

/** Version 2: { weights: [a row for each node], biases } */
function ofRows(file: Document, layer: Fields, [from, to]: readonly [number, number], where: string): Matrix {
  const rows = file.list(own(layer, "weights"), `${where}.weights`);
  if (rows.length !== to)
    throw new NablaError(`${file.name}: ${where}: expected ${to} nodes, got ${rows.length}`);
  const columns = rows.map((row, o) => file.numbers(row, from, `${where}.weights[${o}]`));
  const weights = beside(columns, from);
  const biases = file.numbers(own(layer, "biases"), to, `${where}.biases`);
  return { weights, biases, nodes: rows.map((_, i) => String(i)) };
}
