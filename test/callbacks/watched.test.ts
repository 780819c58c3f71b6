/** A figure that there is not is refused by fit() before anything changes, whichever callback is to watch it. */
import { describe, expect, test } from "vitest";
import { checkpoints } from "../../src/callbacks/modelCheckpoint.ts";
import {
  type Callback,
  dense,
  earlyStopping,
  type FitOptions,
  modelCheckpoint,
  reduceLROnPlateau,
  sequential,
} from "../../src/index.ts";

const x = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
] as const;
const y = [0, 1, 1, 0];

async function trained() {
  const model = sequential([dense({ units: 2, activation: "softmax" })], { inputShape: [2] });
  model.compile({ loss: "categoricalCrossentropy", metrics: ["accuracy", { name: "f1", as: "myF1" }] });
  await model.fit(x, y, { epochs: 1 });
  return model;
}
const checkpoint = (monitor: string) => modelCheckpoint({ monitor, save() {} });

describe.each<[string, (monitor: string) => Callback]>([
  ["earlyStopping", (monitor) => earlyStopping({ monitor })],
  ["reduceLROnPlateau", (monitor) => reduceLROnPlateau({ monitor })],
  ["modelCheckpoint", checkpoint],
])("%s", (name, make) => {
  const fit = async (monitor: string, options: FitOptions = {}, before: readonly Callback[] = []) => {
    const model = await trained();
    const bytes = model.save();
    let epochs = 0;
    const counts: Callback = { onEpochEnd: () => void epochs++ };
    const all = [...before, make(monitor), ...(name === "modelCheckpoint" ? [] : [counts])];
    try {
      await model.fit(x, y, { epochs: 2, ...options, callbacks: all });
    } catch (error) {
      expect(epochs).toBe(0);
      expect(model.save()).toEqual(bytes);
      throw error;
    }
  };
  const validationData = [x, y] as const;

  test("refuses what is not reported", async () => {
    await expect(fit("valLoss")).rejects.toThrow(
      `${name}: there is no "valLoss" to monitor; this run reports loss, accuracy, myF1, learningRate; pass validationData or validationSplit to have validation figures`,
    );
    await expect(fit("valAcuracy", { validationData })).rejects.toThrow(
      /did you mean "valAccuracy"\?; this run reports .*, valAccuracy, valMyF1$/,
    );
    await expect(fit("acuracy", {}, [earlyStopping({ monitor: "loss" })])).rejects.toThrow('"accuracy"?');
  });

  test("takes what is reported", async () => {
    for (const monitor of ["loss", "acc", "myF1", "learningRate"]) await fit(monitor);
    for (const monitor of ["valLoss", "val_loss", "valAccuracy", "valMyF1"])
      await fit(monitor, { validationData });
    await fit("valLoss", { validationSplit: 0.5 });
  });

  test("takes what a callback before it reports", async () => {
    const adds: Callback = { onEpochEnd: (_, logs) => void (logs.mine = 1) };
    await fit("mine", {}, [adds]);
  });

  test("takes what a program's own hook around it reports", async () => {
    const inner = make("mine");
    const around: Callback = {
      ...inner,
      onEpochEnd(epoch, logs, context) {
        logs.mine = 1;
        return inner.onEpochEnd!(epoch, logs, context);
      },
    };
    await (await trained()).fit(x, y, { callbacks: [around] });
    await expect((await trained()).fit(x, y, { callbacks: [{ ...inner }] })).rejects.toThrow('no "mine"');
  });
});

test("is said by the callback's own name", async () => {
  const callbacks = checkpoints("checkpointIn", { monitor: "mine" }, () => {});
  await expect((await trained()).fit(x, y, { callbacks: [callbacks] })).rejects.toThrow(
    'checkpointIn: there is no "mine" to monitor',
  );
});
