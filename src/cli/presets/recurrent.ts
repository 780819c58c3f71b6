/** Networks that walk the steps of sequences. */
import type { Dataset } from "../../data/dataset.ts";
import { checkSequencesInfo } from "../../data/sequences/sequencesInfo.ts";
import type { TextInfo } from "../../data/sequences/texts.ts";
import { Vocabulary } from "../../data/sequences/vocabulary.ts";
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
    recurrent: (name, dataset, hidden, common, each) => layersOf(name, kind, dataset, hidden, common, each),
    steps: 1500,
    training: {
      optimizer: { name: "adam", learningRate: 0.003, clipNorm: 1 },
      schedule: "cosine",
      batchSize: 32,
    },
  }) satisfies Preset;

/** The next character, or word, at every step of a window. */
export const recurrentText = (kind: "lstm" | "gru", tokens: "characters" | "words") =>
  ({
    ...recurrent(kind),
    description: `${kind.toUpperCase()} of 128 over ${tokens}, the next one told at each, Adam, gradients clipped, cosine schedule`,
    hidden: [128],
    // what words follow each other is soon learned by heart
    ...(tokens === "words" && { dropout: 0.3 }),
    steps: 2500,
    training: {
      optimizer: { name: "adam", learningRate: tokens === "words" ? 0.005 : 0.01, clipNorm: 1 },
      schedule: "cosine",
      batchSize: 16,
    },
  }) satisfies Preset;

/** Length of a vector that an id becomes. */
const VECTOR = 32;

/**
 * The layers of a recurrent preset up to its last state.
 *
 * @param hidden units of the layers that walk the steps
 * @param each whether the states of all steps are wanted
 * @throws NablaError for rows that are no sequences
 */
function layersOf(
  name: string,
  type: "lstm" | "gru",
  { inputShape, extra, name: data }: Dataset,
  hidden: readonly number[],
  common: LayerDefaults,
  each: boolean,
): PresetLayer[] {
  if (hidden.length === 0)
    throw new NablaError(`--hidden: --model ${name} takes at least one layer, got none`);
  const { sequences: given, text } = (extra ?? {}) as { sequences?: unknown; text?: TextInfo };
  const info = given === undefined ? undefined : checkSequencesInfo(given);
  const layers: PresetLayer[] = [];
  if (text)
    layers.push({
      type: "embedding",
      inputDim: new Vocabulary(text.vocabulary).size,
      outputDim: VECTOR,
    });
  else if (info && info.kind !== "vectors")
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
    layers.push({
      type,
      units,
      ...common,
      ...((each || i < hidden.length - 1) && { returnSequences: true }),
    });
  });
  return layers;
}
