/** What layers that normalise have in common. */
import { bool, number } from "../fields/fields.ts";
import type { Parameter } from "../plan/operation.ts";
import { trainable } from "./weights.ts";

export const normalizationFields = () => ({
  epsilon: number({ min: 1e-12, default: 1e-3, doc: DOCS && "Added to the variance." }),
  center: bool({ default: true, doc: DOCS && "Whether there is a beta." }),
  scale: bool({ default: true, doc: DOCS && "Whether there is a gamma." }),
  trainable: trainable(),
});

/** Parameters that are vectors over channels. */
export function channelVector(
  name: string,
  channels: number,
  value: "zeros" | "ones",
  train: boolean,
): Parameter {
  return {
    name,
    shape: [channels],
    layout: "vector",
    initializer: { name: value },
    fanIn: channels,
    fanOut: channels,
    l1: 0,
    l2: 0,
    trainable: train,
  };
}
