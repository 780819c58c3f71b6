/** The public names of `nabla/node`: what needs files. */
import "../model/shown.ts";

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
export { type CheckpointInOptions, checkpointIn } from "./checkpointIn.ts";
export { loadNewest as loadCheckpoint, type Newest as LoadedCheckpoint } from "./checkpoints.ts";
export type { FileStatus, FileSystem, OpenFile } from "./fileSystem.ts";
export { checkWritable, type Content, type WriteOptions, writeFileAtomic } from "./files.ts";
export { decodeImage, decodeImageFile } from "./images/decode.ts";
export type { ImageFolderOptions, ImageInfo } from "./images/pictures.ts";
export { type OpenSeriesOptions, openSeries } from "./series.ts";
export { loadModel, saveModel } from "./models.ts";
