/**
 * The set of networks has every kind that the indexes list, and every option of each with a value that is not its default. A new kind or
 * option is missed here: use it in a network of test/bits/networks, and write its bits with `npm run test:bits -- --update`.
 */
import { describe, expect, test } from "vitest";
import { ALL as ACTIVATIONS } from "../../src/activations/all.ts";
import { ALL as CALLBACKS } from "../../src/callbacks/all.ts";
import { augmentFields } from "../../src/data/augment/fields.ts";
import { ALL as INITIALIZERS } from "../../src/initializers/all.ts";
import { ALL as LAYERS } from "../../src/layers/all.ts";
import { ALL as LOSSES } from "../../src/losses/all.ts";
import { ALL as METRIC_KINDS } from "../../src/metrics/all.ts";
import { METRICS } from "../../src/metrics/names.ts";
import { ALL as OPTIMIZERS } from "../../src/optimizers/all.ts";
import { ALL as SCHEDULES } from "../../src/schedules/all.ts";
import { compileFields } from "../../src/training/compile.ts";
import { fitOptions, settingNames } from "../../src/training/options.ts";
import { documentSettings } from "../../src/training/settings.ts";
import { DOCUMENTS, NAMES } from "./bits.mjs";
import expected from "./expected.json";
import programs from "./networks/programs.mjs?raw";

type Written = Record<string, unknown>;
type Named = string | (Written & { name: string });
interface Field {
  fallback?: unknown;
}
type Fields = Readonly<Record<string, Field>>;

const documents = Object.values(DOCUMENTS).map(
  ({ document }) => document as { model: { layers: Written[] }; training: Written },
);
const trainings = documents.map(({ training }) => training);
const isLayer = (given: unknown) => typeof given === "object";
/** Every layer, those within others included. */
const layers = documents
  .flatMap(({ model }) => model.layers)
  .flatMap(function inner(layer): Written[] {
    const lists = [layer.layers, layer.shortcut, [layer.layer]].filter(Array.isArray) as Written[][];
    return [layer, ...lists.flat(2).filter(isLayer).flatMap(inner)];
  });

/** Names of values and their options, as they are written. */
const named = (values: unknown[]): Named[] => values.filter((value) => value !== undefined) as Named[];
const fieldsOf = (kind: unknown): Fields => {
  const { fields } = kind as { fields?: false | (() => { fields: Fields }) };
  return fields ? fields().fields : {};
};

/** Options of a kind that no written value changes from its default; all of them, and the kind itself, where it is never used. */
function missed(kinds: Readonly<Record<string, unknown>>, written: readonly Named[]): string[] {
  const all = written.map(
    (value) => (typeof value === "string" ? { name: value } : value) as Written & { name: string },
  );
  return Object.entries(kinds).flatMap(([name, kind]) => {
    const own = all.filter((value) => value.name === name);
    if (own.length === 0) return [name];
    return unchanged(fieldsOf(kind), own).map((field) => `${name}.${field}`);
  });
}

const unchanged = (fields: Fields, written: readonly Written[]): string[] =>
  Object.entries(fields)
    .filter(
      ([name, { fallback }]) =>
        name !== "name" &&
        !written.some(
          (value) => value[name] !== undefined && JSON.stringify(value[name]) !== JSON.stringify(fallback),
        ),
    )
    .map(([name]) => name);

/** Those of layers, whose fields end like this. */
const within = (ending: RegExp): unknown[] =>
  layers.flatMap((layer) =>
    Object.entries(layer).flatMap(([name, value]) => (ending.test(name) ? [value] : [])),
  );

const asLayers = layers.map(({ type, ...rest }) => ({ ...rest, name: type }) as Named);
const layerKinds = Object.fromEntries(Object.entries(LAYERS).map(([name, { kind }]) => [name, kind]));
/** One of each of several outputs, by name, is as good as one. */
const each = (value: unknown): unknown[] =>
  Array.isArray(value)
    ? value.flatMap(each)
    : typeof value === "object" && value && !("name" in value)
      ? Object.values(value).flatMap(each)
      : [value];

describe("the set of networks has", () => {
  test("every layer and its options", () => {
    expect(missed(layerKinds, asLayers)).toEqual([]);
  });
  test("every activation and its options", () => {
    expect(missed(ACTIVATIONS, named(within(/^activation$/)))).toEqual([]);
  });
  test("every initializer and its options", () => {
    expect(missed(INITIALIZERS, named(within(/Initializer$/)))).toEqual([]);
  });
  test("both penalties", () => {
    const penalties = within(/Regularizer$/) as Written[];
    for (const name of ["l1", "l2"]) expect(penalties.some((value) => Number(value[name]) > 0)).toBe(true);
  });
  test("every loss and its options", () => {
    expect(missed(LOSSES, named(trainings.flatMap(({ loss }) => each(loss))))).toEqual([]);
  });
  test("every optimizer and its options", () => {
    expect(missed(OPTIMIZERS, named(trainings.map(({ optimizer }) => optimizer)))).toEqual([]);
  });
  test("every schedule and its options", () => {
    expect(missed(SCHEDULES, named(trainings.map(({ schedule }) => schedule)))).toEqual([]);
  });
  test("every metric and its options", () => {
    const kinds = Object.fromEntries(METRICS.map((name) => [name, (METRIC_KINDS as Written)[name]]));
    expect(missed(kinds, named(trainings.flatMap(({ metrics }) => each(metrics))))).toEqual([]);
  });
  test("every augmentation", () => {
    const augments = trainings.map(({ augment }) => augment).filter(Boolean) as Written[];
    expect(unchanged(augmentFields().fields as Fields, augments)).toEqual([]);
  });
  test("every callback, and the options of those that documents name", () => {
    for (const [name, kind] of Object.entries(CALLBACKS)) {
      if (!("fields" in kind)) {
        // what writes checkpoints computes nothing
        if (name !== "modelCheckpoint") expect(programs).toContain(`${name}(`);
        continue;
      }
      const own = trainings.map((training) => training[name]).filter(Boolean) as Written[];
      expect(unchanged(fieldsOf(kind), own)).toEqual([]);
    }
  });
  test("every option of compile(), and every option of fit() that decides what is computed", () => {
    const fields = { ...compileFields(), ...documentSettings().fields } as Fields;
    expect(unchanged(fields, trainings)).toEqual([]);
    // where rows come from, whether they are compared, who computes, and who is told of it; the rest is used by programs
    const told = [
      "validationData",
      "otherData",
      "worker",
      "transfer",
      "threads",
      "ranks",
      "onProgress",
      "progressInterval",
    ];
    for (const name of [...settingNames(), ...Object.keys(fitOptions())])
      if (!(name in fields) && !told.includes(name)) expect(programs).toContain(name);
  });
});

test("the bits of every network are committed, and those of no other", () => {
  expect(Object.keys(expected.networks)).toEqual(NAMES);
  const hashes = Object.values(expected.networks).map(({ weights }) => weights);
  expect(new Set(hashes).size).toBe(NAMES.length);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});
