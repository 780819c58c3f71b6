/** The program of `nabla/predict` that reads models of any layers. */
import { decodeCheckpoint } from "../checkpoint/checkpoint.ts";
import { inCheckpoint, UNNAMED } from "../checkpoint/document.ts";
import { NablaError } from "../errors.ts";
import { modelFields } from "../layers/document.ts";
import { builderOf } from "../layers/graph.ts";
import { registerAll } from "../layers/table.ts";
import { inputsOf } from "../network/predict.ts";
import { streamOf } from "../network/stream.ts";
import { type Predictor, predictorOf } from "./predictor.ts";

export { type CoreSource, loadCore } from "../core/compile.ts";
export {
  type EncodedRows,
  encodeRows,
  type Row,
  type RowOptions,
  type TableModel,
} from "../data/tables/rows.ts";
export { Predictor } from "./predictor.ts";

/**
 * A model from the bytes of a checkpoint. Its document is checked as `load()` of nabla checks it, field by field; what only training
 * reads of the configuration is left alone.
 *
 * @param name what errors call it
 * @throws NablaError for files that are damaged, truncated, of a newer version or no checkpoints, and for unknown layers
 */
export function load(bytes: Uint8Array, name = UNNAMED): Predictor {
  registerAll();
  const checkpoint = decodeCheckpoint(bytes, name);
  try {
    const { model } = (checkpoint.config ?? {}) as { model?: unknown };
    const { inputShape = [], ...topology } = modelFields().check(model, "config.model");
    const builder = builderOf(topology);
    const made = { topology, builder };
    return predictorOf(checkpoint, builder.build(topology, inputShape), inputsOf, name, (network, options) =>
      streamOf(() => network, made, options),
    );
  } catch (error) {
    throw error instanceof NablaError && error.message.startsWith(name) ? error : inCheckpoint(error, name);
  }
}
