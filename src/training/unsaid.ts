/** fit()'s settings where nobody has said any: what their fields fill in, for files of models that fit() has not trained. */
import type { Settings } from "./settings.ts";

export const unsaid: Omit<Settings, "seed"> = { batchSize: 32, epochs: 1, shuffle: true, validationSplit: 0 };
