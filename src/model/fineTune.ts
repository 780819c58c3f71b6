/** A new model from a trained one: its layers and their weights, another head, some of it frozen. */

import { didYouMean, NablaError } from "../errors.ts";
import { demand } from "../fields/expected.ts";
import { bool, int, list, show, string } from "../fields/fields.ts";
import { checkGiven, thing } from "../fields/programs.ts";
import { type Builder, everyLayer, lineTo, nameLayers, sourcesOf, withInner } from "../layers/chain.ts";
import type { LayerConfig, LayerInput, Topology } from "../layers/configs.ts";
import { checkChain, withShape } from "../layers/layerFields.ts";
import { readingFor } from "../network/copy.ts";
import { seedField } from "../training/settings.ts";
import { internalsOf } from "./internals.ts";
import { Model } from "./model.ts";

/** Which layers of a model are kept, and what comes on top of them. */
export interface FineTuneOptions {
  /**
   * The classes of the new model: their names, or how many. Its last dense layer (with what follows it) is like the model's,
   * with that many units and new weights. For models of one output.
   */
  classes?: number | readonly string[];
  /** New layers instead, in place of the model's last dense layer and what follows it; or of all layers behind `upTo`. */
  layers?: readonly LayerInput[];
  /** The name of the last layer that is kept, with all it depends on; used with `layers`. */
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
  const { classes: many, freeze: how } = options ?? {};
  checkGiven("fineTune", options, {
    classes: typeof many === "number" ? int({ min: 1 }) : list(string()),
    layers: thing("an array of layers"),
    upTo: string(),
    freeze: typeof how === "object" ? list(string()) : bool(),
    seed: seedField(),
  });
  const { topology: written, built, builder } = internalsOf(model);
  const { classes, layers, upTo, seed = model.seed } = options;
  const freeze = how ?? undefined;
  if (classes !== undefined && layers !== undefined)
    throw new NablaError("fineTune: classes and layers both define the head; give one of them");
  if (upTo !== undefined && layers === undefined)
    throw new NablaError("fineTune: upTo: expected layers as well, to follow it");
  // with their names written out: what comes after them must not change what they are called
  const old = { ...written, layers: nameLayers(written.layers) };
  const made: Made =
    classes !== undefined
      ? withClasses(old, classes)
      : layers
        ? withLayers(old, builder, withShape(layers, checkChain).configs, upTo)
        : { topology: old, kept: old.layers, rests: headsOf(old, freeze === true) };
  const { topology, kept, rests } = made;
  const frozen =
    freeze === undefined
      ? undefined
      : typeof freeze === "boolean"
        ? new Set(freeze ? namesIn(kept.filter((config) => !rests.has(config.name!))) : [])
        : whichFrozen(kept, freeze);
  const own = new Set(namesIn(kept));
  const tuned = new Model(
    {
      topology: {
        ...topology,
        layers: topology.layers.map((config) =>
          frozen && own.has(config.name!) ? withTrainable(config, frozen) : config,
        ),
      },
      builder,
      inputShape: built.inputShape,
    },
    { seed },
  );
  const fine = internalsOf(tuned).built;
  const target = new Map(fine.tensors.map((tensor) => [tensor.name, tensor]));
  for (const tensor of built.tensors)
    if (own.has(tensor.layer)) fine.write(target.get(tensor.name)!, built.read(tensor));
  fine.reading = readingFor(fine, built);
  const { standardisation } = model.metadata;
  tuned.metadata =
    classes !== undefined || layers
      ? {
          ...(classes !== undefined && typeof classes !== "number" && { classes: [...classes] }),
          ...(standardisation && { standardisation }),
        }
      : { ...model.metadata };
  return tuned;
}

/** The layers of the new model, with all names written out but those of new layers. */
interface Made {
  readonly topology: Topology;
  /** Those that keep their weights. */
  readonly kept: readonly LayerConfig[];
  /** Names of those among them that `freeze: true` leaves alone: heads and what follows them. */
  readonly rests: ReadonlySet<string>;
}

const namesIn = (configs: readonly LayerConfig[]): string[] => everyLayer(configs).map(({ name }) => name!);

const hasWeights = (config: LayerConfig): boolean => everyLayer([config]).some((each) => "trainable" in each);

/** The layer whose weights a configuration stands for. */
const ownerOf = (config: LayerConfig, all: readonly LayerConfig[]): LayerConfig =>
  config.type === "shared" ? all.find(({ name }) => name === config.layer)! : config;

/** The head of an output: the last layer with weights on the way to it, and what follows. */
function headOf(topology: Topology, output = 0): LayerConfig[] {
  const line = lineTo(topology, output);
  const last = line.map((config) => hasWeights(ownerOf(config, topology.layers))).lastIndexOf(true);
  if (last < 0) throw new NablaError("fineTune: no layer of the model has weights to keep");
  return line.slice(last);
}

/** Names of all heads. @param asked whether there have to be any */
function headsOf(topology: Topology, asked: boolean): Set<string> {
  const outputs = asked ? Object.keys(topology.outputs ?? { output: "" }) : [];
  const heads = outputs.flatMap((_, i) => headOf(topology, i));
  return new Set(heads.flatMap((config) => [config.name!, ownerOf(config, topology.layers).name!]));
}

/** The head of the only output. */
function onlyHead(topology: Topology, option: string): LayerConfig[] {
  const outputs = Object.keys(topology.outputs ?? {});
  if (outputs.length > 1)
    throw new NablaError(
      `fineTune: ${option}: the model has several outputs (${outputs.join(", ")}), so it is not clear which head to replace; give layers: […], and name the last layer to keep with upTo`,
    );
  return headOf(topology);
}

/** The same layers, the head for another number of classes. */
function withClasses(old: Topology, classes: number | readonly string[]): Made {
  const head = onlyHead(old, "classes");
  const [first, ...rest] = head;
  const owner = ownerOf(first, old.layers);
  const other = old.layers.find((config) => config !== first && ownerOf(config, old.layers) === owner);
  if (other)
    throw new NablaError(
      `fineTune: classes: the weights of "${first.name}" are used by "${other.name}" as well, which would change with them; give layers: […], and name the last layer to keep with upTo`,
    );
  const fresh = headFor(first, classes);
  const merging = rest.find((config) => (config.inputs?.length ?? 1) > 1);
  if (merging)
    throw new NablaError(
      `fineTune: classes: the output is made of several layers, which meet in "${merging.name}"; give layers: […], and name the last layer to keep with upTo`,
    );
  const layers = old.layers.map((config) => (config === first ? fresh : config));
  const kept = old.layers.filter((config) => config !== first);
  return { topology: { ...old, layers }, kept, rests: new Set(namesIn(rest)) };
}

/** The layers up to one, and others behind it. */
function withLayers(
  old: Topology,
  builder: Builder,
  fresh: readonly LayerConfig[],
  upTo: string | undefined,
): Made {
  const { layers: all, outputs } = old;
  const at = upTo === undefined ? beforeHead(old) : indexOf(all, upTo);
  const body = at < 0 ? { layers: [] } : builder.upTo(all, at);
  const layers = [...body.layers, ...fresh];
  const made = { kept: body.layers, rests: new Set<string>() };
  if (!outputs) return { ...made, topology: { layers } };
  const named = nameLayers(layers);
  const last = named[named.length - 1].name!;
  // a name that was chosen stays that of the output
  const [[key, end], ...others] = Object.entries(outputs);
  const name = others.length === 0 && key !== end ? key : last;
  return { ...made, topology: { layers: named, outputs: { [name]: last } } };
}

/** The place of the last layer before the only head; −1 where there is none. */
function beforeHead(topology: Topology): number {
  const { layers } = topology;
  const [head] = onlyHead(topology, "layers");
  if (ownerOf(head, layers).type !== "dense")
    throw new NablaError(
      `fineTune: the model's last layer with weights, "${head.name}", is not a dense layer; name the last layer to keep with upTo`,
    );
  const [before = -1] = sourcesOf(layers)[layers.indexOf(head)];
  return before;
}

function indexOf(configs: readonly LayerConfig[], name: string): number {
  const at = configs.findIndex((config) => config.name === name);
  if (at < 0) throw unknown("upTo", name, configs);
  return at;
}

/** The old head for another number of classes. */
function headFor(config: LayerConfig, classes: number | readonly string[]): LayerConfig {
  const n = typeof classes === "number" ? classes : Array.isArray(classes) ? classes.length : 0;
  if (!Number.isInteger(n) || n < 2)
    throw new NablaError(
      `fineTune: classes: expected a whole number ≥ 2, or as many names, got ${show(classes)}`,
    );
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
  return { ...config, units: config.units === 1 ? 1 : n, trainable: true };
}

/** Names of the layers to freeze, those within others included. */
function whichFrozen(configs: readonly LayerConfig[], freeze: readonly string[]): ReadonlySet<string> {
  const known = everyLayer(configs);
  demand(Array.isArray(freeze), "fineTune: freeze", "true, false or the names of layers", freeze);
  for (const name of freeze)
    if (!known.some((each) => each.name === name)) throw unknown("freeze", name, known);
  // of a layer that is applied twice, either name will do
  const named = known.filter(({ name }) => freeze.includes(name!)).map((config) => ownerOf(config, configs));
  return new Set(namesIn(named));
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
