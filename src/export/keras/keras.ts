/** Models as Keras 3 has them: .keras files. */
import { bool } from "../../fields/fields.ts";
import { checkGiven } from "../../fields/programs.ts";
import { toUtf8 } from "../../host.ts";
import { type Group, hdf5Of } from "../../interop/hdf5/writer.ts";
import { snakeCase } from "../../interop/keras.ts";
import { HEADS } from "../../interop/kerasParts.ts";
import type { Model } from "../../model/model.ts";
import { zipOf } from "./archive.ts";
import { written } from "./model.ts";
import type { KerasLayer, Value } from "./writing.ts";

/** What exportKeras() takes besides the model. */
export interface KerasExportOptions {
  /** Whether the model multiplies its input by what bytes are multiplied by here, such as 1/255: then it takes values of 0 to 255. Default false. */
  scaling?: boolean;
}

/** Where the weights of a layer's parts are; of others in "vars". */
const RECURRENT = /^(?:SimpleRNN|LSTM|GRU)$/;

const groupAt = (root: Group, path: readonly string[]): Group =>
  path.reduce((group, part) => {
    const found = (group.get(part) as Group | undefined) ?? new Map();
    group.set(part, found);
    return found;
  }, root);

/** A layer's weights, numbered in Keras' order. */
function keep(root: Group, path: readonly string[], { className, weights }: KerasLayer): void {
  const bidirectional = className === "Bidirectional";
  const half = weights.length / 2;
  const heads = className === "MultiHeadAttention" ? weights.length / HEADS.length : 0;
  weights.forEach(({ shape, data }, i) => {
    const within = bidirectional
      ? [i < half ? "forward_layer" : "backward_layer", "cell"]
      : className === "TimeDistributed"
        ? ["layer"]
        : RECURRENT.test(className)
          ? ["cell"]
          : heads > 0
            ? [`${HEADS[Math.floor(i / heads)]}_dense`]
            : [];
    const number = bidirectional ? i % half : heads > 0 ? i % heads : i;
    groupAt(root, [...path, ...within, "vars"]).set(String(number), { shape, data });
  });
  // what random layers draw from
  if (/^(?:Dropout|GaussianNoise)$/.test(className))
    groupAt(root, [...path, "seed_generator", "vars"]).set("0", { shape: [2], data: new Uint32Array(2) });
}

const tensor = ({ layer, node, tensor: own = 0, shape }: Value) => ({
  class_name: "__keras_tensor__",
  config: { shape: [null, ...shape], dtype: "float32", keras_history: [layer, node, own] },
});

/** Layers that may be given states to begin with. */
const WALKS = /^(?:LSTM|GRU|SimpleRNN|Bidirectional)$/;

/** Layers that are given a list. */
const MERGING = /^(?:Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate|Dot|Attention)$/;

/**
 * The model as a .keras file, which keras.saving.load_model() of Keras 3 opens. Names of inputs and layers are kept. Loss, optimizer and its
 * state stay behind: there it is compiled again.
 *
 * @returns the file's bytes
 * @throws NablaError for layers and options that Keras has not: all of them at once
 */
export function exportKeras(model: Model, options: KerasExportOptions = {}): Uint8Array {
  checkGiven("exportKeras", options, { scaling: bool() });
  const { layers, inputs, outputs } = written("exportKeras", model, "keras", options.scaling ?? false);
  const root: Group = new Map();
  const counts = new Map<string, number>();
  for (const layer of layers) {
    const snake = snakeCase(layer.className);
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    keep(root, ["layers", count === 0 ? snake : `${snake}_${count}`], layer);
  }
  const described = (className: string, name: string, config: object, nodes: object[]) => ({
    module: "keras.layers",
    class_name: className,
    config: { trainable: true, dtype: "float32", ...config },
    registered_name: null,
    name,
    inbound_nodes: nodes,
  });
  const config = {
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name: "nabla",
      trainable: true,
      layers: [
        ...inputs.map(({ name, shape }) =>
          described("InputLayer", name, { batch_shape: [null, ...shape], name }, []),
        ),
        ...layers.map((layer) =>
          described(
            layer.className,
            layer.name,
            layer.config,
            layer.nodes.map((values) => {
              const tensors = values.map(tensor);
              if (tensors.length > 1 && WALKS.test(layer.className))
                return { args: [tensors[0]], kwargs: { initial_state: tensors.slice(1) } };
              return { args: MERGING.test(layer.className) ? [tensors] : tensors, kwargs: layer.call ?? {} };
            }),
          ),
        ),
      ],
      input_layers: inputs.map(({ name }) => [name, 0, 0]),
      output_layers: outputs.map(({ layer, node, tensor: own = 0 }) => [layer, node, own]),
    },
    registered_name: "Functional",
  };
  return zipOf({
    "metadata.json": toUtf8(JSON.stringify({ keras_version: "3.15.1", date_saved: "1980-01-01@00:00:00" })),
    "config.json": toUtf8(JSON.stringify(config)),
    "model.weights.h5": hdf5Of(root),
  });
}
