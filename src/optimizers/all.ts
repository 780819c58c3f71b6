// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.
import * as index from "./index.ts";

/** By name. */
export const ALL = {
  sgd: index.sgd,
  momentum: index.momentum,
  nesterov: index.nesterov,
  adam: index.adam,
  adamw: index.adamw,
  rmsprop: index.rmsprop,
  adagrad: index.adagrad,
};
