/** Layers as they behave outside training. */
import { withInner } from "./chain.ts";
import type { LayerConfig } from "./configs.ts";
import { kindOf } from "./registry.ts";

/** Nothing is random, normalisation uses its moving means, and no parameter needs a gradient. */
export function atRest(config: LayerConfig): LayerConfig {
  const still = {
    ...config,
    ...("trainable" in config && { trainable: false }),
    ...kindOf(config.type)?.atRest,
  };
  return withInner(still as LayerConfig, atRest);
}
