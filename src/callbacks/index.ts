/** The callbacks there are, a line each. Those made by callbackKind() may stand in documents, under the name they have here. */

export type { Callback, CallbackState, Logs, TrainingContext } from "./callback.ts";
export { type EarlyStoppingOptions, earlyStopping } from "./earlyStopping.ts";
export { type ModelCheckpointOptions, modelCheckpoint } from "./modelCheckpoint.ts";
export type { Direction } from "./monitor.ts";
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from "./reduceLROnPlateau.ts";
