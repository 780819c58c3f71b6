/** In the worker: what goes to the page. */
import type { Batch } from "../plan/loss.ts";
import type { SentOutputs } from "./protocol.ts";

/** Without what the page has no use for. */
export const sent = ({ data, shape }: Batch): SentOutputs => ({ data, shape });
