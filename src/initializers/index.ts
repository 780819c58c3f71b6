/** What parameters start from. Twin of nothing in the core: values are drawn here, once, and written into linear memory. */
import type { initializer } from "../config/components.ts";
import type { Infer } from "../config/fields.ts";
import { STREAMS, Stream } from "../math/random.ts";

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
  const gaussian = (variance: number): Distribution => ({ kind: "gaussian", mean: 0, deviation: Math.sqrt(variance) });
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

/** Fills `out` with values that are a function of (seed, tensor, place in the tensor) alone. */
export function initialize(config: InitializerConfig, fans: Fans, out: Float32Array, seed: number, tensor: number): void {
  const d = distribution(config, fans);
  if (d.kind === "constant") {
    out.fill(d.value);
    return;
  }
  const stream = new Stream(seed, STREAMS.init, tensor);
  if (d.kind === "uniform") for (let i = 0; i < out.length; i++) out[i] = d.limit * (2 * stream.uniform() - 1);
  else for (let i = 0; i < out.length; i++) out[i] = d.mean + d.deviation * stream.gaussian();
}
