/** The public names of `nabla/node`: what needs files. */
export type { Problem } from "../data/images/imageSet.ts";
export type { Picture } from "../data/images/picture.ts";
export { folderCache } from "./cache.ts";
export {
  type DataKind,
  type OpenDataOptions,
  type OpenedData,
  type OpenedInput,
  openData,
  openInput,
  readIdx,
} from "./dataFiles.ts";
export { checkWritable, type WriteOptions, writeFileAtomic } from "./files.ts";
export { decodeImage, decodeImageFile } from "./images/decode.ts";
export type { ImageFolderOptions, ImageInfo } from "./images/pictures.ts";
export { loadModel, saveModel } from "./models.ts";
