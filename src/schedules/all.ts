// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.
import * as index from "./index.ts";

/** By name. */
export const ALL = {
  constant: index.constant,
  step: index.step,
  exponential: index.exponential,
  inverseTime: index.inverseTime,
  cosine: index.cosine,
};
