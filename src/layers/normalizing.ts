/** What layers that normalise have in common. */
import { bool, type Infer, number } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { type InitializerConfig, initializerField } from "../initializers/table.ts";
import type { Parameter } from "../plan/operation.ts";
import { trainable } from "./weights.ts";

/** optional instead of defaulted: what is not written stays out of documents, which have been without it */
export const startOf = () => optional(initializerField());

export const normalizationFields = () => ({
  epsilon: number({ min: 1e-12, default: 1e-3, doc: DOCS && "Added to the variance." }),
  center: bool({ default: true, doc: DOCS && "Whether there is a beta." }),
  scale: bool({ default: true, doc: DOCS && "Whether there is a gamma." }),
  betaInitializer: startOf(),
  gammaInitializer: startOf(),
  trainable: trainable(),
});
const fields = () => object(normalizationFields());
type Config = Infer<ReturnType<typeof fields>>;

/** Parameters that are vectors over channels. @param start what the parameter begins as where its option is not given */
export function channelVector(
  name: string,
  channels: number,
  start: "zeros" | "ones",
  train: boolean,
  initializer: InitializerConfig = { name: start },
): Parameter {
  return {
    name,
    shape: [channels],
    layout: "vector",
    initializer,
    fanIn: channels,
    fanOut: channels,
    l1: 0,
    l2: 0,
    trainable: train,
  };
}

/** gamma and beta, where there are such. */
export const scaleAndCenter = (config: Config, channels: number): Parameter[] => [
  ...(config.scale
    ? [channelVector("gamma", channels, "ones", config.trainable, config.gammaInitializer)]
    : []),
  ...(config.center
    ? [channelVector("beta", channels, "zeros", config.trainable, config.betaInitializer)]
    : []),
];
