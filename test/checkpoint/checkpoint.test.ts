import { describe, expect, test } from "vitest";
import { type Checkpoint, decodeCheckpoint } from "../../src/checkpoint/checkpoint.ts";
import { requireTensors } from "../../src/checkpoint/document.ts";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { NablaError } from "../../src/errors.ts";
import { encodeCheckpoint, writeSafetensors } from "../support/checkpoints.ts";

const kernel = { shape: [2, 3], data: Float32Array.of(1, -0, NaN, Infinity, 1e-45, 3) };
const bias = { shape: [3], data: Float32Array.of(0.1, 0.2, 0.3) };
const full = (): Checkpoint => ({
  version: 1,
  config: {
    model: { layers: [{ type: "dense", units: 3 }] },
    rate: 0.1 + 0.2,
    none: null,
    text: 'NaN "∇" \n',
  },
  tensors: new Map([
    ["hidden.kernel", kernel],
    ["hidden.bias", bias],
  ]),
  slots: new Map([
    ["optimizer.m.hidden.kernel", kernel],
    ["optimizer.m.hidden.bias", bias],
  ]),
  progress: {
    epoch: 2,
    batch: 17,
    step: 2 ** 53 - 1,
    seed: 42,
    rateFactor: 0.1,
    history: [
      { loss: 5e-324, accuracy: 1 / 3 },
      { loss: NaN, valLoss: Infinity, other: -Infinity, zero: -0 },
    ],
    running: { lossSum: -0, rows: 1e21, metrics: { accuracy: [1.7976931348623157e308, NaN] } },
    stopped: "because",
  },
  callbacks: {
    earlyStopping: {
      values: { best: NaN, wait: 3, ok: true, note: null },
      tensors: { "hidden.kernel": kernel.data },
    },
    reduceLROnPlateau: { values: {} },
  },
  classes: ["0", "∇"],
  standardisation: { mean: [0.1, -0], scale: [1, 2], columns: ["a", "b"] },
  dataset: { name: "digits", length: 60000, inputShape: [28, 28, 1], fingerprint: "abc" },
  extra: { author: "me" },
});
const minimal = (): Checkpoint => ({
  version: 1,
  config: {},
  tensors: new Map(),
  slots: new Map(),
  progress: { epoch: 0, batch: 0, step: 0, seed: 0, rateFactor: 1, history: [], running: {} },
  callbacks: {},
});
const message = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(NablaError);
    return (error as NablaError).message;
  }
  return "";
};

/** Parsed JSON whose fields may be anything. */
interface Loose {
  [key: string]: Loose;
}

/** A file whose document is changed after it was encoded, with checksums that fit. */
function rewritten(change: (json: Loose) => void): Uint8Array {
  const { metadata, tensors } = readSafetensors(encodeCheckpoint(full()), "a");
  const json = JSON.parse(metadata["nabla.checkpoint"]!);
  change(json);
  const list = [...tensors].map(([name, { shape, data }]) => ({ name, shape, data }));
  return writeSafetensors(list, { "nabla.checkpoint": JSON.stringify(json) });
}

describe("round trip", () => {
  test.each([
    ["everything there is", full],
    ["the least there is", minimal],
  ])("%s comes back bit for bit", (_, make) => {
    const bytes = encodeCheckpoint(make());
    const decoded = decodeCheckpoint(bytes, "a");
    expect(decoded).toStrictEqual(make());
    expect(encodeCheckpoint(decoded)).toEqual(bytes);
  });

  test("toStrictEqual tells -0 from 0 and NaN from null, as this file relies on", () => {
    expect({ a: -0 }).not.toStrictEqual({ a: 0 });
    expect({ a: NaN }).not.toStrictEqual({ a: null });
    expect(Float32Array.of(-0)).not.toStrictEqual(Float32Array.of(0));
  });

  test("other tools see the parameters under their names", () => {
    const { tensors } = readSafetensors(encodeCheckpoint(full()), "a");
    expect([...tensors.keys()]).toEqual([
      "hidden.kernel",
      "hidden.bias",
      "optimizer.m.hidden.kernel",
      "optimizer.m.hidden.bias",
      "callbacks.earlyStopping.tensors.hidden.kernel",
    ]);
  });

  test("arrays whose paths look the same are kept apart", () => {
    const callbacks = { a: { b: Float32Array.of(1) }, "a.b": Float32Array.of(2) };
    expect(decodeCheckpoint(encodeCheckpoint({ ...minimal(), callbacks }), "a").callbacks).toStrictEqual(
      callbacks,
    );
  });

  test("undefined fields are left out", () => {
    const decoded = decodeCheckpoint(
      encodeCheckpoint({ ...minimal(), classes: undefined, config: { a: undefined } }),
      "a",
    );
    expect(decoded).toStrictEqual(minimal());
  });
});

describe("what would not come back is refused", () => {
  const progress = minimal().progress;
  test.each<[string, Partial<Checkpoint>, string]>([
    ["a function", { config: { a: [() => 1] } }, "checkpoint: config.a[0]: a function cannot be saved"],
    ["a bigint", { config: { a: 1n } }, "checkpoint: config.a: a bigint cannot be saved"],
    ["a map", { callbacks: { x: new Map() } }, "checkpoint: callbacks.x: a Map cannot be saved"],
    ["a hole", { config: [undefined] }, "checkpoint: config[0]: undefined cannot be saved"],
    ["a date", { extra: { when: new Date(0) } }, "checkpoint: extra.when: a Date cannot be saved"],
    [
      "other arrays",
      { callbacks: { x: new Float64Array(1) } },
      "checkpoint: callbacks.x: a Float64Array cannot be saved",
    ],
    [
      "arrays outside callbacks",
      { config: { w: new Float32Array(1) } },
      "checkpoint: config.w: a Float32Array cannot be saved here",
    ],
    [
      "a reserved key",
      { extra: { $number: "NaN" } },
      "checkpoint: extra: the key $number is reserved; use another",
    ],
    [
      "a layer named optimizer",
      { tensors: new Map([["optimizer.kernel", bias]]) },
      'no layer may be called "optimizer" or "callbacks"',
    ],
    [
      "a slot named otherwise",
      { slots: new Map([["m.kernel", bias]]) },
      'slot "m.kernel": expected a name beginning with optimizer.',
    ],
    [
      "a wrong counter",
      { progress: { ...progress, step: 0.5 } },
      "progress.step: expected a whole number ≥ 0, got 0.5",
    ],
    ["no configuration", { config: undefined }, "config: missing; expected a value"],
  ])("%s", (_, part, expected) => {
    expect(message(() => encodeCheckpoint({ ...minimal(), ...part }))).toContain(expected);
  });
});

describe("files that are no checkpoint of this version", () => {
  const say = (change: (json: Loose) => void) =>
    message(() => decodeCheckpoint(rewritten(change), "a.safetensors"));

  test("unchanged, it is read", () => expect(say(() => {})).toBe(""));

  test("newer", () => {
    const newer = (json: Loose) => Object.assign(json, { version: 2, config: undefined, novelty: 1 });
    expect(say(newer)).toBe(
      "a.safetensors: checkpoint: it has version 2, this Nabla reads up to version 1; update nabla to read it",
    );
  });

  test.each<[string, (json: Loose) => void]>([
    ["version: missing; expected 1", (json) => delete json.version],
    ["version: expected 1, got 0", (json) => Object.assign(json, { version: 0 })],
    ["config: missing; expected a value", (json) => delete json.config],
    ["callbacks: missing; expected an object whose values are each a value", (json) => delete json.callbacks],
    ["progress.batch: missing; expected a whole number ≥ 0", (json) => delete json.progress.batch],
    [
      "progress.epoch: expected a whole number ≥ 0, got -1",
      (json) => Object.assign(json.progress, { epoch: -1 }),
    ],
    [
      "progress.history[1].loss: expected a number, got null",
      (json) => Object.assign(json.progress.history[1], { loss: null }),
    ],
    [
      'progress.history[0].loss: expected a number, got $number "nan"',
      (json) => Object.assign(json.progress.history[0], { loss: { $number: "nan" } }),
    ],
    [
      'progress.steps: unknown field; did you mean "step"?',
      (json) => Object.assign(json.progress, { steps: 1 }),
    ],
    [
      'callbacks.x: there is no tensor "callbacks.x"',
      (json) => Object.assign(json.callbacks, { x: { $tensor: "callbacks.x" } }),
    ],
    [
      'callbacks.x: there is no tensor "hidden.kernel"',
      (json) => Object.assign(json.callbacks, { x: { $tensor: "hidden.kernel" } }),
    ],
    [
      'config: tensor "hidden.kernel" does not belong here',
      (json) => Object.assign(json, { config: { $tensor: "hidden.kernel" } }),
    ],
  ])("%s", (expected, change) => expect(say(change)).toBe(`a.safetensors: checkpoint: ${expected}`));

  test("other files", () => {
    const plain = writeSafetensors([{ name: "w", ...bias }]);
    expect(message(() => decodeCheckpoint(plain, "a"))).toMatch(
      /^a: expected a checkpoint, got a safetensors file without nabla\.checkpoint/,
    );
    const read = (text: string) =>
      message(() => decodeCheckpoint(writeSafetensors([], { "nabla.checkpoint": text }), "a"));
    expect(read("{")).toBe("a: checkpoint: nabla.checkpoint: not valid JSON; the file is malformed");
    expect(read("7")).toBe("a: checkpoint: expected an object, got 7");
    expect(read(`{"version":1,"config":${"[".repeat(1e5)}${"]".repeat(1e5)}}`)).toBe(
      "a: checkpoint: nabla.checkpoint: nested too deeply: expected at most 100 levels",
    );
    const doubles = writeSafetensors([{ name: "w", shape: [1], data: new Float64Array(1) }], {
      "nabla.checkpoint": readSafetensors(encodeCheckpoint(minimal()), "a").metadata["nabla.checkpoint"]!,
    });
    expect(message(() => decodeCheckpoint(doubles, "a"))).toBe(
      'a: checkpoint: tensor "w": expected F32, got F64',
    );
  });
});

describe("another architecture", () => {
  test("tensors: missing, of another shape, too many", () => {
    const saved = new Map([["hidden.bias", bias]]);
    const wanted = { name: "hidden.bias", shape: [3] };
    const say = (...list: { name: string; shape: number[] }[]) =>
      message(() => requireTensors(saved, list, "a"));
    expect(say(wanted)).toBe("");
    const end = "the file has another architecture";
    expect(say(wanted, { name: "out.bias", shape: [1] })).toBe(
      `a: expected tensor "out.bias" of shape [1], got none; ${end}`,
    );
    expect(say({ ...wanted, shape: [1, 3] })).toBe(
      `a: expected tensor "hidden.bias" of shape [1, 3], got [3]; ${end}`,
    );
    expect(say({ ...wanted, shape: [4] })).toBe(
      `a: expected tensor "hidden.bias" of shape [4], got [3]; ${end}`,
    );
    expect(say()).toBe(`a: tensor "hidden.bias" belongs to no layer here; ${end}`);
  });
});
