/** A callback that documents can name is a file and a line of the index: one more is added here. */
import { expect, test, vi } from "vitest";
import type { ALL } from "../../src/callbacks/all.ts";
import type { Callback } from "../../src/callbacks/callback.ts";
import type { ConfigInput } from "../../src/index.ts";

const fields = async () => {
  const { int } = await import("../../src/fields/fields.ts");
  const { object } = await import("../../src/fields/objects.ts");
  return () =>
    object({ every: int({ min: 1, default: 2, doc: "Epochs between words." }) }, { doc: "Says so." });
};

vi.mock("../../src/callbacks/all.ts", async (original) => {
  const { callbackKind } = await import("../../src/callbacks/kind.ts");
  const dummy = callbackKind("dummy", await fields(), ({ every }) => ({
    onEpochEnd() {},
    state: () => ({ values: { every } }),
    restore() {},
  }));
  return { ALL: { ...(await original<{ ALL: typeof ALL }>()).ALL, dummy } };
});

const document = (training: object) =>
  ({
    nabla: 1,
    model: { inputShape: [2], layers: [{ type: "dense", units: 2, activation: "softmax" }] },
    training: { loss: "categoricalCrossentropy", ...training },
  }) as ConfigInput;

test("documents name it, with its defaults and its checks", async () => {
  const { checkConfig, fromConfig } = await import("../../src/index.ts");
  const { configFields } = await import("../../src/config/config.ts");
  const { fit } = fromConfig(document({ dummy: {}, earlyStopping: { monitor: "loss" } }));
  expect(fit.callbacks!.map(({ name }) => name)).toEqual(["earlyStopping", "dummy"]);
  expect((fit.callbacks as Callback[])[1].state!().values).toEqual({ every: 2 });
  expect(() => checkConfig(document({ dummy: { every: 0 } }))).toThrow(
    "training.dummy.every: expected a whole number ≥ 1, got 0",
  );
  expect(JSON.stringify(configFields().jsonSchema())).toContain("Epochs between words.");
});

test("a resumed run asks for it", async () => {
  const { fromConfig, load } = await import("../../src/index.ts");
  const [x, y] = [
    [
      [1, 0],
      [0, 1],
    ],
    [0, 1],
  ];
  const { model, fit } = fromConfig(document({ dummy: { every: 3 }, batchSize: 2, epochs: 2 }));
  let bytes: Uint8Array | undefined;
  const save: Callback = { onEpochEnd: (_epoch, _logs, context) => void (bytes ??= context.model.save()) };
  await model.fit(x, y, { ...fit, callbacks: [...fit.callbacks!, save] });
  await expect(load(bytes!).fit(x, y, { resume: true })).rejects.toThrow(
    'fit: resume: the training had a callback "dummy", whose state is kept; pass it again in callbacks',
  );
  await load(bytes!).fit(x, y, { resume: true, callbacks: fit.callbacks });
});
