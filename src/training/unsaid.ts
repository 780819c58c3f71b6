/**
 * fit()'s settings where nobody has said any: what their fields fill in, for files of models that fit() has not trained. A setting that is
 * younger is left out, and its field fills it in where the file is read.
 */
import type { Settings } from "./settings.ts";

export const unsaid = { batchSize: 32, epochs: 1, shuffle: true, validationSplit: 0 } as Omit<
  Settings,
  "seed"
>;
