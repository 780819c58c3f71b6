/** From a configuration document to a model and the options of its training. */
import { callbacksOf } from "../callbacks/table.ts";
import { type ConfigInput, checkConfig } from "../config/config.ts";
import { registerAll } from "../layers/table.ts";
import { compileOptionsOf } from "../training/compile.ts";
import { settingsOf } from "../training/settings.ts";
import { type FitOptions, Model } from "./model.ts";
import { writtenFrom } from "./written.ts";

/**
 * A model as a configuration document describes it, ready to train.
 *
 * @param document as people write it or as checkConfig() returns it
 * @returns a compiled model and what to pass to fit() besides the data
 * @throws NablaError with the path of the field that is wrong
 */
export function fromConfig(document: ConfigInput, name?: string): { model: Model; fit: FitOptions } {
  registerAll();
  const { model, training } = checkConfig(document, name);
  const settings = settingsOf(training);
  const built = new Model(writtenFrom(model), { seed: settings.seed, inputShape: model.inputShape });
  built.compile(compileOptionsOf(training));
  return { model: built, fit: { ...settings, callbacks: callbacksOf(training) } };
}
