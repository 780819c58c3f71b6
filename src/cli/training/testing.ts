/** What --test-each-epoch adds to a training. */

import type { Dataset } from "../../data/dataset.ts";
import { figureOf } from "../../metrics/metric.ts";
import type { Callback } from "../../model/model.ts";

/** Puts what the model makes of the test part among the figures of each epoch. */
export const testing = (dataset: Dataset): Callback => ({
  async onEpochEnd(_epoch, logs, context) {
    for (const [name, value] of Object.entries(await context.model.evaluate(dataset)))
      logs[figureOf("test", name)] = value;
  },
});
