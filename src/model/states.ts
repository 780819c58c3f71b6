/** The methods of a model whose recurrent layers carry states. */
import type { Stream, StreamOptions } from "../layers/stream.ts";
import { resetStates } from "../network/states.ts";
import { streamOf } from "../network/stream.ts";
import { internalsOf } from "./internals.ts";
import { Weights } from "./weights.ts";

export abstract class States extends Weights {
  /**
   * Takes the steps of sequences one by one, and carries the states of recurrent layers from step to step: push(step) gives the bits that
   * predict() gives at this step of the whole sequence. It goes on with the weights the model has at the time.
   *
   * @param options.batchSize sequences side by side. Default 1
   * @throws NablaError for models without recurrent layers, and for layers that need all steps at once, by name
   */
  stream(options?: StreamOptions): Stream {
    return streamOf(() => internalsOf(this).built, internalsOf(this), options);
  }

  /** Sets the states of stateful layers to zeros: the next batch begins new sequences. fit() does so before each epoch. */
  resetStates(): this {
    resetStates(internalsOf(this).built);
    return this;
  }
}
