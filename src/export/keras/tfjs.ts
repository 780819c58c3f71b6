/** Models as TensorFlow.js has them: its LayersModel. */

import { NablaError } from "../../errors.ts";
import { bool, string } from "../../fields/fields.ts";
import { checkGiven } from "../../fields/programs.ts";
import { toUtf8 } from "../../host.ts";
import type { Model } from "../../model/model.ts";
import { written } from "./model.ts";

/** What exportTfjs() takes besides the model. */
export interface TfjsExportOptions {
  /** What the files are called: name.json and name.weights.bin. Default "model". */
  name?: string;
  /** Whether the model multiplies its input by what bytes are multiplied by here, such as 1/255: then it takes values of 0 to 255. Default false. */
  scaling?: boolean;
}

/** A tensor as the file lists it. */
export interface TfjsWeight {
  name: string;
  shape: number[];
  dtype: "float32";
}

/** A model for TensorFlow.js. */
export interface TfjsExport {
  /** What `tf.loadLayersModel(tf.io.fromMemory(artifacts))` takes: ModelArtifacts. */
  readonly artifacts: {
    readonly format: "layers-model";
    readonly generatedBy: string;
    readonly convertedBy: null;
    readonly modelTopology: Record<string, unknown>;
    readonly weightSpecs: TfjsWeight[];
    readonly weightData: ArrayBuffer;
    readonly userDefinedMetadata: Record<string, unknown>;
  };
  /** The same as files, by name; the first is the one that is opened. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/**
 * The model for TensorFlow.js, with its weights, and its classes among what it calls user-defined metadata. Names of inputs and layers are
 * kept. Loss, optimizer and its state stay behind: there it is compiled again.
 *
 * @throws NablaError for layers and options that TensorFlow.js has not: all of them at once
 */
export function exportTfjs(model: Model, options: TfjsExportOptions = {}): TfjsExport {
  checkGiven("exportTfjs", options, { name: string(), scaling: bool() });
  const { name = "model", scaling = false } = options;
  if (!/^[\w.-]+$/.test(name))
    throw new NablaError(`exportTfjs: name: expected letters, digits, ".", "_", "-", got "${name}"`);
  const { layers, inputs, outputs, scales } = written("exportTfjs", model, "tfjs", scaling);
  const tensors = layers.flatMap((layer) =>
    layer.weights.map((weight) => ({ ...weight, path: `${layer.name}/${weight.name}` })),
  );
  const data = new Float32Array(tensors.reduce((sum, tensor) => sum + tensor.data.length, 0));
  let at = 0;
  for (const tensor of tensors) {
    data.set(tensor.data, at);
    at += tensor.data.length;
  }
  const weightSpecs = tensors.map(({ path, shape }) => ({
    name: path,
    shape: [...shape],
    dtype: "float32" as const,
  }));
  const modelTopology = {
    class_name: "Model",
    config: {
      name: "nabla",
      layers: [
        ...inputs.map((input) => ({
          class_name: "InputLayer",
          name: input.name,
          config: {
            batch_input_shape: [null, ...input.shape],
            dtype: "float32",
            sparse: false,
            name: input.name,
          },
          inbound_nodes: [],
        })),
        ...layers.map((layer) => ({
          class_name: layer.className,
          name: layer.name,
          config: layer.config,
          inbound_nodes: layer.nodes.map((values) =>
            values.map(({ layer: from, node, tensor = 0 }) => [from, node, tensor, {}]),
          ),
        })),
      ],
      input_layers: inputs.map((input) => [input.name, 0, 0]),
      output_layers: outputs.map(({ layer, node, tensor = 0 }) => [layer, node, tensor]),
    },
    keras_version: "tfjs-layers 4.22.0",
    backend: "tensor_flow.js",
  };
  const { classes } = model.metadata;
  const userDefinedMetadata = {
    ...(classes && { classes: [...classes] }),
    scale: Object.fromEntries(inputs.map((input, i) => [input.name, scaling ? 1 : scales[i]])),
  };
  const about = { format: "layers-model" as const, generatedBy: "nabla", convertedBy: null };
  const file = `${name}.weights.bin`;
  const json = {
    ...about,
    modelTopology,
    userDefinedMetadata,
    weightsManifest: [{ paths: [file], weights: weightSpecs }],
  };
  return {
    artifacts: { ...about, modelTopology, weightSpecs, weightData: data.buffer, userDefinedMetadata },
    files: { [`${name}.json`]: toUtf8(JSON.stringify(json)), [file]: new Uint8Array(data.buffer) },
  };
}
