export type { Callback, CallbackState, Direction, Logs, TrainingContext } from "./callback.ts";
export { type EarlyStoppingOptions, earlyStopping } from "./earlyStopping.ts";
export { type ModelCheckpointOptions, modelCheckpoint } from "./modelCheckpoint.ts";
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from "./reduceLROnPlateau.ts";
