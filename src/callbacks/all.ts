// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.
import * as index from "./index.ts";

/** By name. */
export const ALL = {
  earlyStopping: index.earlyStopping,
  reduceLROnPlateau: index.reduceLROnPlateau,
  modelCheckpoint: index.modelCheckpoint,
  learningRateScheduler: index.learningRateScheduler,
};
