/** The distributions that initial values are drawn from. */
import type { Kind } from "../fields/fields.ts";

export interface Fans {
  /** Inputs each output sums over. */
  readonly fanIn: number;
  /** Outputs each input goes to. */
  readonly fanOut: number;
}

/** A distribution with its parameters settled. Gaussians are not truncated (PyTorch's are not, Keras' are). */
export type Distribution =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "uniform"; readonly limit: number }
  | { readonly kind: "gaussian"; readonly mean: number; readonly deviation: number };

export interface InitializerKind extends Kind {
  /** Called so because documents have a field `distribution`, and what predicts leaves out only names that none has. @param config what its fields hold */
  drawnFrom(config: Readonly<Record<string, unknown>>, fans: Fans): Distribution;
}

export const fixed = (value: number): Distribution => ({ kind: "constant", value });
export const gaussianOf = (variance: number): Distribution => ({
  kind: "gaussian",
  mean: 0,
  deviation: Math.sqrt(variance),
});
/** A uniform distribution of that variance has the limit √(3 · variance). */
export const uniformOf = (variance: number): Distribution => ({
  kind: "uniform",
  limit: Math.sqrt(3 * variance),
});
