import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { unzip, zipEntries } from "../../../src/data/numpy/zip.ts";
import { exportKeras } from "../../../src/export/index.ts";
import { toUtf8 } from "../../../src/host.ts";
import { openModel } from "../../../src/import/index.ts";
import { dense, embedding, lstm, sequential } from "../../../src/index.ts";
import { type Group, hdf5Of } from "../../../src/interop/hdf5/writer.ts";
import { CODERS } from "../../export/states.ts";
import { writeZip } from "../../support/data/npy.ts";
import type { Layer, Sample, Target } from "../guide/target.ts";

// three folders up is the project, for the file that is bundled of this one as well
const fileOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../test/import/keras/files/${name}`, import.meta.url)));

const own = (): Uint8Array =>
  exportKeras(
    sequential([embedding({ inputDim: 5, outputDim: 2 }), lstm({ units: 2 }), dense({ units: 2 })], {
      inputShape: [3],
      seed: 1,
    }),
  );

/** What Teachable Machine exports: a model of Keras 2 beside its labels. */
const folder = (model: Uint8Array): Uint8Array =>
  writeZip([
    { name: "x/keras_model.h5", content: model },
    { name: "x/labels.txt", content: toUtf8("0 a\n1 b\n") },
  ]);

/** A file of the archive; the archive is written anew. */
const entryLayer = (wanted: string, json = false): Layer => ({
  json,
  open(bytes) {
    try {
      const all = zipEntries(bytes, "a.keras");
      const contents = all.map(({ name }, i) => ({ name, content: unzip(bytes, all[i]!, name) }));
      const n = contents.findIndex(({ name }) => name.endsWith(wanted));
      if (n < 0) return undefined;
      const close = (inner: Uint8Array) =>
        writeZip(contents.map((entry, i) => (i === n ? { ...entry, content: inner } : entry)));
      return { inner: contents[n]!.content, close };
    } catch {
      return undefined;
    }
  },
});

const size = fc.oneof(fc.nat(4), fc.constantFrom(2 ** 20, 2 ** 31, 2 ** 53, -1, 0.5));
const CLASSES = [
  ...["Dense", "LSTM", "Bidirectional", "TimeDistributed", "Embedding", "MultiHeadAttention", "Attention"],
  ...["Reshape", "RepeatVector", "UpSampling1D", "Normalization", "__proto__"],
];

/** Layers that say any sizes, and weights of any shapes at places that may be theirs. */
const lying: fc.Arbitrary<Sample> = fc
  .record({
    className: fc.constantFrom(...CLASSES),
    inner: fc.constantFrom(...CLASSES),
    size,
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
    path: fc.constantFrom(
      "layers/dense/vars/0",
      "layers/lstm/cell/vars/0",
      "layers/__proto__/vars/0",
      "layers/multi_head_attention/query_dense/vars/0",
    ),
    files: fc.subarray(["config.json", "model.weights.h5", "metadata.json", "../model.json"], {
      minLength: 1,
    }),
    deflate: fc.boolean(),
  })
  .map(({ className, inner, size, shape, path, files, deflate }) => {
    const config = {
      ...{ name: "a", units: size, n: size, size, target_shape: shape, input_dim: size, output_dim: size },
      ...{ num_heads: size, key_dim: size, batch_shape: [null, 3, 3] },
      layer: { class_name: inner, config: { name: "b", units: size } },
    };
    const described = {
      class_name: "Sequential",
      config: { layers: [{ class_name: className, config }] },
    };
    const root: Group = new Map();
    const parts = path.split("/");
    const last = parts.slice(0, -1).reduce((group, part) => {
      const next: Group = new Map();
      group.set(part, next);
      return next;
    }, root);
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    last.set(parts[parts.length - 1]!, { shape, data: values });
    const contents: Record<string, Uint8Array> = {
      "config.json": toUtf8(JSON.stringify(described)),
      "model.weights.h5": hdf5Of(root),
      "metadata.json": toUtf8('{"keras_version":"3.15.1"}'),
      "../model.json": toUtf8(JSON.stringify({ modelTopology: described, weightsManifest: [] })),
    };
    const entries = files.map((name) => ({ name, content: contents[name]! }));
    return { bytes: writeZip(entries, { deflate }) };
  });

export const keras: Target = {
  name: "keras",
  seeds: () => [
    { bytes: own() },
    ...CODERS.filter(([name]) => /^gru(?:_both)?_padded/.test(name)).map(([, make]) => ({
      bytes: exportKeras(make()),
    })),
    { bytes: fileOf("words-3.keras") },
    { bytes: fileOf("dense-2.keras") },
    { bytes: folder(fileOf("dense-2.h5")) },
  ],
  arbitrary: lying,
  layers: [entryLayer("config.json", true), entryLayer(".h5"), entryLayer("labels.txt")],
  words: [
    "PK\x01\x02",
    "PK\x05\x06",
    "config.json",
    "class_name",
    "vars",
    "inbound_nodes",
    "__proto__",
    "../",
  ],
  // the core has a memory of its own
  memory: (bytes) => 64 * bytes + 2 ** 28,
  async run(bytes) {
    const model = await openModel(bytes);
    const { inputs, outputs, metadata } = model;
    return { inputs, outputs, metadata, weights: model.weights() };
  },
};
