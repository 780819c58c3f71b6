/** What a micro:bit's page does: a network of a few gestures is trained, and given to TensorFlow.js. */
import { exportTfjs } from "../../src/export/index.ts";
import { batchNormalization, dense, sequential } from "../../src/index.ts";

export const CLASSES = ["shake", "still", "jump"];
export const NAME = "gestures";

/** Of sixty windows: how much there was in each direction, and how much it changed. Whole sums, so that every engine has the same. */
export const ROWS: readonly number[][] = Array.from({ length: 60 }, (_, i) => {
  const noise = (k: number) => (((i + 1) * 7919 + k * 104729) % 2003) / 2003 - 0.5;
  return [2 * noise(1), 2 * noise(2), (i % 3) + 0.4 * noise(3), 8 * noise(4)];
});

export interface Gestures {
  readonly accuracy: number;
  /** What is predicted of the rows, one after the other. */
  readonly predicted: Float32Array;
  /** For tf.io.fromMemory(). */
  readonly artifacts: object;
  /** For tf.io.browserFiles(), or to be saved. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

export async function gestures(): Promise<Gestures> {
  const y = ROWS.map((_, i) => i % 3);
  const model = sequential(
    [
      batchNormalization(),
      dense({ units: 16, activation: "relu" }),
      dense({ units: CLASSES.length, activation: "softmax" }),
    ],
    { inputShape: [4], seed: 1 },
  );
  model.metadata = { classes: CLASSES };
  model.compile({ loss: "categoricalCrossentropy", optimizer: "sgd", metrics: ["accuracy"] });
  await model.fit(ROWS, y, { epochs: 400, batchSize: 16 });
  const { accuracy } = await model.evaluate(ROWS, y);
  return { accuracy: accuracy!, predicted: model.predict(ROWS).data, ...exportTfjs(model, { name: NAME }) };
}
