/** The public names of `nabla/browser`: storage, files and pictures of pages and workers. */
export { type CheckpointInOptions, checkpointIn } from "./checkpoint-in.ts";
export { downloadModel } from "./download.ts";
export type { ModelSource } from "./modelfile.ts";
export { listModels, loadModel, persistStorage, removeModel, saveModel } from "./models.ts";
export type { StoredModel } from "./storage/place.ts";
