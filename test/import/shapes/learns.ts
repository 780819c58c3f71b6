/** nsfwjs' MobileNetV2, of whose body a new model is made that learns to tell shapes: the same in Node and in a page. */
import { openModel } from "../../../src/import/index.ts";
import { type Dataset, dense, fineTune, globalAveragePooling2d } from "../../../src/index.ts";
import { type Drawn, folderOf, SHAPES } from "./drawn.ts";

/** Smaller than the 224 of the package, which takes a fifth of the time. */
const SIZE = 96;

interface KerasLayer {
  readonly name: string;
  config: Record<string, unknown>;
}

/** What the package has: a description of the network, and the file of its weights. */
export interface Files {
  readonly modelTopology: {
    readonly model_config: { readonly config: { layers: KerasLayer[]; output_layers: unknown } };
  };
  readonly weightsManifest: readonly { readonly paths: readonly string[] }[];
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** The layers before the package's own head, for pictures of another size. */
function body({ modelTopology, weightsManifest }: Files): string {
  const { config } = structuredClone(modelTopology.model_config);
  config.layers = config.layers.slice(0, 1 + config.layers.findIndex(({ name }) => name === "out_relu"));
  config.layers[0]!.config.batch_input_shape = [null, SIZE, SIZE, 3];
  config.output_layers = [["out_relu", 0, 0]];
  return JSON.stringify({
    modelTopology: { ...modelTopology, model_config: { class_name: "Model", config } },
    weightsManifest,
  });
}

/** What openData() makes of the folder. */
type Open = (files: readonly Drawn[]) => Promise<{ readonly train: Dataset; readonly test?: Dataset }>;

/** @param open as the host opens folders @returns accuracy on pictures it has not seen, what is predicted for them, and how long it took */
export async function learns(files: Files, open: Open) {
  const began = performance.now();
  const json = new TextEncoder().encode(body(files));
  const model = await openModel(json, { files: { [files.weightsManifest[0]!.paths[0]!]: files.weights } });
  const { train, test } = await open(folderOf(SIZE));
  const options = { loss: "categoricalCrossentropy", metrics: ["accuracy"] } as const;
  // what is behind the middle of the network knows more of things than of shapes
  const layers = [globalAveragePooling2d(), dense({ units: SHAPES.length, activation: "softmax" })];
  const head = fineTune(model, { layers, upTo: "block_12_add", freeze: true, seed: 1 });
  head.compile({ ...options, optimizer: { name: "adam", learningRate: 0.01 } });
  await head.fit(train, { epochs: 10, batchSize: 20 });
  // then the last convolutions with it
  const names = head.layers.map(({ name }) => name);
  const net = fineTune(head, {
    freeze: names.filter((name) => /^(?:Conv1|bn_|expanded|block_(?:.|10|11)_)/.test(name)),
  });
  net.compile({ ...options, optimizer: { name: "adam", learningRate: 0.0003 } });
  await net.fit(train, { epochs: 2, batchSize: 20 });
  const { accuracy } = await net.evaluate(test!);
  const scores = Array.from((await net.predict(test!)).data);
  return { accuracy: accuracy!, scores, seconds: (performance.now() - began) / 1000 };
}
