/** Networks of ConvNetJS, as Net.toJSON() writes them: a list of layers. Its values lie as ours do: rows, columns, channels. */
import { show } from "../../fields/fields.ts";
import type { Model } from "../../model/model.ts";
import { showShape, sizeOf } from "../../shape.ts";
import type { Building, Made } from "../building.ts";
import { type Problem, refuseAll, Unsupported } from "../problems.ts";
import { beside, Document, type Fields, own } from "./document.ts";

/** What a layer is read with. */
interface At {
  readonly file: Document;
  readonly building: Building;
  readonly layer: Fields;
  readonly where: string;
}

type Read = (at: At, x: Made) => Made;

/** Of a layer's own numbers, each by its name. */
const count = ({ file, layer, where }: At, key: string, min = 1): number =>
  file.count(own(layer, key), `${where}.${key}`, min);

/** What comes in as one row. */
const flat = (building: Building, x: Made): Made =>
  x.shape.length > 1 ? building.add("flatten", {}, [x.config.name]) : x;

/** An activation, which the layer before takes if it has none. */
const activation =
  (name: string): Read =>
  ({ building }, x) => {
    if (
      /^(?:dense|conv2d)$/.test(x.config.type) &&
      x.config.activation === undefined &&
      !building.used.has(x.config.name)
    ) {
      x.config.activation = name;
      return x;
    }
    return building.add("activation", { activation: name }, [x.config.name]);
  };

/** The filters of a layer: each all numbers of its window. */
function kernel({ file, layer, where }: At, window: number, filters: number) {
  const list = file.list(own(layer, "filters"), `${where}.filters`);
  if (list.length !== filters) throw file.broken(`${where}.filters`, `${filters} filters`, list.length);
  const columns = list.map((each, o) => {
    const volume = file.fields(each, `${where}.filters[${o}]`);
    return file.numbers(own(volume, "w"), window, `${where}.filters[${o}].w`);
  });
  const weights = beside(columns, window);
  const biases = file.fields(own(layer, "biases"), `${where}.biases`);
  const bias = file.numbers(own(biases, "w"), filters, `${where}.biases.w`);
  return (shape: readonly number[]) => ({
    kernel: { shape: [...shape, filters], data: () => weights },
    bias: { shape: [filters], data: () => bias },
  });
}

const fc: Read = (at, given) => {
  const x = flat(at.building, given);
  const [units, n] = [count(at, "out_depth"), x.shape[0]!];
  return at.building.add("dense", { units }, [x.config.name], { weights: kernel(at, n, units)([n]) });
};

/** An image, also where it is one pixel. */
const image = (building: Building, x: Made): Made =>
  x.shape.length === 3
    ? x
    : building.add("reshape", { targetShape: [1, 1, sizeOf(x.shape)] }, [x.config.name]);

/** The window of a layer, its stride, and what is put around. */
function framed(at: At) {
  const [sy, sx, pad] = [count(at, "sy"), count(at, "sx"), count(at, "pad", 0)];
  const padding = [
    [pad, pad],
    [pad, pad],
  ];
  return { window: [sy, sx] as const, strides: count(at, "stride"), padding };
}

const conv: Read = (at, given) => {
  const x = image(at.building, given);
  const { window, strides, padding } = framed(at);
  const [filters, channels] = [count(at, "out_depth"), x.shape[2]!];
  const weights = kernel(at, sizeOf(window) * channels, filters)([...window, channels]);
  return at.building.add("conv2d", { filters, kernelSize: [...window], strides, padding }, [x.config.name], {
    weights,
  });
};

const pool: Read = (at, given) => {
  const x = image(at.building, given);
  const { window, strides, padding } = framed(at);
  return at.building.add("maxPooling2d", { poolSize: [...window], strides, padding }, [x.config.name]);
};

const dropout: Read = ({ file, building, layer, where }, x) => {
  const rate = file.number(own(layer, "drop_prob") ?? 0.5, `${where}.drop_prob`);
  const dropped = building.add("dropout", { rate }, [x.config.name]);
  // so it predicts: values times the share that is dropped
  return building.add("rescaling", { scale: rate }, [dropped.config.name]);
};

/** The largest of each group of values that follow each other. */
const maxout: Read = (at, x) => {
  const size = count(at, "group_size");
  const values = sizeOf(x.shape);
  if (x.shape[x.shape.length - 1]! % size !== 0)
    throw new Unsupported(`groups of ${size} do not divide ${showShape(x.shape)}`);
  const { building } = at;
  const chain = (made: Made, type: string, options: object) =>
    building.add(type, options as Readonly<Record<string, unknown>>, [made.config.name]);
  const groups = chain(x, "reshape", { targetShape: [values / size, size] });
  const largest = chain(chain(groups, "permute", { dims: [2, 1] }), "globalMaxPooling1d", {});
  const shape = [...x.shape.slice(0, -1), x.shape[x.shape.length - 1]! / size];
  return shape.length > 1 ? chain(largest, "reshape", { targetShape: shape }) : largest;
};

export const READ: Readonly<Record<string, Read>> = {
  fc,
  conv,
  pool,
  relu: activation("relu"),
  sigmoid: activation("sigmoid"),
  tanh: activation("tanh"),
  softmax: (at, x) => activation("softmax")(at, flat(at.building, x)),
  maxout,
  dropout,
  // scores as they are
  regression: ({ building }, x) => flat(building, x),
  svm: ({ building }, x) => flat(building, x),
};

/** @throws NablaError that lists layers which there are not here, and for damaged files */
export function readConvnet(bytes: Uint8Array, name: string, building: Building): Model {
  const file = new Document(bytes, name);
  const layers = file
    .list(own(file.root, "layers"), "layers")
    .map((each, i) => file.fields(each, `layers[${i}]`));
  const [first, ...rest] = layers;
  if (first === undefined || own(first, "layer_type") !== "input")
    throw file.broken("layers[0].layer_type", '"input"', first && own(first, "layer_type"));
  const start: At = { file, building, layer: first, where: "layers[0]" };
  const shape = ["out_sy", "out_sx", "out_depth"].map((key) => count(start, key));
  let x = building.input("input", shape[0] === 1 && shape[1] === 1 ? shape.slice(2) : shape);
  const problems: Problem[] = [];
  rest.forEach((layer, i) => {
    const type = own(layer, "layer_type");
    const where = `layers[${i + 1}]`;
    if (typeof type !== "string" || !Object.hasOwn(READ, type)) {
      problems.push({ where, why: `a layer ${show(type)} of ConvNetJS there is not here: train without it` });
      return;
    }
    if (problems.length > 0) return;
    try {
      x = READ[type]!({ file, building, layer, where }, x);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      problems.push({ where: `${where} ${type}`, why: error.message });
    }
  });
  refuseAll(name, "ConvNetJS network", problems);
  return building.model(new Map([["output", x.config.name]]), name, {
    extra: { import: { format: "ConvNetJS" } },
  });
}
