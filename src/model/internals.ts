/** What a model consists of. Users do not see it; the files of this room and the rooms above ask internalsOf(). */

import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { atRest } from "../layers/atRest.ts";
import type { LayerConfig, Topology } from "../layers/configs.ts";
import { checkUnits } from "../layers/trainable.ts";
import { Network } from "../network/network.ts";
import type { Architecture, Input, InputKind } from "../plan/operation.ts";
import type { Shape } from "../shape.ts";
import { compileTraining, type TrainingOptions } from "../training/compile.ts";
import { TrainingState } from "../training/state.ts";
import type { ModelBuilder } from "./made.ts";
import type { Metadata } from "./metadata.ts";

/** What becomes of layers that are built: what is assigned to them would change nothing. Where bytes do not count they say more. */
export const BUILT = { settle: (layer: object): unknown => Object.freeze(layer) };

export class Internals {
  readonly state = new TrainingState();
  metadata: Metadata = {};
  /** Whether a worker has the weights: what is set here would be lost. */
  away = false;
  /** Undefined before it is built. */
  network: Network | undefined;

  /**
   * @param topology what the layers are made from, every default written out
   * @param builder what makes them
   * @param stored whether they are from a file: what was made once is not refused
   * @param given the layers of the program they are made from: see checkAssigned()
   */
  constructor(
    readonly topology: Topology,
    readonly builder: ModelBuilder,
    readonly seed: number,
    private readonly stored = false,
    readonly given?: readonly unknown[],
  ) {}

  get configs(): readonly LayerConfig[] {
    return this.topology.layers;
  }

  /**
   * Fixes the input shape and places the parameters, unless that is done already.
   * @param weights whether they are filled from the seed; false for those who set them anyway
   */
  build(inputShape: readonly number[], weights = true): Network {
    if (this.network) return this.network;
    const architecture = this.architecture(inputShape);
    if (!this.stored) checkUnits(architecture, this.configs);
    for (const layer of architecture.layers) BUILT.settle(layer);
    Object.freeze(architecture.layers);
    const network = new Network(architecture);
    network.about = this;
    if (weights) network.initialize(this.seed);
    this.network = network;
    const { compiled } = this.state;
    if (compiled) network.prepareTraining(compiled.slots);
    return network;
  }

  /** The layers, newly built. @param change what is done to each before */
  architecture(
    inputShape: Shape,
    change: (layer: LayerConfig) => LayerConfig = (layer) => layer,
  ): Architecture {
    const { layers, outputs } = this.topology;
    return this.builder.build({ layers: layers.map(change), outputs }, inputShape);
  }

  /** The same layers as they behave outside training: what trains them is loaded later, and does not know their kinds. */
  atRest(inputShape: Shape): Architecture {
    return this.architecture(inputShape, atRest);
  }

  /** How the inputs of rows are read, once the model has been trained. */
  get reading(): readonly InputKind[] | undefined {
    return this.network?.reading;
  }

  /** Of one row. @param inputShape of a chain that has not been built */
  outputShapes(inputShape: Shape): Shape[] {
    const { layers, outputs } = this.network?.architecture ?? this.architecture(inputShape);
    return outputs.map(({ layer }) => layers[layer].outputShape);
  }

  /** The inputs, where their shapes are known. */
  get inputs(): readonly Input[] | undefined {
    return this.network?.architecture.inputs;
  }

  /** @throws NablaError where the shape of the input is not known yet */
  get built(): Network {
    if (this.network) return this.network;
    throw new NablaError(
      "the model does not know the shape of its input yet: give the first layer an inputShape, or call fit() with data first",
    );
  }

  compile(options: TrainingOptions): void {
    this.state.checkIdle("compile");
    const compiled = compileTraining(options, this.topology);
    if (compiled.goals.length > 1) this.builder.byName?.checkFigures(compiled.goals);
    this.state.begin(compiled);
    this.network?.prepareTraining(compiled.slots);
  }
}

// not a WeakMap of this module's own: a program may have the library twice, and hand models of one to the other
const KEY = /* @__PURE__ */ Symbol.for("nabla.internals");

/** Called by a model's constructor. */
export function setInternals(model: object, value: Internals): Internals {
  Object.defineProperty(model, KEY, { value });
  return value;
}

/** @param model a Model @throws NablaError for what is none */
export function internalsOf(model: object): Internals {
  const internals = (model as { readonly [KEY]?: Internals } | undefined)?.[KEY];
  if (!internals) throw new NablaError(`expected a model, got ${show(model)}`);
  return internals;
}
