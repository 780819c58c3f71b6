/** A page that trains, stops and begins again, many times: one worker, no core of the page's left, no listener.. */
import { expect, test } from "vitest";
import { dense, sequential, weightsSha256 } from "../../src/index.ts";
import { clouds, dataset } from "../support/problems.ts";

const TIMES = 40;

test("a page that trains, stops and begins again", async () => {
  let started = 0;
  let ended = 0;
  const { Worker: Plain } = globalThis;
  class Counted extends Plain {
    constructor(...given: ConstructorParameters<typeof Plain>) {
      super(...given);
      started++;
    }
    override terminate(): void {
      ended++;
      super.terminate();
    }
  }
  globalThis.Worker = Counted;
  try {
    const data = dataset(clouds(60, 4, 3));
    const model = sequential(
      [dense({ units: 8, activation: "relu" }), dense({ units: 3, activation: "softmax" })],
      {
        inputShape: [4],
      },
    ).compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
    for (let i = 0; i < TIMES; i++) {
      const before = model.history.epoch.length > 0 ? weightsSha256(model) : "";
      const controller = new AbortController();
      const { signal } = controller;
      let listeners = 0;
      const { addEventListener: add, removeEventListener: remove } = signal;
      signal.addEventListener = (...given: Parameters<typeof add>) => {
        listeners++;
        add.apply(signal, given);
      };
      signal.removeEventListener = (...given: Parameters<typeof remove>) => {
        listeners--;
        remove.apply(signal, given);
      };
      const stop = { onBatchEnd: (batch: number) => void (batch === i % 4 && controller.abort()) };
      const error = await model.fit(data, { batchSize: 12, callbacks: [stop], signal }).catch((e) => e);
      expect(signal.aborted).toBe(true);
      expect(error).toBe(signal.reason);
      expect(weightsSha256(model)).not.toBe(before);
      expect(listeners).toBeLessThanOrEqual(0);
      await model.fit(data, { batchSize: 60 });
    }
    // the one that waits for the next training may have been there before
    expect(started - ended).toBeLessThanOrEqual(1);
    expect(started).toBeLessThanOrEqual(1);
  } finally {
    globalThis.Worker = Plain;
  }
});
