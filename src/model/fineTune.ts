/** A new model from a trained one: its layers and their weights, another head, some of it frozen. */

import { didYouMean, NablaError } from "../errors.ts";
import { checkOptions } from "../fields/options.ts";
import { everyLayer, nameLayers, withInner } from "../layers/chain.ts";
import type { LayerConfig, LayerInput } from "../layers/configs.ts";
import { checkChain } from "../layers/registry.ts";
import { withShape } from "../layers/shape.ts";
import { internalsOf } from "./internals.ts";
import { Model } from "./model.ts";

/** Which layers of a model are kept, and what comes on top of them. */
export interface FineTuneOptions {
  /**
   * The classes of the new model: their names, or how many. Its last dense layer (with what follows it) is like the model's,
   * with that many units and new weights.
   */
  classes?: number | readonly string[];
  /** New layers instead, in place of the model's last dense layer and what follows it; or of all layers behind `upTo`. */
  layers?: readonly LayerInput[];
  /** The name of the last layer that is kept; used with `layers`. */
  upTo?: string;
  /**
   * Which layers training leaves unchanged (`trainable: false`, inner layers included; a frozen
   * batchNormalization works with its moving means, as in Keras). true: all that are kept but the head; false: none, so also what
   * was frozen before is trained again; names: those and no others. Default: as they were.
   */
  freeze?: boolean | readonly string[];
  /** The seed of new weights and later trainings. Default: the model's. */
  seed?: number;
}

/**
 * A new model that keeps the layers of a trained one with their weights. The given model stays as it is. Without `classes` and
 * `layers` the head is kept, too, and only what is frozen changes. The new model is not compiled.
 *
 *     const tuned = fineTune(model, { classes: ["cat", "dog"], freeze: true }).compile({ loss: "categoricalCrossentropy" });
 *     await tuned.fit(fewImages, { epochs: 20 });
 *     const all = fineTune(tuned, { freeze: false }).compile({ loss: …, optimizer: { name: "adam", learningRate: 1e-5 } });
 *
 * Data must be scaled and standardised like the data the model was trained on: see its `metadata.standardisation`.
 *
 * @param model knows the shape of its input; where its weights are averages (useEma), those are taken
 * @throws NablaError for names that no layer has, for a head that cannot become one for so many classes, and for layers that do not
 * fit together
 */
export function fineTune(model: Model, options: FineTuneOptions = {}): Model {
  checkOptions("fineTune", options, ["classes", "layers", "upTo", "freeze", "seed"]);
  const { classes, layers, upTo, freeze, seed = model.seed } = options;
  if (classes !== undefined && layers !== undefined)
    throw new NablaError("fineTune: classes and layers both define the head; give one of them");
  if (upTo !== undefined && layers === undefined)
    throw new NablaError("fineTune: upTo: expected layers as well, to follow it");
  // with their names written out: what comes after them must not change what they are called
  const { configs, built } = internalsOf(model);
  const before = nameLayers(configs);
  const head = upTo === undefined ? headOf(before, layers !== undefined) : behind(before, upTo);
  const fresh =
    classes !== undefined
      ? headFor(before.slice(head), classes)
      : layers && withShape(layers, checkChain).configs;
  const body = fresh ? before.slice(0, head) : before;
  const frozen = freeze === undefined ? undefined : whichFrozen(body, head, freeze);
  const kept = frozen ? body.map((config) => withTrainable(config, frozen)) : body;
  const tuned = new Model([...kept, ...(fresh ?? [])], { seed, inputShape: model.inputShape });
  const own = new Set(everyLayer(kept).map(({ name }) => name));
  const fine = internalsOf(tuned).built;
  const target = new Map(fine.tensors.map((tensor) => [tensor.name, tensor]));
  for (const tensor of built.tensors)
    if (own.has(tensor.layer)) fine.write(target.get(tensor.name)!, built.read(tensor));
  const { standardisation } = model.metadata;
  tuned.metadata = fresh
    ? {
        ...(classes !== undefined && typeof classes !== "number" && { classes: [...classes] }),
        ...(standardisation && { standardisation }),
      }
    : { ...model.metadata };
  return tuned;
}

const hasWeights = (config: LayerConfig): boolean => everyLayer([config]).some((each) => "trainable" in each);

/** Where the head begins: the last dense layer. */
function headOf(configs: readonly LayerConfig[], replaced: boolean): number {
  const last = configs.map(hasWeights).lastIndexOf(true);
  if (last < 0) throw new NablaError("fineTune: no layer of the model has weights to keep");
  if (configs[last].type === "dense" || !replaced) return last;
  throw new NablaError(
    `fineTune: the model's last layer with weights, "${configs[last].name}", is not a dense layer; name the last layer to keep with upTo`,
  );
}

function behind(configs: readonly LayerConfig[], name: string): number {
  const at = configs.findIndex((config) => config.name === name);
  if (at < 0) throw unknown("upTo", name, configs);
  return at + 1;
}

/** The old head for another number of classes. */
function headFor(old: readonly LayerConfig[], classes: number | readonly string[]): LayerConfig[] {
  const n = typeof classes === "number" ? classes : classes.length;
  if (!Number.isInteger(n) || n < 2)
    throw new NablaError(
      `fineTune: classes: expected a whole number ≥ 2, or as many names, got ${JSON.stringify(classes)}`,
    );
  const [config, ...rest] = old;
  const instead = `give layers: [dense({ units: ${n}, activation: "softmax" })]`;
  if (config.type !== "dense") {
    throw new NablaError(
      `fineTune: classes: the model's last layer with weights, "${config.name}", is not a dense layer, so its units cannot be set to that; ${instead}, and name the last layer to keep with upTo`,
    );
  }
  if (config.units === 1 && n > 2)
    throw new NablaError(
      `fineTune: classes: the model's head has one output, which cannot tell ${n} classes apart; ${instead}`,
    );
  return [{ ...config, units: config.units === 1 ? 1 : n, trainable: true }, ...rest];
}

/** Names of the layers to freeze, those within others included. */
function whichFrozen(
  configs: readonly LayerConfig[],
  head: number,
  freeze: boolean | readonly string[],
): ReadonlySet<string> {
  if (typeof freeze === "boolean")
    return new Set(freeze ? everyLayer(configs.slice(0, head)).map(({ name }) => name!) : []);
  const known = everyLayer(configs);
  for (const name of freeze)
    if (!known.some((each) => each.name === name)) throw unknown("freeze", name, known);
  const named = known.filter(({ name }) => freeze.includes(name!));
  return new Set(everyLayer(named).map(({ name }) => name!));
}

function withTrainable(config: LayerConfig, frozen: ReadonlySet<string>): LayerConfig {
  const own = "trainable" in config ? { ...config, trainable: !frozen.has(config.name!) } : config;
  return withInner(own, (inner) => withTrainable(inner, frozen));
}

const unknown = (option: string, name: string, configs: readonly LayerConfig[]): NablaError => {
  const names = configs.map((config) => config.name!);
  return new NablaError(
    `fineTune: ${option}: there is no layer "${name}"${didYouMean(name, names)}; there are ${names.join(", ")}`,
  );
};
