/** What checkGradients() takes and tells. */
export interface GradientCheckOptions {
  /** Parameters tried per tensor, spread evenly; all where a tensor has no more. Default 20. */
  samples?: number;
  /**
   * Largest step of the differences, relative to 1 + |w|. Default 1e-2: float32 losses need a large one. Where a filter moves
   * hundreds of ReLUs across their kinks, smaller ones follow, down to a 64th.
   */
  epsilon?: number;
  /** The largest `worst` allowed. Default 0.02. */
  tolerance?: number;
}

/** What checkGradients() found. */
export interface GradientCheck {
  /** Whether no tensor is off by more than the tolerance (and any sample could be checked). */
  ok: boolean;
  /** The largest error of all tensors. */
  worst: number;
  /** Samples left out because the loss has a kink there, where differences give no gradient. */
  skipped: number;
  /** By tensor: max |analytic − numeric| over the samples, divided by the largest gradient met in the tensor. */
  tensors: Record<string, { error: number; checked: number; skipped: number; largest: number }>;
  /** The same for the two functions of a loss of the program's own, gradient against value, over outputs of the batch. */
  loss?: { name: string; error: number; checked: number; skipped: number; largest: number };
}
