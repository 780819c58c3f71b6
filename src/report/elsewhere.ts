/**
 * What people look for who come from Keras and TensorFlow.js: methods of models that are another word here say so. In Node, Deno and Bun,
 * where bytes do not count; types know none of them.
 */
import { NablaError } from "../errors.ts";
import { internalsOf } from "../model/internals.ts";
import type { Model } from "../model/model.ts";
import { configOf } from "../model/save.ts";

const WHOLE = "the list of sequential() has all layers, and a graph is made with model()";
const DATA = "model.fit(data) takes data sets, and batches of an iterator";
const PREDICTS = "model.predict(x)";
const FREEZE =
  'fineTune(model, { freeze: ["dense_1"] }) is the same model with layers that training leaves as they are; dense({ trainable: false }) begins so';
const NONE = "results are plain values: leave it out";

/** By their names; snake_case is understood by itself. */
export const METHODS: Readonly<Record<string, string>> = {
  add: WHOLE,
  pop: `${WHOLE}; model.truncated(layer) ends earlier`,
  getLayer: 'model.layers.find(({ name }) => name === "dense_1")',
  getWeights: "model.weights(), by the names of layers",
  countParams: "layerSummaries(model) has the parameters of each layer, model.summary() their sum",
  toConfig: "configOf(model)",
  getConfig: "configOf(model)",
  toJson: "configOf(model); JSON.stringify() makes a text of it",
  fitDataset: DATA,
  fitGenerator: DATA,
  evaluateDataset: "model.evaluate(data)",
  predictOnBatch: PREDICTS,
  predictClasses: "model.predict(x).argMax(), or .classes()",
  predictProba: PREDICTS,
  saveWeights: "model.save(), or saveModel() of nabla/node",
  loadWeights: "model.setWeights(load(bytes).weights())",
  dispose: NONE,
};

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Puts them on models. Nothing lists them, and asking whether they are there calls nothing. */
export function hintAt(models: Model): void {
  for (const [camel, here] of Object.entries(METHODS))
    for (const name of new Set([camel, snake(camel)]))
      if (!(name in models)) define(models, name, { value: () => refuse(`model.${name}()`, here) });
  // JSON.stringify() calls it, of whatever a logger writes: a model whose shapes nobody knows yet has no document, and must not throw
  define(models, "toJSON", {
    value(this: Model) {
      return internalsOf(this).network ? configOf(this) : { ...this };
    },
  });
  // asked for by sequential() of what is in its list
  define(models, "type", {
    get: () =>
      refuse(
        "model within sequential()",
        "const x = input({ shape }); model({ inputs: x, outputs: dense({ units: 2 }).apply(base.apply(x)) }); to replace the last layers, fineTune(base, { classes: 2, freeze: true })",
      ),
  });
  define(models, "trainable", { get: () => undefined, set: () => refuse("model.trainable =", FREEZE) });
  for (const name of ["stopTraining", "stop_training"])
    define(models, name, {
      get: () => undefined,
      set: () =>
        refuse(
          `model.${name}`,
          "context.stop(reason) of a callback's hooks ends a training, or fit's signal",
        ),
    });
}

/** Layers say what stands for layer.trainable = false. */
export function hintAtLayers(built: { settle(layer: object): unknown }): void {
  const { settle } = built;
  built.settle = (layer) => {
    define(layer, "trainable", {
      get: () => undefined,
      set: () => refuse("layer.trainable =", FREEZE),
    });
    return settle(layer);
  };
}

/** Figures under the names that Keras and TensorFlow.js have for them say their own: val_loss is valLoss here. */
export function hintAtFigures(figures: object): void {
  for (const name of Object.keys(figures))
    if (snake(name) !== name && !(snake(name) in figures))
      define(figures, snake(name), {
        get: () => refuse(`history.${snake(name)}`, `history.${name}`),
      });
}

const define = (to: object, name: string, property: PropertyDescriptor): void =>
  void Object.defineProperty(to, name, { configurable: true, ...property });

function refuse(what: string, here: string): never {
  throw new NablaError(`there is no ${what} here: ${here}`);
}
