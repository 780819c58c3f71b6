/** Whether a training has come as far as it will, as far as its curve shows. */

/** So many epochs without a gain worth the name. */
export const WINDOW = 50;
/** A gain, as a share of the loss. */
export const GAIN = 0.001;

/**
 * Whether the lowest loss of the last WINDOW epochs is not lower, by GAIN of it, than the lowest before them.
 * @param losses at these epochs, in order
 */
export function hasConverged(epochs: readonly number[], losses: readonly number[]): boolean {
  const now = epochs.at(-1);
  if (now === undefined || now < WINDOW) return false;
  let before = Number.POSITIVE_INFINITY;
  let since = Number.POSITIVE_INFINITY;
  losses.forEach((loss, i) => {
    if (epochs[i] <= now - WINDOW) before = Math.min(before, loss);
    else since = Math.min(since, loss);
  });
  // one that has diverged has not converged
  return Number.isFinite(before) && Number.isFinite(since) && since > before * (1 - GAIN);
}
