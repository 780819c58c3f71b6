/** Messages that no page of ours sends: they are passed over, or end in a NablaError; the worker goes on serving. */
import { expect, test, vi } from "vitest";
import { dense, sequential } from "../../src/index.ts";
import type { FromPage, FromWorker } from "../../src/worker/protocol.ts";
import { serve } from "../../src/worker/serve.ts";
import type { Listeners } from "../../src/worker/spawn/types.ts";

type Train = Extract<FromPage, { kind: "train" }>;
/** What a page has sent. */
let sent: FromPage[] = [];
let asked: (train: Train) => void;

vi.mock("#worker", () => ({
  // one that answers nothing
  spawn: (listeners: Listeners) => {
    setTimeout(() => listeners.message({ kind: "ready" } as never));
    return {
      post(message: FromPage) {
        sent.push(structuredClone(message));
        if (message.kind === "train") asked(structuredClone(message));
      },
      terminate() {},
      rest() {},
    };
  },
}));

/** A training as a page sends it. */
async function training(): Promise<Train> {
  sent = [];
  const train = new Promise<Train>((resolve) => {
    asked = resolve;
  });
  const model = sequential([dense({ units: 2, activation: "softmax" })], { inputShape: [3] });
  model.compile({ loss: "categoricalCrossentropy", optimizer: "sgd" });
  void model.fit(new Float32Array(12), [0, 1, 0, 1], { epochs: 2, worker: true }).catch(() => {});
  return train;
}

/** The rows that went ahead of it. */
const pieces = () => sent.filter(({ kind }) => kind === "piece").map((piece) => structuredClone(piece));

/** A worker in this thread: what it is told, and what it says. */
function worker() {
  const said: FromWorker[] = [];
  let wake = () => {};
  const port = {
    post(message: unknown) {
      said.push(message as FromWorker);
      // as a page does
      if ((message as FromWorker).kind === "progress")
        tell({ kind: "seen", id: (message as { id: number }).id });
      wake();
    },
    onMessage: (_: never) => {},
  };
  serve(port);
  const tell = (message: unknown) => port.onMessage(message as never);
  return {
    said,
    tell,
    /** How training `id` ended. */
    async end(id: number): Promise<Extract<FromWorker, { kind: "done" | "failed" }>> {
      for (;;) {
        const found = said.find((each) => (each.kind === "done" || each.kind === "failed") && each.id === id);
        if (found) return found as never;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

const NONSENSE: unknown[] = [undefined, null, 0, "", "train", [], {}, true, 1n, new Map(), new Uint8Array(3)];

test("what is no message is passed over, and trainings go on", async () => {
  const { said, tell, end } = worker();
  const train = await training();
  const hostile: unknown[] = [
    ...NONSENSE,
    ...NONSENSE.flatMap((each) => [{ kind: each }, { kind: each, id: each }, { kind: "train", id: each }]),
    JSON.parse('{"__proto__": {"kind": "abort", "id": 1}}'),
    { kind: "constructor", id: 1 },
    ...["reply", "rows", "result", "seen", "abort", "meddle"].map((kind) => ({ kind, id: 77 })),
    ...[...NONSENSE, -1, 0.5, Number.NaN, 2 ** 60].flatMap((each) => [
      { kind: "piece", id: 5, number: 0, length: each, at: 0, values: new Float32Array(2) },
      { kind: "piece", id: 5, number: 0, length: 4, at: each, values: new Float32Array(2) },
      { kind: "piece", id: 5, number: 0, length: 4, at: 0, values: each },
      { kind: "piece", id: 5, number: each, length: 4, at: 1e9, values: new Float32Array(2) },
    ]),
    { kind: "piece", id: 5, number: 3, length: 4, at: 3, values: new Float32Array(2) },
    { kind: "piece", id: 5, number: 3, length: 2 ** 53 - 1, at: 1, values: new Float32Array(2) },
    { kind: "piece", id: 5, number: 3, length: 8, at: 0, values: new DataView(new ArrayBuffer(4)) },
  ];
  for (const message of hostile) expect(() => tell(message)).not.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 20));
  // a training without anything fails, and says so
  for (const message of said.slice(1))
    expect(message).toMatchObject({ kind: "failed", error: { name: "NablaError" } });
  for (const piece of pieces()) tell(piece);
  tell(structuredClone(train));
  // in the middle of a training as well
  for (const message of [
    ...hostile,
    { kind: "meddle", id: train.id },
    { kind: "rows", id: train.id, read: "x" },
  ])
    tell(message);
  expect((await end(train.id)).kind).toBe("done");
});

test("a training that lacks anything, or has anything instead, ends: done, or with a NablaError", async () => {
  const { setup: whole } = await training();
  const setup = structuredClone(whole);
  const { tell, end } = worker();
  const wrong: object[] = NONSENSE.map((each) => ({ setup: each }));
  for (const field of Object.keys(setup)) {
    wrong.push({ setup: { ...setup, [field]: undefined } });
    for (const value of [null, 3, "x", [], [null], {}]) wrong.push({ setup: { ...setup, [field]: value } });
  }
  for (const field of Object.keys(setup.state)) {
    for (const value of [null, 3, "x", [], {}])
      wrong.push({ setup: { ...setup, state: { ...setup.state, [field]: value } } });
  }
  const ends = { done: 0, failed: 0 };
  for (const [i, message] of wrong.entries()) {
    const id = 1000 + i;
    for (const piece of pieces()) tell({ ...piece, id });
    tell(structuredClone({ kind: "train", id, ...message }));
    const ended = await end(id);
    ends[ended.kind]++;
    if (ended.kind === "failed") expect(ended.error.name, JSON.stringify(ended.error)).toBe("NablaError");
  }
  expect(ends.failed).toBeGreaterThan(60);
  for (const piece of pieces()) tell({ ...piece, id: 1 });
  tell({ kind: "train", id: 1, setup: structuredClone(setup) });
  expect(await end(1)).toMatchObject({ kind: "done" });
});
