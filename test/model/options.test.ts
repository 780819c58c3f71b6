import { expect, test } from "vitest";
import { dense, earlyStopping, modelCheckpoint, reduceLROnPlateau, sequential } from "../../src/index.ts";

const model = () => sequential([dense({ units: 1, inputShape: [2] })]).compile({ loss: "meanSquaredError" });
const x = [[1, 2]];
const y = [[3]];

test.each([
  [() => model().fit(x, y, { epoch: 5 } as never), 'fit: unknown option "epoch"; did you mean "epochs"?'],
  [
    () => model().fit(x, y, { batch_size: 5 } as never),
    'fit: unknown option "batch_size"; here it is batchSize',
  ],
  [() => model().fit(x, y, 5 as never), "fit: expected its options as an object, got 5"],
  [
    () => model().evaluate(x, y, { onrow: () => {} } as never),
    'evaluate: unknown option "onrow"; did you mean "onRow"?',
  ],
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
  [async () => modelCheckpoint({ save() {}, every: 3 } as never), 'modelCheckpoint: unknown option "every"'],
] as const)("a misspelt option is an error: %s", async (call, message) => {
  await expect((async () => call())()).rejects.toThrow(message);
});
