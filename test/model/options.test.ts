import { expect, test } from "vitest";
import { kFold, prepareDigit } from "../../src/data/index.ts";
import {
  arrayDataset,
  checkGradients,
  dense,
  earlyStopping,
  modelCheckpoint,
  reduceLROnPlateau,
  sequential,
  splitDataset,
} from "../../src/index.ts";

const model = () => sequential([dense({ units: 1, inputShape: [2] })]).compile({ loss: "meanSquaredError" });
const x = [[1, 2]];
const y = [[3]];

test.each([
  [() => model().fit(x, y, { epoch: 5 } as never), 'fit: unknown option "epoch"; did you mean "epochs"?'],
  [
    () => model().fit(x, y, { batch_size: 5 } as never),
    'fit: unknown option "batch_size"; here it is batchSize',
  ],
  [() => model().fit(x, y, { lr: 0.1 } as never), 'fit: unknown option "lr"; it belongs to the optimizer'],
  [
    () => model().fit(x, y, { verbose: 0 } as never),
    'unknown option "verbose"; a training says nothing by itself',
  ],
  [() => model().fit(x, y, { initial_epoch: 3 } as never), "resume: true goes on where a training stopped"],
  [() => model().fit(x, y, 5 as never), "fit: expected its options as an object, got 5"],
  [
    () => model().evaluate(x, y, { onrow: () => {} } as never),
    'evaluate: unknown option "onrow"; did you mean "onRow"?',
  ],
  [
    () => model().evaluate(x, y, { ranks: {} } as never),
    'evaluate: unknown option "ranks"; only fit() takes them: call this on rank 0, without',
  ],
  [async () => model().predict(x, { ranks: {} } as never), 'unknown option "ranks"; only fit() takes them'],
  [
    async () => model().compile({ loss: "huber", learningRate: 1 } as never),
    'compile: unknown option "learningRate"; it belongs to the optimizer',
  ],
  [async () => model().compile({ loss: "huber", metric: [] } as never), 'did you mean "metrics"?'],
  [
    async () => sequential([dense({ units: 1 })], { sed: 1 } as never),
    'sequential: unknown option "sed"; did you mean "seed"?',
  ],
  [
    async () => earlyStopping({ patients: 3 } as never),
    'earlyStopping: unknown option "patients"; did you mean "patience"?',
  ],
  [async () => reduceLROnPlateau({ facto: 3 } as never), 'did you mean "factor"?'],
  [async () => model().predict(x, { batchsize: 1 } as never), 'predict: unknown option "batchsize"'],
  [async () => checkGradients(model(), x, y, { sample: 1 } as never), 'did you mean "samples"?'],
  [async () => model().gradients(x, y, { weights: [1] } as never), 'gradients: unknown option "weights"'],
  [
    async () => model().inputGradients(x, y, { sampleWeights: [1] } as never),
    'inputGradients: unknown option "sampleWeights"; did you mean "sampleWeight"?',
  ],
  [
    () => model().confusionMatrix(arrayDataset([[1, 2]], [0]), { batch: 1 } as never),
    'confusionMatrix: unknown option "batch"',
  ],
  [
    async () => splitDataset(arrayDataset(x, y), 0.5, { stratify: false } as never),
    'splitDataset: unknown option "stratify"',
  ],
  [async () => kFold(arrayDataset(x, y), { fold: 3 } as never), 'kFold: unknown option "fold"'],
  [
    async () =>
      prepareDigit({ data: new Uint8Array(1), width: 1, height: 1, channels: 1 }, { side: 9 } as never),
    'prepareDigit: unknown option "side"',
  ],
  [async () => modelCheckpoint({ save() {}, every: 3 } as never), 'modelCheckpoint: unknown option "every"'],
] as const)("a misspelt option is an error: %s", async (call, message) => {
  await expect((async () => call())()).rejects.toThrow(message);
});

test("null stands for the default of callbacks, and of the rows evaluated at once", async () => {
  const trained = model();
  await expect(trained.fit(x, y, { callbacks: null as never })).resolves.toMatchObject({ epoch: [0] });
  const { loss } = await trained.evaluate(x, y);
  expect(await trained.evaluate(x, y, { batchSize: null as never })).toEqual({ loss });
});
