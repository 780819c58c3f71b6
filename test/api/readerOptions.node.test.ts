/**
 * Random values of wrong kinds for every option of what reads, makes, splits and keeps data, and of the callbacks and files of Node: see
 * test/support/wrongOptions.ts. Readers say their options by their fields, functions by what they answer to one that they do not have.
 */
import { mkdirSync } from "node:fs";
import { encode } from "fast-png";
import { zipSync } from "fflate";
import { afterAll, describe, test } from "vitest";
import * as browser from "../../src/browser/index.ts";
import { arrowSplit } from "../../src/data/arrow/index.ts";
import { augmentFields } from "../../src/data/augment/fields.ts";
import * as data from "../../src/data/index.ts";
import { limitField } from "../../src/data/numpy/archive.ts";
import { parquetSplit } from "../../src/data/parquet/index.ts";
import { readers } from "../../src/data/readers/open.ts";
import { sequenceFields } from "../../src/data/sequences/sequenceFields.ts";
import { splitFields, tableFields } from "../../src/data/tables/csvFields.ts";
import { bool, int, list, number, string } from "../../src/fields/fields.ts";
import * as nabla from "../../src/index.ts";
import * as node from "../../src/node/index.ts";
import * as sequences from "../../src/sequences/index.ts";
import { idxFolder, workplace } from "../cli/support.ts";
import { npyBytes } from "../data/helpers.ts";
import arrowed from "../fixtures/tables/table.arrow?url&inline";
import people from "../fixtures/tables/table.parquet?url&inline";
import { inlined } from "../support/bytes.ts";

import {
  CSV,
  names,
  optionsOf,
  ready,
  type Target,
  tryWrong,
  type Wrong,
  X,
  Y,
} from "../support/wrongOptions.ts";

const place = workplace();
afterAll(place.remove);
place.write("t.csv", CSV);
place.write("load.csv", `day,load\n${[1, 2, 3, 4, 5, 6].map((n) => `2024-01-0${n},${n % 3}`).join("\n")}\n`);
mkdirSync(place.path("pictures/a"), { recursive: true });
mkdirSync(place.path("pictures/b"));
for (const [i, name] of ["a/1.png", "a/2.png", "b/1.png", "b/2.png"].entries())
  place.write(
    `pictures/${name}`,
    encode({ width: 2, height: 2, channels: 1, data: Uint8Array.of(i, 1, 2, 3) }),
  );
const numbers = (values: readonly number[], shape: readonly number[]) =>
  npyBytes("<f4", shape, Float32Array.from(values).buffer);
const NPZ = zipSync({ "x.npy": numbers(X.flat(), [4, 2]), "y.npy": numbers(Y, [4]) });

/** A path that a reader knows, by its kind. */
const PATHS: Readonly<Record<string, string>> = {
  csv: place.path("t.csv"),
  sequences: place.path(
    place.write("s.json", '[{ "x": [1, 2], "label": "a" }, { "x": [3, 4, 6], "label": "b" }]'),
  ),
  idx: place.path(idxFolder(place, "idx")),
  images: place.path("pictures"),
  npz: place.path(place.write("d.npz", NPZ)),
};
const tables = { name: string(), maxBytes: number({ min: 1 }), ...tableFields(), ...splitFields() };
const TARGETS: Record<string, Target> = {
  augment: {
    options: names(augmentFields().fields),
    call: (options) =>
      nabla.augment(nabla.arrayDataset({ data: new Uint8Array(4 * 36), shape: [4, 6, 6, 1] }, Y), options),
  },
  csvSplit: {
    options: names({ ...tableFields(), ...splitFields() }),
    fields: tables,
    call: (options) => data.csvSplit(CSV, { label: "c", ...options }),
    runs: 600,
  },
};
for (const { kind, fields } of readers.filter(({ kind }) => kind !== "images"))
  TARGETS[`openData ${kind}`] = {
    options: names(fields().fields),
    fields: fields().fields,
    call: (options) => node.openData(PATHS[kind]!, options),
  };

const ofTables = readers.find(({ kind }) => kind === "csv")!.fields().fields;
TARGETS["openData of a page"] = {
  options: [...names(ofTables), "signal", "maxBytes"],
  fields: { ...ofTables, maxBytes: number({ exclusiveMin: 0 }) },
  call: (options) => browser.openData(new File([CSV], "t.csv"), { label: "c", ...options }),
};

const LOAD = [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3];
const LISTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => ({ x: [n, n + 1], label: n % 2 ? "a" : "b" }));
const quiet = { write: () => true };
const rows = () => nabla.arrayDataset(X, Y);
const long = { samples: (value: unknown) => typeof value === "number" && value > 1000 };
/** Functions, with what they are given besides; their options are what they say. */
const FUNCTIONS: Readonly<Record<string, (options: Wrong, model: nabla.Model) => unknown>> = {
  arrayDataset: (options) => nabla.arrayDataset(X, Y, options),
  splitDataset: (options) => nabla.splitDataset(rows(), 0.5, options),
  kFold: (options) => data.kFold(rows(), { folds: 2, ...options }),
  shifted: (options) =>
    nabla.shifted(nabla.arrayDataset({ data: new Uint8Array(4 * 36), shape: [4, 6, 6, 1] }, Y), 1, options),
  batches: (options) => [...data.batches(4, 2, options)],
  "openData images": (images) => node.openData(PATHS.images!, { images }),
  moons: (options) => data.moons({ samples: 9, ...options }),
  digits: (options) => data.digits({ samples: 3, ...options }),
  parseCsvDataset: (options) => data.parseCsvDataset(CSV, { label: "c", ...options }),
  parseNpz: (options) => data.parseNpz(NPZ, "n", options),
  npzSplit: (options) => data.npzSplit(NPZ, "n", options),
  arrowSplit: (options) => arrowSplit(inlined(arrowed), { label: "label", ignore: ["count"], ...options }),
  parquetSplit: (options) => parquetSplit(inlined(people), { label: "label", ignore: ["count"], ...options }),
  series: (options) => sequences.series(LOAD, options),
  csvSeries: (options) => sequences.csvSeries("day,load\n2024-01-01,1\n2024-01-02,2\n", options),
  windows: (options) => sequences.windows({ load: LOAD }, { length: 2, ...options }),
  windowSplit: (options) => sequences.windowSplit({ load: LOAD }, { length: 2, ...options }),
  sequences: (options) => sequences.sequences(LISTS, { label: "label", ...options }),
  jsonSequences: (options) => sequences.jsonSequences(JSON.stringify(LISTS), { label: "label", ...options }),
  csvSequences: (options) =>
    sequences.csvSequences(
      `id,x,label\n${LISTS.map(({ x, label }, i) => `${i},${x[0]},${label}`).join("\n")}\n`,
      {
        sequence: "id",
        label: "label",
        ...options,
      },
    ),
  textSplit: (options) => sequences.textSplit("a text of some length", { length: 2, ...options }),
  charVocabulary: (options) => sequences.charVocabulary("abc", options),
  wordVocabulary: (options) => sequences.wordVocabulary("a b c", options),
  openSeries: (options) => node.openSeries(place.path("load.csv"), options),
  openLargeTable: async (options) =>
    (await node.openLargeTable(place.path("t.csv"), { label: "c", ...options })).close(),
  saveModel: (options, model) => node.saveModel(model, place.path("m.safetensors"), options),
  csvLogger: (options, model) =>
    model.fit(X, Y, { epochs: 1, callbacks: [node.csvLogger(place.path("l.csv"), options)] }),
  tensorBoard: (options, model) =>
    model.fit(X, Y, { epochs: 1, callbacks: [node.tensorBoard(place.path("board"), options)] }),
  "modelCheckpoint of files": (options, model) =>
    model.fit(X, Y, {
      epochs: 1,
      callbacks: [node.modelCheckpoint({ path: place.path("c.safetensors"), ...options })],
    }),
  progressBar: (options, model) =>
    model.fit(X, Y, { epochs: 1, callbacks: [node.progressBar({ output: quiet, ...options }) as Wrong] }),
};
const texts = { header: bool(), sequence: string(), time: string(), delimiter: string(), name: string() };
/** Where what is right is refused for what the data are like. */
const MORE: Readonly<Record<string, Partial<Target>>> = {
  moons: { skip: { ...long, noise: (value) => typeof value === "number" && value > 1e30 } },
  digits: { skip: long },
  // the name of a figure that there is not, is known when figures are there
  "modelCheckpoint of files": { skip: { monitor: (value) => typeof value === "string" } },
  saveModel: { skip: { replace: (value) => value === null || value === false } },
  arrayDataset: { fields: { inputShape: list(int({ min: 1 })), classes: int({ min: 1 }) } },
  parseNpz: { fields: { limit: limitField() } },
  npzSplit: { fields: { limit: limitField() } },
  csvSequences: { fields: { ...sequenceFields(), ...texts } },
  csvSeries: { fields: { ...texts, ignore: list(string()) } },
  openSeries: { fields: texts },
  ...Object.fromEntries(
    ["parseCsvDataset", "arrowSplit", "parquetSplit", "openLargeTable"].map((name) => [
      name,
      { fields: { ...tables, folder: string() } },
    ]),
  ),
};

describe("options of wrong kinds", () => {
  test.each(Object.entries(TARGETS))("%s", async (_, target) => {
    await tryWrong(target);
  });
  test.each(Object.entries(FUNCTIONS))("%s", async (name, call) => {
    const options = await optionsOf((options) => call(options, ready()));
    await tryWrong({ options, call, runs: 80, ...MORE[name] } as Target);
  });
});
