/** The callbacks there are, a line each. Those made by callbackKind() may be used in documents, under the name they have here. */
export { earlyStopping } from "./earlyStopping.ts";
export { reduceLROnPlateau } from "./reduceLROnPlateau.ts";
export { modelCheckpoint } from "./modelCheckpoint.ts";
export { learningRateScheduler } from "./learningRateScheduler.ts";
