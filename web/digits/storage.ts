/** Networks in the browser's storage and in files. Loaded after the view: it can be used before. */
export { downloadModel } from "../../src/browser/download.ts";
export { listModels, loadModel, persistStorage, removeModel, saveModel } from "../../src/browser/models.ts";
