/** What parameters start from: the distributions. The values are drawn in assembly/math/random.ts. */
import type { initializer } from "../config/components.ts";
import type { Core } from "../core/core.ts";
import type { Infer } from "../fields/fields.ts";
import { STREAMS, words } from "../math/random.ts";

export type InitializerConfig = Infer<typeof initializer>;

export interface Fans {
  /** Inputs each output sums over. */
  readonly fanIn: number;
  /** Outputs each input goes to. */
  readonly fanOut: number;
}

/** A distribution with its parameter settled. Gaussians are not truncated (PyTorch's are not, Keras' are). */
export type Distribution =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "uniform"; readonly limit: number }
  | { readonly kind: "gaussian"; readonly mean: number; readonly deviation: number };

/**
 * Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998: variance 2/(in + out), 2/in and 1/in; a uniform distribution
 * of that variance has the limit √(3 · variance). gaussianScaled is LeCun's variance under the lectures' name.
 */
export function distribution(config: InitializerConfig, { fanIn, fanOut }: Fans): Distribution {
  const gaussian = (variance: number): Distribution => ({
    kind: "gaussian",
    mean: 0,
    deviation: Math.sqrt(variance),
  });
  const uniform = (variance: number): Distribution => ({ kind: "uniform", limit: Math.sqrt(3 * variance) });
  switch (config.name) {
    case "zeros":
      return { kind: "constant", value: 0 };
    case "ones":
      return { kind: "constant", value: 1 };
    case "gaussian":
      return { kind: "gaussian", mean: config.mean, deviation: config.stddev };
    case "gaussianScaled":
    case "lecunNormal":
      return gaussian(1 / fanIn);
    case "lecunUniform":
      return uniform(1 / fanIn);
    case "glorotNormal":
      return gaussian(2 / (fanIn + fanOut));
    case "glorotUniform":
      return uniform(2 / (fanIn + fanOut));
    case "heNormal":
      return gaussian(2 / fanIn);
    case "heUniform":
      return uniform(2 / fanIn);
  }
}

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
  const [low, high] = words(seed, "seed");
  const { fillUniform, fillGaussian } = core.exports;
  if (d.kind === "uniform") fillUniform(offset, n, low, high, STREAMS.init, tensor, -d.limit, d.limit);
  else fillGaussian(offset, n, low, high, STREAMS.init, tensor, d.mean, d.deviation);
}
