/** Which values losses take as targets. */
import type { Domain } from "../plan/loss.ts";

/** Whether a loss takes a value as a target; NaN and infinities are refused before. */
export const takes = (domain: Domain, value: number): boolean =>
  value >= (domain === "sign" ? -1 : 0) &&
  (domain === "distribution" || (value <= 1 && (domain === "probability" || value % 1 === 0)));
