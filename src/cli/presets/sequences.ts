/** Networks for series. */
import type { Preset } from "./preset.ts";

export const sequencePresets = {
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
} satisfies Record<string, Preset>;
