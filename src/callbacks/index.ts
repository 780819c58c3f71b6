export type { Callback, CallbackState, Direction, Logs, TrainingContext } from "./callback.ts";
export { type EarlyStoppingOptions, earlyStopping } from "./early-stopping.ts";
export { type ModelCheckpointOptions, modelCheckpoint } from "./model-checkpoint.ts";
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from "./reduce-lr.ts";
