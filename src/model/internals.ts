/** What a model consists of. Users do not see it; the files of this room and the rooms above ask internalsOf(). */

import { NablaError } from "../errors.ts";
import { buildChain } from "../layers/chain.ts";
import type { LayerConfig } from "../layers/configs.ts";
import { Network } from "../network/network.ts";
import { compileTraining, type TrainingOptions } from "../training/compile.ts";
import { TrainingState } from "../training/state.ts";

export class Internals {
  readonly state = new TrainingState();
  /** Whether a worker has the weights: what is set here would be lost. */
  away = false;
  private network: Network | undefined;

  /** @param configs what the layers are made from, every default written out */
  constructor(
    readonly configs: readonly LayerConfig[],
    readonly seed: number,
  ) {}

  /**
   * Fixes the input shape and places the parameters, unless that is done already.
   * @param weights whether they are filled from the seed; false for those who set them anyway
   */
  build(inputShape: readonly number[], weights = true): Network {
    if (this.network) return this.network;
    const network = new Network(buildChain(this.configs, inputShape));
    if (weights) network.initialize(this.seed);
    this.network = network;
    const { compiled } = this.state;
    if (compiled) network.prepareTraining(compiled.slots);
    return network;
  }

  /** @throws NablaError where the shape of the input is not known yet */
  get built(): Network {
    if (this.network) return this.network;
    throw new NablaError(
      "the model does not know the shape of its input yet: give the first layer an inputShape, or call fit() with data first",
    );
  }

  compile(options: TrainingOptions): void {
    this.state.checkIdle();
    const compiled = compileTraining(options, this.configs);
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

/** @param model a Model */
export const internalsOf = (model: object): Internals => (model as { readonly [KEY]: Internals })[KEY];
