/** What layers have in common that are random while training and do nothing otherwise. Twins of assembly/layers/noise.ts and gaussianNoise.ts. */
import { STREAMS } from "../math/random.ts";
import type { Operation, Site } from "../plan/operation.ts";
import type { Built, Place } from "./kind.ts";

/** Each random layer draws from a stream of its own. */
export const streamOf = (site: Site): number => STREAMS.dropout + 256 * (site.number + 1);

/** A layer that keeps the shape of what it is given. */
export function noiseLayer(
  { name, inputShape }: Place,
  operation: Pick<Operation, "forward" | "backward">,
): Built {
  const whole = { layer: name, parameters: [], inputShape, outputShape: inputShape, ...operation };
  return { outputShape: inputShape, operations: [whole] };
}

/** Such a layer where nothing is trained. */
export const atRest = (_config: unknown, at: Place): Built =>
  noiseLayer(at, { forward: (_site, x) => x, backward: TRAINING && ((_site, _x, _y, dy) => dy) });
