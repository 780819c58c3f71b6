/** What parameters start from. The values are drawn in assembly/math/random.ts. */
import type { Core } from "../core/core.ts";
import { STREAMS, wordsOf } from "../math/random.ts";
import type { Fans } from "./kind.ts";
import { distribution, type InitializerConfig } from "./table.ts";

/** Fills n floats at `offset` with values that are a function of (seed, tensor, place in the tensor) alone. */
export function initialize(
  core: Core,
  config: InitializerConfig,
  fans: Fans,
  offset: number,
  n: number,
  seed: number,
  tensor: number,
): void {
  const d = distribution(config, fans);
  if (d.kind === "constant") {
    core.f32(offset, n).fill(d.value);
    return;
  }
  const [low, high] = wordsOf(seed, "seed");
  const { fillUniform, fillGaussian } = core.exports;
  if (d.kind === "uniform") fillUniform(offset, n, low, high, STREAMS.init, tensor, -d.limit, d.limit);
  else fillGaussian(offset, n, low, high, STREAMS.init, tensor, d.mean, d.deviation);
}
