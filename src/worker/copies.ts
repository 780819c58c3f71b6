/** In the worker: what goes to the page. */
import type { Batch } from "../plan/loss.ts";
import type { LentBack, SentOutputs } from "./protocol.ts";

/** Without what the page has no use for. */
export const sent = ({ data, shape }: Batch): SentOutputs => ({ data, shape });

/** Two datasets may lie in the same memory. */
export const buffersOf = (lent: readonly LentBack[]): Set<ArrayBuffer> =>
  new Set(lent.map(({ x }) => x.buffer));
