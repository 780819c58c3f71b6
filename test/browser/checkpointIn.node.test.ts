/** A training whose last checkpoint is in the browser's storage. */
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type CheckpointInOptions, checkpointIn } from "../../src/browser/checkpointIn.ts";
import { listModels, loadModel } from "../../src/browser/models.ts";
import { moons } from "../../src/data/generated/points.ts";
import {
  dense,
  dropout,
  earlyStopping,
  type Model,
  NablaError,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import { FakeOpfs } from "../support/fakeOpfs.ts";

let opfs: FakeOpfs;
beforeEach(() => {
  opfs = new FakeOpfs();
  vi.stubGlobal("navigator", { storage: opfs.storage });
  vi.stubGlobal("indexedDB", new IDBFactory());
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const data = moons({ samples: 100 });
const settings = { epochs: 4, batchSize: 16, validationSplit: 0.2 };

function fresh(): Model {
  const model = sequential(
    [
      dense({ units: 8, activation: "tanh" }),
      dropout({ rate: 0.3 }),
      dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 3 },
  );
  return model.compile({ loss: "binaryCrossentropy", optimizer: "adam", metrics: ["accuracy"] });
}

test.each([[undefined], [1], [3]])(
  "a tab that is closed anywhere continues bit for bit (everySteps: %s)",
  async (everySteps) => {
    const stopping = () => earlyStopping({ monitor: "valLoss", patience: 3, restoreBestWeights: true });
    const whole = fresh();
    await whole.fit(data, { ...settings, callbacks: [stopping()] });
    for (let stop = everySteps ?? 5; stop < 20; stop += 4) {
      // the tab is gone after step `stop`: nothing more is saved and fit() comes to no end
      const gone = {
        everySteps: 1,
        onBatchEnd: (_b: number, _l: unknown, { step }: { step: number }) => {
          if (step === stop + 1) opfs.killAt = opfs.operations;
        },
      };
      await fresh()
        .fit(data, {
          ...settings,
          callbacks: [stopping(), gone, checkpointIn("run", { everySteps, onError: "throw" })],
        })
        .catch(() => {});
      opfs.restart();
      const again = await loadModel("run");
      await again.fit(data, {
        ...settings,
        resume: true,
        callbacks: [stopping(), checkpointIn("run", { everySteps })],
      });
      expect(weightsSha256(again)).toBe(weightsSha256(whole));
      expect(again.history).toEqual(whole.history);
      opfs.root.folders.clear();
    }
  },
);

test("the last checkpoint is that of the last epoch, and trains on when there are more epochs", async () => {
  const model = fresh();
  await model.fit(data, { ...settings, epochs: 2, callbacks: [checkpointIn("run")] });
  const again = await loadModel("run");
  expect(weightsSha256(again)).toBe(weightsSha256(model));
  await again.fit(data, { ...settings, resume: true });
  const whole = fresh();
  await whole.fit(data, settings);
  expect(weightsSha256(again)).toBe(weightsSha256(whole));
});

test("with monitor the best epoch is kept", async () => {
  const model = fresh();
  const hashes: string[] = [];
  const noting = { onEpochEnd: () => void hashes.push(weightsSha256(model)) };
  const { history } = await model.fit(data, {
    ...settings,
    callbacks: [noting, checkpointIn("best", { monitor: "loss", mode: "max" })],
  });
  const worst = history.loss.indexOf(Math.max(...history.loss));
  expect(worst).toBeLessThan(settings.epochs - 1); // so it is not just the last one
  expect(weightsSha256(await loadModel("best"))).toBe(hashes[worst]);
});

test("full storage: training continues, warns once, and saves again when there is room", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const whole = fresh();
  await whole.fit(data, settings);
  opfs.quota = 100;
  const model = fresh();
  await model.fit(data, { ...settings, callbacks: [checkpointIn("run")] });
  expect(weightsSha256(model)).toBe(weightsSha256(whole));
  expect(warn.mock.calls.length).toBe(1);
  expect(warn.mock.calls[0][0]).toMatch(
    /^checkpointIn: after step \d+: saveModel: run: the browser's storage is full: .*\. Training continues, the next one is tried$/,
  );
  expect(await listModels()).toEqual([]);

  const errors: NablaError[] = [];
  const room = {
    onEpochEnd: (epoch: number) => {
      if (epoch === 2) opfs.quota = 1e6;
    },
  };
  await fresh().fit(data, {
    ...settings,
    callbacks: [room, checkpointIn("run", { onError: (error) => errors.push(error) })],
  });
  expect(errors.map(({ details }) => details)).toEqual([{ code: "quota" }, { code: "quota" }]);
  expect(weightsSha256(await loadModel("run"))).toBe(weightsSha256(whole));

  opfs.root.folders.clear();
  opfs.quota = 100;
  const ended = fresh().fit(data, { ...settings, callbacks: [checkpointIn("run", { onError: "throw" })] });
  await expect(ended).rejects.toThrow(NablaError);
});

test.each<[unknown, CheckpointInOptions, RegExp]>([
  ["x", { everySteps: 0 }, /^checkpointIn: everySteps: expected a whole number ≥ 1, got 0$/],
  ["x", { everyStep: 3 } as never, /^checkpointIn: unknown option "everyStep"; did you mean "everySteps"\?$/],
  ["x", { everySteps: 3, monitor: "loss" }, /^checkpointIn: monitor looks at the ends of epochs/],
  [
    "x",
    { onError: "ignore" } as never,
    /^checkpointIn: onError: expected a function or "throw", got "ignore"$/,
  ],
  ["ftp://x", {}, /^checkpointIn: "ftp:\/\/x": there is no storage called "ftp"/],
  [undefined, {}, /^checkpointIn: expected a name such as/],
])("%j with %j is refused at once, not after hours of training", (where, options, message) => {
  expect(() => checkpointIn(where as string, options)).toThrow(message);
});
