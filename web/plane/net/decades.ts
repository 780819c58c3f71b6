/** Powers of ten the bars reach from and to: what was seen, at least two of them, at most ten. */
export function decades(sizes: readonly number[]): [low: number, high: number] {
  const seen = sizes.filter((size) => size > 0 && Number.isFinite(size)).map(Math.log10);
  if (seen.length === 0) return [-3, 0];
  const high = Math.ceil(Math.max(...seen)) || 0; // no −0
  return [Math.max(high - 10, Math.min(high - 2, Math.floor(Math.min(...seen)))), high];
}
