/** The public names of `nabla/browser`: storage, files and pictures of pages and workers. */
export type { Problem } from "../data/images/imageParts.ts";
export type { ImageInfo, ImageSetOptions } from "../data/images/imageSet.ts";
export type { Picture } from "../data/images/picture.ts";
export type { DataKind, OpenedData } from "../data/readers/open.ts";
export { type CheckpointInOptions, checkpointIn } from "./checkpointIn.ts";
export type { DataSource, FileSource } from "./data/files.ts";
export { type OpenDataOptions, openData } from "./data/open.ts";
export { downloadModel } from "./download.ts";
export { type ImagesOptions, imagesFrom, type PictureSource, pictureFrom } from "./images/picture.ts";
export { predictPictures } from "./images/predictPictures.ts";
export type { PictureAnswer, PicturePredictor } from "../model/pictureAnswers.ts";
export { type Background, type PixelOptions, type PixelSource, pixelsOf } from "./images/pixels.ts";
export type { ModelSource } from "./modelFile.ts";
export { listModels, loadModel, persistStorage, removeModel, saveModel } from "./models.ts";
export type { StoredModel } from "./storage/storage.ts";
