import { CHECKPOINT_VERSION, KEY } from "../../src/checkpoint/document.ts";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { parseConfig } from "../../src/config/config.ts";
import { didYouMean } from "../../src/errors.ts";
import { int, show } from "../../src/fields/fields.ts";
import { object, optional } from "../../src/fields/objects.ts";
import { dense } from "../../src/layers/index.ts";
import { fromConfig } from "../../src/model/fromConfig.ts";
import { load } from "../../src/model/load.ts";
import { sequential } from "../../src/model/model.ts";
import { load as loadPredictor } from "../../src/predict/index.ts";
import { writeSafetensors } from "../support/checkpoints.ts";
import { joined, list, type Reader, type Row, repeated } from "./row.ts";
import { deep } from "./tables.ts";

const safetensors = (shape: string, make: (n: number) => Uint8Array): Row => ({
  shape,
  make,
  run: (bytes: Uint8Array) => readSafetensors(bytes, "a"),
});
const headed = (json: string, payload = 0): Uint8Array =>
  joined(new Uint8Array(BigUint64Array.of(BigInt(json.length)).buffer), json, new Uint8Array(payload));
const tensors = (n: number): string =>
  list(n, 60, (i) => `"t${i}":{"dtype":"U8","shape":[1],"data_offsets":[${i},${i + 1}]}`).join(",");

export const safetensorsFiles: Reader = {
  reader: "safetensors",
  most: 400,
  rows: [
    safetensors("many tensors", (n) => headed(`{${tensors(n)}}`, Math.ceil(n / 60))),
    safetensors("many tensors, none of their bytes", (n) => headed(`{${tensors(n)}}`)),
    safetensors("a tensor of all bytes", (n) =>
      writeSafetensors([{ name: "x", shape: [n], data: new Uint8Array(n) }]),
    ),
    safetensors("a length that is not true", (n) =>
      joined(Uint8Array.of(0, 0, 0, 5, 0, 0, 0, 0), "{", new Uint8Array(n)),
    ),
    safetensors("sizes that are not true", (n) =>
      headed(`{"x":{"dtype":"F32","shape":[${repeated("1048576,", n)}1],"data_offsets":[0,4]}}`),
    ),
    safetensors("brackets", (n) => headed(`{"x":${"[".repeat(n)}`)),
    safetensors("lists", (n) => headed(`{"x":[${repeated("[],", n)}[]]}`)),
    safetensors("objects", (n) => headed(`{"x":[${repeated("{},", n)}{}]}`)),
    safetensors("names that come again at the end", (n) => headed(`{${tensors(n)},"t0":{}}`)),
    safetensors("a long name", (n) => headed(`{"${"x".repeat(n)}":{}}`)),
    safetensors("many texts", (n) =>
      headed(`{"__metadata__":{${list(n, 12, (i) => `"k${i}":"x"`).join(",")}}}`),
    ),
    safetensors("a checksum that begins everywhere", (n) =>
      headed(`{"__metadata__":{"nabla.sha256":"x","a":"${"n".repeat(n)}${repeated("'nabla", n)}"}}`),
    ),
  ],
};

/** A checkpoint whose document is this text, with a checksum that is right. */
const checkpoint = (document: string): Uint8Array =>
  writeSafetensors([{ name: "dense_1.bias", shape: [1], data: new Float32Array(1) }], { [KEY]: document });
const progress = { epoch: 0, batch: 0, step: 0, seed: 0, rateFactor: 1, history: [], running: {} };
const stored = (model: unknown): Uint8Array =>
  checkpoint(
    JSON.stringify({ version: CHECKPOINT_VERSION, config: { nabla: 1, model }, progress, callbacks: {} }),
  );
const units = (units: number) => ({
  type: "dense",
  units,
  activation: "linear",
  useBias: true,
  kernelInitializer: "zeros",
});
const chain = (layers: readonly unknown[]) => ({ inputShape: [2], layers });
/** Whole as it is saved, but for what `change` makes of its document. */
function whole(
  change: (document: { config: { model: { layers: object[] } }; [key: string]: unknown }) => void,
): Uint8Array {
  const model = sequential([dense({ units: 1, inputShape: [2] })]);
  const bytes = model.save();
  const { metadata, tensors } = readSafetensors(bytes, "a");
  const document = JSON.parse(metadata[KEY]!);
  change(document);
  return writeSafetensors(
    [...tensors].map(([name, { shape, data }]) => ({ name, shape, data })),
    { [KEY]: JSON.stringify(document) },
  );
}

const loaded = (shape: string, make: (n: number) => Uint8Array): Row[] => [
  { shape: `load(): ${shape}`, make, run: (bytes: Uint8Array) => load(bytes, "a") },
  { shape: `nabla/predict: ${shape}`, make, run: (bytes: Uint8Array) => loadPredictor(bytes, "a") },
];

export const models: Reader = {
  reader: "models",
  most: 400,
  rows: [
    ...loaded("layers that claim gigabytes", (n) =>
      whole((document) => {
        Object.assign(document.config.model.layers[0]!, { units: 2 ** 28 });
        document.extra = { text: "x".repeat(n) };
      }),
    ),
    ...loaded("many layers", (n) =>
      whole(({ config: { model } }) => {
        model.layers = list(n, 100, (i) => ({ ...model.layers[0]!, name: `d${i}` }));
      }),
    ),
    ...loaded("values within values", (n) =>
      checkpoint(`{"version":1,"config":${"[".repeat(n / 2)}${"]".repeat(n / 2)}}`),
    ),
    ...loaded("a long type", (n) => stored(chain([{ ...units(1), type: "x".repeat(n) }]))),
    ...loaded("many classes", (n) =>
      whole((document) => {
        document.classes = list(n, 8, (i) => `c${i}`);
      }),
    ),
    ...loaded("many keys besides", (n) =>
      whole((document) => {
        document.extra = Object.fromEntries(list(n, 10, (i) => [`k${i}`, {}]));
      }),
    ),
  ],
};

const configured = (shape: string, model: (n: number) => unknown): Row => ({
  shape,
  make: (n) => ({
    nabla: 2,
    model: model(n),
    training: { loss: "meanSquaredError", optimizer: "sgd" },
  }),
  size: (n) => n,
  run: (document: never) =>
    fromConfig({
      ...(document as object),
      nabla: "outputs" in (document as { model: object }).model ? 2 : 1,
    } as never),
});
const node = (i: number, inputs: readonly string[], more: object = {}) => ({
  type: "dense",
  units: 2,
  name: `d${i}`,
  inputs,
  ...more,
});
const start = { type: "input", name: "i", shape: [2] };

export const configurations: Reader = {
  reader: "configurations",
  most: 1200,
  rows: [
    configured("many layers", (n) => chain(list(n, 40, () => ({ type: "dense", units: 2 })))),
    configured("many layers of one name", (n) =>
      chain(list(n, 40, () => ({ type: "dense", units: 2, name: "a" }))),
    ),
    configured("many layers without weights", (n) => ({
      inputShape: [2],
      layers: list(n, 40, () => ({ type: "activation", activation: "relu" })),
    })),
    configured("a graph of many layers", (n) => {
      const layers = list(n, 60, (i) => node(i, [i ? `d${i - 1}` : "i"]));
      return { layers: [start, ...layers], outputs: { o: layers.at(-1)!.name } };
    }),
    configured("a layer of many inputs", (n) => {
      const layers = list(n, 60, (i) => node(i, ["i"]));
      return {
        layers: [start, ...layers, { type: "add", name: "sum", inputs: layers.map(({ name }) => name) }],
        outputs: { o: "sum" },
      };
    }),
    configured("many outputs", (n) => {
      const layers = list(n, 60, (i) => node(i, ["i"]));
      return {
        layers: [start, ...layers],
        outputs: Object.fromEntries(layers.map(({ name }) => [`o${name}`, name])),
      };
    }),
    configured("many layers that share weights", (n) => {
      const layers = list(n, 60, (i) =>
        i ? { type: "shared", layer: "d0", name: `d${i}`, inputs: [`d${i - 1}`] } : node(0, ["i"]),
      );
      return { layers: [start, ...layers], outputs: { o: layers.at(-1)!.name } };
    }),
    configured("a layer that is not there", (n) => {
      const layers = list(n, 60, (i) => node(i, [i ? `d${i - 1}` : "i"]));
      return { layers: [start, ...layers, node(-1, ["dd"])], outputs: { o: "d-1" } };
    }),
    configured("layers that claim more than there can be", (n) => ({
      inputShape: list(n, 8, () => 1),
      layers: [{ type: "flatten" }, { type: "dense", units: 2 ** 52 }],
    })),
    configured("a long name", (n) =>
      chain([
        { type: "dense", units: 2, name: "x".repeat(n) },
        { type: "dense", units: 0 },
      ]),
    ),
    configured("a long field", (n) => chain([{ type: "dense", units: 2, ["x".repeat(n)]: 1 }])),
    configured("many fields", (n) =>
      chain([{ type: "dense", units: 2, ...Object.fromEntries(list(n, 8, (i) => [`x${i}`, 1])) }]),
    ),
    configured("a long activation", (n) => chain([{ type: "dense", units: 2, activation: "x".repeat(n) }])),
    configured("values within values", (n) => chain([{ type: "dense", units: deep(n) }])),
    configured("a value that holds itself", (n) => {
      const layer: Record<string, unknown> = { type: "dense", name: "x".repeat(n) };
      layer.units = layer;
      return chain([layer]);
    }),
    ...[
      ["brackets", (n: number) => "[".repeat(n)],
      ["braces", (n: number) => repeated('{"a":', n)],
      ["objects", (n: number) => `[${repeated("{},", n)}{}]`],
      ["digits", (n: number) => "1".repeat(n)],
      ["backslashes", (n: number) => `"${"\\".repeat(n)}`],
    ].map(
      ([shape, make]): Row => ({
        shape: `a text of ${shape}`,
        make: make as Row["make"],
        run: (text: string) => parseConfig(text, "a.json"),
      }),
    ),
  ],
};

export const messages: Reader = {
  reader: "names and values in messages",
  most: 60,
  rows: [
    {
      shape: "a name like another",
      make: (n) => "x".repeat(n),
      run: (name: string) => didYouMean(name, [`${name}y`]),
    },
    {
      shape: "a name among many",
      make: (n) => list(n, 8, (i) => `name${i}`),
      size: (n) => n,
      run: (names: never) => didYouMean("nam", names),
    },
    { shape: "a long text", make: (n) => "x".repeat(n), run: (text: string) => show(text) },
    { shape: "a long list", make: (n) => new Array(n).fill(0), run: (value: never) => show(value) },
    { shape: "a long array", make: (n) => new Float32Array(n), run: (value: never) => show(value) },
    { shape: "values within values", make: deep, size: (n) => n, run: (value: never) => show(value) },
    {
      shape: "an unknown field",
      make: (n) => ({ ["x".repeat(n)]: 1 }),
      size: (n) => n,
      run: (value: never) => object({ rate: optional(int()) }).check(value, "a"),
    },
  ],
};
