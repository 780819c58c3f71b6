/** From a configuration document to a model and the options of its training. */
import { type Callback, earlyStopping, reduceLROnPlateau } from "../callbacks/index.ts";
import { type ConfigInput, checkConfig } from "../config/config.ts";
import { registerAll } from "../layers/table.ts";
import { type FitOptions, Model } from "./model.ts";

/**
 * @param document as people write it or as checkConfig() returns it
 * @returns a compiled model and what to pass to fit() besides the data
 * @throws NablaError with the path of the field that is wrong
 */
export function fromConfig(document: ConfigInput, name?: string): { model: Model; fit: FitOptions } {
  registerAll();
  const { model, training } = checkConfig(document, name);
  const { batchSize, microBatchSize, epochs, seed, shuffle, validationSplit, classWeight, shifted, augment } =
    training;
  const built = new Model(model.layers, { seed, inputShape: model.inputShape });
  const { loss, optimizer, schedule, metrics } = training;
  built.compile({ loss, optimizer, metrics, ...(schedule && { schedule }) });
  const callbacks: Callback[] = [];
  if (training.earlyStopping) callbacks.push(earlyStopping(training.earlyStopping));
  if (training.reduceLROnPlateau) callbacks.push(reduceLROnPlateau(training.reduceLROnPlateau));
  return {
    model: built,
    fit: {
      batchSize,
      epochs,
      seed,
      shuffle,
      validationSplit,
      callbacks,
      ...(microBatchSize !== undefined && { microBatchSize }),
      ...(classWeight && { classWeight }),
      ...(shifted !== undefined && { shifted }),
      ...(augment && { augment }),
    },
  };
}
