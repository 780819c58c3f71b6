/** Whether a training may go on where another stood: its bits would be others if what they hang on had changed. */
import { type Callback, withState } from "../callbacks/callback.ts";
import { NablaError } from "../errors.ts";
import { looksAcrossRows } from "../layers/chain.ts";
import type { LayerConfig } from "../layers/configs.ts";
import type { RunSettings } from "./options.ts";

export interface ResumeRequest {
  /** Those of the training that stood; none where there was none. */
  readonly before: RunSettings | undefined;
  readonly now: RunSettings;
  readonly configs: readonly LayerConfig[];
  /** Whether the learning rate of a step hangs on how many epochs there are in all. */
  readonly dependsOnEpochs: boolean;
  /** Names of callbacks whose states are kept. */
  readonly waiting: readonly string[];
  readonly callbacks: readonly Callback[];
}

/** @throws NablaError that names what differs */
export function checkResume(request: ResumeRequest): void {
  const { before, now: settings, configs, callbacks } = request;
  if (!before)
    throw new NablaError(
      "fit: resume: there is no training to go on with; load a checkpoint that was saved while training",
    );
  if (before.epochs !== settings.epochs && request.dependsOnEpochs) {
    throw new NablaError(
      `fit: resume: epochs was ${before.epochs}, now it is ${settings.epochs}; the learning rate's schedule runs over all epochs, so a resumed run needs the same (or a schedule with decayEpochs)`,
    );
  }
  const weights = (of: RunSettings) => JSON.stringify(Object.entries(of.classWeight ?? {}).sort());
  if (weights(before) !== weights(settings)) {
    throw new NablaError("fit: resume: classWeight is another than before; a resumed run needs the same");
  }
  const images = (of: RunSettings) => JSON.stringify(of.augment); // its fields are in one order
  if (images(before) !== images(settings)) {
    throw new NablaError(
      `fit: resume: augment was ${images(before) ?? "not set"}, now it is ${images(settings)}; a resumed run needs the same`,
    );
  }
  // the bits are the same however a batch is parted, but where a layer looks across its rows
  const atOnce = ({ batchSize, microBatchSize = batchSize }: RunSettings) =>
    Math.min(batchSize, microBatchSize);
  if (looksAcrossRows(configs) && atOnce(before) !== atOnce(settings)) {
    throw new NablaError(
      `fit: resume: microBatchSize was ${before.microBatchSize ?? "not set"}, now it is ${settings.microBatchSize ?? "not set"}; a resumed run with batchNormalization needs the same`,
    );
  }
  const given = new Set(withState(callbacks).map(([key]) => key));
  for (const key of request.waiting) {
    // what only saves does not change the weights
    if (given.has(key) || key.startsWith("modelCheckpoint")) continue;
    throw new NablaError(
      `fit: resume: the training had a callback "${key}", whose state is kept; pass it again in callbacks`,
    );
  }
  for (const key of ["batchSize", "seed", "shuffle", "validationSplit", "shifted", "rows"] as const) {
    if (before[key] !== settings[key]) {
      const what = key === "rows" ? "the number of rows to train on" : key;
      throw new NablaError(
        `fit: resume: ${what} was ${before[key] ?? "not set"}, now it is ${settings[key] ?? "not set"}; a resumed run needs the same${key === "rows" ? " data, so the options that chose it as well (samples, a split)" : ""}`,
      );
    }
  }
}
