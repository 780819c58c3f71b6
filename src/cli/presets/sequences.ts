/** Networks for series, texts and sequences. */
import type { Preset } from "./preset.ts";
import { recurrent, recurrentText } from "./recurrent.ts";

export const sequencePresets = {
  lstm: recurrent("lstm"),
  gru: recurrent("gru"),
  forecast: {
    description: "n-64-k ReLU on all steps of a window at once, Adam, cosine schedule, up to 100 epochs",
    hidden: [64],
    activation: "relu",
    initializer: "heNormal",
    outputInitializer: "glorotUniform",
    steps: 3000,
    training: {
      // noise is a large part of most series: without a strong decay the weights learn it by heart
      optimizer: { name: "adamw", learningRate: 0.003, weightDecay: 1 },
      schedule: "cosine",
      batchSize: 32,
    },
  },
  chars: {
    description: "n-128-k ReLU on the characters before the next one, Adam, cosine schedule",
    hidden: [128],
    activation: "relu",
    initializer: "heNormal",
    outputInitializer: "glorotUniform",
    steps: 4000,
    training: {
      optimizer: { name: "adam", learningRate: 0.002 },
      schedule: "cosine",
      batchSize: 64,
      epochs: 5,
    },
  },
  words: {
    description: "the same on words",
    hidden: [128],
    activation: "relu",
    initializer: "heNormal",
    outputInitializer: "glorotUniform",
    dropout: 0.3,
    steps: 2000,
    training: {
      optimizer: { name: "adam", learningRate: 0.001 },
      schedule: "cosine",
      batchSize: 64,
      epochs: 3,
    },
  },
  "chars-lstm": recurrentText("lstm", "characters"),
  "chars-gru": recurrentText("gru", "characters"),
  "words-lstm": recurrentText("lstm", "words"),
  "words-gru": recurrentText("gru", "words"),
} satisfies Record<string, Preset>;
