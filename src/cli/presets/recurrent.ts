/** Networks that walk the steps of sequences. */
import type { Dataset } from "../../data/dataset.ts";
import { checkSequencesInfo } from "../../data/sequences/sequencesInfo.ts";
import { NablaError } from "../../errors.ts";
import { showShape } from "../../shape.ts";
import type { LayerDefaults, Preset, PresetLayer } from "./preset.ts";

/** Gradients over many steps may explode: they are clipped. */
export const recurrent = (kind: "lstm" | "gru") =>
  ({
    description: `${kind.toUpperCase()} of 64 over the steps of a sequence, Adam, gradients clipped, cosine schedule`,
    hidden: [64],
    activation: "tanh",
    initializer: "glorotUniform",
    recurrent: (name, dataset, hidden, common) => layersOf(name, kind, dataset, hidden, common),
    steps: 1500,
    training: {
      optimizer: { name: "adam", learningRate: 0.003, clipNorm: 1 },
      schedule: "cosine",
      batchSize: 32,
    },
  }) satisfies Preset;

/** Length of a vector that an id becomes. */
const VECTOR = 32;

/**
 * The layers of a recurrent preset up to its last state.
 *
 * @param hidden units of the layers that walk the steps
 * @throws NablaError for rows that are no sequences
 */
function layersOf(
  name: string,
  type: "lstm" | "gru",
  { inputShape, extra, name: data }: Dataset,
  hidden: readonly number[],
  common: LayerDefaults,
): PresetLayer[] {
  if (hidden.length === 0)
    throw new NablaError(`--hidden: --model ${name} takes at least one layer, got none`);
  const { sequences: given } = (extra ?? {}) as { sequences?: unknown };
  const info = given === undefined ? undefined : checkSequencesInfo(given);
  const layers: PresetLayer[] = [];
  if (info && info.kind !== "vectors")
    layers.push({
      type: "embedding",
      inputDim: info.size!,
      outputDim: VECTOR,
      maskZero: info.maskValue !== undefined,
    });
  else if (info?.maskValue !== undefined) layers.push({ type: "masking", maskValue: info.maskValue });
  else if (inputShape.length === 3)
    layers.push({ type: "reshape", targetShape: [inputShape[0]!, inputShape[1]! * inputShape[2]!] });
  else if (inputShape.length !== 2)
    throw new NablaError(
      `--model ${name} is for sequences: expected rows [steps, features], those of ${data} are ${showShape(inputShape)}; --sequence COLUMN makes sequences of a table, --forecast STEPS a series; or try --model mlp`,
    );
  hidden.forEach((units, i) => {
    layers.push({ type, units, ...common, ...(i < hidden.length - 1 && { returnSequences: true }) });
  });
  return layers;
}
