/** Models of steps as files: the bits of the whole sequence, a step at a time, without the library. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { describeExport, exportModule, exportWasm, quantised, verifyExport } from "../../src/export/index.ts";
import {
  dense,
  embedding,
  gru,
  input,
  layerNormalization,
  lstm,
  type Model,
  masking,
  model,
  type OutputRecord,
  type SymbolicTensor,
  sequential,
  simpleRnn,
  timeDistributed,
} from "../../src/index.ts";
import { values } from "../support/kernel.ts";
import { description, type Exports, instantiate, nativeHost } from "./host.ts";

const T = 7;
const native = nativeHost("predict");
const folder = mkdtempSync(join(tmpdir(), "nabla-stream-"));
afterAll(() => {
  native.remove();
  rmSync(folder, { recursive: true, force: true });
});

interface Host extends Exports {
  step(rows: number): number;
  stepBytes(rows: number): number;
  reset(): void;
  states(): number;
  statesBytes(): number;
}
interface Steps {
  push(
    x: Float32Array | Uint8Array | Record<string, Float32Array>,
  ): Float32Array & Record<string, Float32Array>;
  reset(): void;
  states: Float32Array;
}

let modules = 0;
/** The module's own stream(). */
async function opened(subject: Model, options: object = {}) {
  const file = join(folder, `model${modules++}.mjs`);
  writeFileSync(file, exportModule(subject, { stream: true, ...options }).code);
  return (await import(pathToFileURL(file).href)) as {
    stream(options?: object): Steps;
    metadata: Record<string, unknown>;
  };
}

const walks = [
  ["lstm", lstm],
  ["gru", gru],
  ["simpleRnn", simpleRnn],
] as const;
const every = (walk: (typeof walks)[number][1], F: number, more: object = {}) =>
  sequential(
    [
      dense({ units: 5, activation: "tanh" }),
      walk({ units: 6, returnSequences: true, ...more }),
      layerNormalization(),
      walk({ units: 3, returnSequences: true, ...more }),
      timeDistributed(dense({ units: 2 })),
    ],
    { inputShape: [T, F], seed: 3 },
  );
const data = (n: number, F: number) => values(n * T * F, 5);
const whole = (subject: Model, x: Float32Array, F: number) =>
  (subject.predict({ data: x, shape: [x.length / T / F, T, F] } as never) as { data: Float32Array }).data;
const bits = (x: Float32Array) => [...new Uint32Array(x.slice().buffer)];
/** The t-th step of each of some sequences. */
const stepOf = (x: Float32Array, t: number, F: number) => {
  const rows = x.length / T / F;
  return Float32Array.from({ length: rows * F }, (_, i) => x[(Math.floor(i / F) * T + t) * F + (i % F)]!);
};

function take(host: Host, x: Float32Array | Uint8Array): Float32Array {
  const rows = x.length / host.inputs();
  const isBytes = x instanceof Uint8Array;
  const View = isBytes ? Uint8Array : Float32Array;
  new View(host.memory.buffer, host.input(), x.length).set(x as never);
  expect((isBytes ? host.stepBytes : host.step)(rows)).toBe(rows);
  return new Float32Array(host.memory.buffer, host.output(), rows * host.outputs()).slice();
}

describe.each(walks)("%s", (_, walk) => {
  test.each([
    [1, 3],
    [4, 2],
    [3, 1],
  ])("%i sequences of %i features: the bits of whole sequences, again after a reset", (rows, F) => {
    const subject = every(walk, F);
    const x = data(rows, F);
    const want = whole(subject, x, F);
    const host = instantiate(exportWasm(subject, { stream: true, rows })) as Host;
    expect([host.inputs(), host.outputs(), host.maxRows()]).toEqual([F, 2, rows]);
    for (let turn = 0; turn < 2; turn++) {
      for (let t = 0; t < T; t++)
        expect(bits(take(host, stepOf(x, t, F))), `turn ${turn}, step ${t}`).toEqual(
          bits(stepOf(want, t, 2)),
        );
      host.reset();
    }
  });

  test("a last state alone, bytes, fewer sequences than there is room for", () => {
    const F = 4;
    const subject = sequential([walk({ units: 5 }), dense({ units: 3, activation: "softmax" })], {
      inputShape: [T, F],
      seed: 2,
    });
    const host = instantiate(exportWasm(subject, { stream: true, rows: 5 })) as Host;
    const bytes = Uint8Array.from({ length: 2 * T * F }, (_, i) => (i * 73) % 256);
    const floats = Float32Array.from(bytes, (v) => Math.fround(v * Math.fround(1 / 255)));
    let got: Float32Array = new Float32Array();
    for (let t = 0; t < T; t++) got = take(host, Uint8Array.from(stepOf(Float32Array.from(bytes), t, F)));
    expect(bits(got)).toEqual(bits(whole(subject, floats, F)));
  });
});

test("a stateful model begins with zeros, whatever it had", async () => {
  const F = 2;
  const subject = every(gru, F, { stateful: true, batchSize: 2 });
  const x = data(2, F);
  const want = whole(subject, x, F);
  const host = instantiate(exportWasm(subject, { stream: true, rows: 2, weights: "float32" })) as Host;
  for (let t = 0; t < T; t++) expect(bits(take(host, stepOf(x, t, F)))).toEqual(bits(stepOf(want, t, 2)));
  expect(() => exportWasm(subject)).toThrow(/stateful.*stream: true/);
});

test("padding changes nothing, and weights of fewer bits are those of the quantised model", () => {
  const subject = sequential(
    [embedding({ inputDim: 9, outputDim: 4, maskZero: true }), lstm({ units: 8 }), dense({ units: 2 })],
    { inputShape: [T], seed: 6 },
  );
  const few = quantised(subject, "int8");
  const x = Float32Array.of(3, 0, 5, 0, 0, 8, 1);
  const host = instantiate(exportWasm(subject, { stream: true, weights: "int8" })) as Host;
  let got: Float32Array = new Float32Array();
  for (const number of x) got = take(host, Float32Array.of(number));
  const want = (few.predict({ data: x, shape: [1, T] } as never) as { data: Float32Array }).data;
  expect(bits(got)).toEqual(bits(want));
  const masked = sequential([masking({ maskValue: -1 }), gru({ units: 3 })], { inputShape: [T, 1], seed: 1 });
  const other = instantiate(exportWasm(masked, { stream: true })) as Host;
  const before = take(other, Float32Array.of(0.5));
  expect(take(other, Float32Array.of(-1))).toEqual(before);
  expect(take(other, Float32Array.of(0.5))).not.toEqual(before);
});

test("states are bytes that a host keeps and puts back; a wrong number of sequences changes nothing", () => {
  const F = 3;
  const subject = every(lstm, F);
  const x = data(1, F);
  const host = instantiate(exportWasm(subject, { stream: true })) as Host;
  const states = () => new Uint8Array(host.memory.buffer, host.states(), host.statesBytes());
  expect([...states()].every((byte) => byte === 0)).toBe(true);
  for (let t = 0; t < 3; t++) take(host, stepOf(x, t, F));
  const kept = states().slice();
  expect([...kept].some((byte) => byte !== 0)).toBe(true);
  const next = take(host, stepOf(x, 3, F));
  expect([host.step(0), host.step(2), host.step(-1), host.stepBytes(2)]).toEqual([-1, -1, -1, -1]);
  host.reset();
  expect(take(host, stepOf(x, 3, F))).not.toEqual(next);
  states().set(kept);
  expect(take(host, stepOf(x, 3, F))).toEqual(next);
});

test("says what it is, and keeps its digest", () => {
  const subject = every(gru, 3);
  const wasm = exportWasm(subject, { stream: true, rows: 2 });
  expect(verifyExport(wasm).kind).toBe("wasm");
  const module = new WebAssembly.Module(wasm);
  expect(WebAssembly.Module.imports(module)).toEqual([]);
  expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual(
    "memory input inputs output outputs maxRows step stepBytes reset states statesBytes".split(" "),
  );
  expect(description(wasm)).toMatchObject({
    stream: true,
    maxRows: 2,
    input: { shape: [3] },
    output: { shape: [2] },
  });
  expect(describeExport(subject).stream).toBe(undefined);
  expect(describeExport(subject, { stream: true }).maxRows).toBe(1);
});

describe("an ES module", () => {
  test("the bits of model.stream(), several sequences, and states to go on from", async () => {
    const F = 3;
    const subject = every(lstm, F);
    const x = data(2, F);
    const { stream, metadata } = await opened(subject, { rows: 2 });
    expect(metadata).toMatchObject({ stream: true, maxRows: 2 });
    const [own, mine] = [stream({ batchSize: 2 }), subject.stream({ batchSize: 2 })];
    for (let t = 0; t < 4; t++) expect(own.push(stepOf(x, t, F))).toEqual(mine.push(stepOf(x, t, F)));
    const kept = own.states;
    const next = own.push(stepOf(x, 4, F));
    const other = stream({ batchSize: 2 });
    other.states = kept;
    expect(other.push(stepOf(x, 4, F))).toEqual(next);
    own.reset();
    mine.reset();
    expect(own.push(stepOf(x, 0, F))).toEqual(mine.push(stepOf(x, 0, F)));
  });

  test("several inputs and outputs by name", async () => {
    const [a, b] = [input({ shape: [T, 2], name: "a" }), input({ shape: [T, 1], name: "b" })];
    const [y, h] = gru({ units: 3, returnSequences: true, returnState: true }).apply<SymbolicTensor[]>(a);
    const z = simpleRnn({ units: 2, returnSequences: true }).apply(b);
    const subject = model({ inputs: [a, b], outputs: { y: y!, h: h!, z } });
    const given = { a: data(1, 2), b: values(T, 9) };
    const want = subject.predict<OutputRecord>({
      a: { data: given.a, shape: [1, T, 2] },
      b: { data: given.b, shape: [1, T, 1] },
    } as never);
    const steps = (await opened(subject)).stream();
    let got: Record<string, Float32Array> = {};
    for (let t = 0; t < T; t++) {
      got = steps.push({ a: stepOf(given.a, t, 2), b: stepOf(given.b, t, 1) });
      expect(bits(got.y!)).toEqual(bits(want.y!.data.slice(t * 3, t * 3 + 3)));
      expect(bits(got.z!)).toEqual(bits(want.z!.data.slice(t * 2, t * 2 + 2)));
    }
    expect(bits(got.h!)).toEqual(bits(want.h!.data));
  });

  test("what is no step is refused, and the states are as they were", async () => {
    const subject = every(gru, 3);
    const { stream } = await opened(subject);
    const [steps, other] = [stream(), stream()];
    const first = Float32Array.of(1, 2, 3);
    expect(() => steps.push(Float32Array.of(1, 2))).toThrow("expected a step of 3 values, got 2");
    expect(() => steps.push([1, 2, 3] as never)).toThrow("expected a Float32Array or Uint8Array, got Array");
    expect(() => steps.push(Float32Array.of(1, Number.NaN, 3))).toThrow(
      "value 1 is not a finite number (NaN)",
    );
    expect(() => {
      steps.states = Float32Array.of(1);
    }).toThrow("states: expected what states returns");
    expect(steps.push(first)).toEqual(other.push(first));
    expect(() => stream({ batchSize: 2 })).toThrow(
      "from 1 to 1, the rows the model was exported with, got 2",
    );
    expect(() => stream({ batchSize: 0.5 })).toThrow("batchSize");
  });
});

test.skipIf(native.missing)("a C++ program takes steps, with the same bits", () => {
  const F = 3;
  const subject = every(lstm, F);
  const x = data(1, F);
  const out = native.run(exportWasm(subject, { stream: true }), ["--steps"], new Uint8Array(x.buffer));
  expect([...new Uint32Array(Uint8Array.from(out).buffer)]).toEqual(bits(whole(subject, x, F)));
});

test("what cannot be taken step by step is refused", () => {
  expect(() => exportWasm(sequential([dense({ units: 2 })], { inputShape: [3] }), { stream: true })).toThrow(
    "export: stream: the model has no recurrent layer",
  );
  const back = sequential([gru({ units: 2, goBackwards: true })], { inputShape: [T, 2] });
  expect(() => exportModule(back, { stream: true })).toThrow("the last step, which has not come yet");
});
