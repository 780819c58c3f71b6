/** Threads of Node: the bits of one, with any number, and from a step of one number to the next of another. */
import { describe, expect, test } from "vitest";
import {
  bidirectional,
  type Callback,
  dense,
  gru,
  load,
  lstm,
  masking,
  multiHeadAttention,
  sequential,
  simpleRnn,
  timeDistributed,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { type SmallNet, smallNets } from "../support/smallNets.ts";

const COUNTS = [1, 2, 3, 5, 8];

/** Rows of different lengths, walked in both directions and from batch to batch, and looked at all at once. */
const sequence = (): SmallNet => {
  const [batchSize, steps, features] = [16, 12, 8];
  const n = 4 * batchSize;
  const data = Float32Array.from({ length: n * steps * features }, (_, i) =>
    Math.floor(i / features) % steps > 4 + (Math.floor(i / features / steps) % 9) ? 0 : Math.sin(i * 1.7) + 2,
  );
  const goesOn = { units: 32, stateful: true, batchSize, returnSequences: true } as const;
  return {
    name: "sequences",
    batchSize,
    make: () =>
      sequential(
        [
          masking({ inputShape: [steps, features] }),
          lstm({ ...goesOn, recurrentDropout: 0.2 }),
          gru(goesOn),
          bidirectional(lstm({ units: 16, returnSequences: true })),
          multiHeadAttention({ numHeads: 2, keyDim: 8, dropout: 0.1 }),
          timeDistributed(dense({ units: 16, activation: "tanh" })),
          simpleRnn({ units: 32 }),
          dense({ units: 10, activation: "softmax" }),
        ],
        { seed: 1 },
      ).compile({ optimizer: { name: "adam", clipNorm: 1 }, loss: "categoricalCrossentropy" }),
    x: { data, shape: [n, steps, features] },
    y: Int32Array.from({ length: n }, (_, i) => i % 10),
    shuffle: false,
  };
};

describe.each([...smallNets(), sequence()])("$name", ({ batchSize, make, x, y, shuffle = true }) => {
  const options = { batchSize, epochs: 2, worker: false, shuffle } as const;
  let one: string;

  test(`trains the same weights with ${COUNTS} threads`, async () => {
    for (const threads of COUNTS) {
      const model = make();
      await model.fit(x, y, { ...options, threads });
      const hash = weightsSha256(model);
      one ??= hash;
      expect(hash, `${threads} threads`).toBe(one);
      expect(internalsOf(model).state.threads?.threads ?? 1).toBe(threads);
    }
  });

  test("goes on in the middle of an epoch with another number", async () => {
    class Stop extends Error {}
    let threads = 3;
    let model = make();
    for (const step of [3, 6]) {
      const stop: Callback = {
        onBatchEnd: (_batch, _logs, context) => {
          if (context.step === step) throw new Stop();
        },
      };
      const resume = step > 3;
      await expect(model.fit(x, y, { ...options, threads, resume, callbacks: [stop] })).rejects.toThrow(Stop);
      model = load(model.save());
      threads--;
    }
    await model.fit(x, y, { ...options, threads, resume: true });
    expect(weightsSha256(model)).toBe(one);
  });
});

test("a model is its own again after a training: its memory is not shared, and predictions are the same", async () => {
  const { make, x, y, batchSize } = smallNets()[1]!;
  const model = make();
  const { core } = internalsOf(model).built;
  await model.fit(x, y, { batchSize, threads: 2, worker: false });
  const network = internalsOf(model).built;
  expect(network.core).toBe(core);
  expect(Object.keys(network)).not.toContain("run");
  expect(network.core.exports.memory.buffer).toBeInstanceOf(ArrayBuffer);
  expect(model.predict(x).data).toEqual(load(model.save()).predict(x).data);
});

test("a stream goes on in callbacks of a training with threads, and after it: the bits of one thread", async () => {
  const trained = async (threads: number) => {
    const model = sequential(
      [
        gru({ units: 24, inputShape: [6, 4], returnSequences: true }),
        lstm({ units: 8 }),
        dense({ units: 2, activation: "softmax" }),
      ],
      { seed: 1 },
    ).compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
    const x = Float32Array.from({ length: 32 * 24 }, (_, i) => Math.sin(i * 1.3));
    const y = Int32Array.from({ length: 32 }, (_, i) => i % 2);
    const before = model.stream({ batchSize: 3 });
    const said: number[][] = [];
    const push = (stream: typeof before, k: number) =>
      said.push([...stream.push(Float32Array.from({ length: 12 }, (_, i) => Math.cos(i + k)))]);
    push(before, 0);
    const within = () => {
      push(before, 1);
      push(model.stream({ batchSize: 3 }), 2);
    };
    const { history } = await model.fit({ data: x, shape: [32, 6, 4] }, y, {
      batchSize: 16,
      epochs: 2,
      worker: false,
      threads,
      callbacks: [{ onBatchEnd: within, onEpochEnd: within }],
    });
    push(before, 3);
    return { said, loss: history.loss, weights: weightsSha256(model) };
  };
  const one = await trained(1);
  expect(one.said.length).toBe(2 + 2 * 6);
  expect(await trained(2)).toEqual(one);
});
