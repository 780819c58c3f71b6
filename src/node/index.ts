/** The public names of `nabla/node`: what needs files. */
import "../report/shown.ts";

export type { Problem } from "../data/images/imageParts.ts";
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
export { type LargeTable, type LargeTableOptions, openLargeTable } from "./large/index.ts";
export type { FileStatus, FileSystem, OpenFile } from "./fileSystem.ts";
export { checkWritable, type Content, type WriteOptions, writeFileAtomic } from "./files.ts";
export type { Location } from "./location.ts";
export { decodeImage, decodeImageFile } from "./images/decode.ts";
export { type PictureInput, predictPictures } from "./images/predictPictures.ts";
export type { PictureAnswer, PicturePredictor } from "../model/pictureAnswers.ts";
export type { ImageFolderOptions, ImageInfo } from "./images/pictures.ts";
export { type OpenSeriesOptions, openSeries } from "./series.ts";
export { loadModel, type SaveModelOptions, saveModel } from "./models.ts";
export { type CsvLoggerOptions, csvLogger } from "./scripts/csvLogger.ts";
export { type ModelCheckpointOptions, modelCheckpoint } from "./scripts/modelCheckpoint.ts";
export { type Figures, type PlotHistoryOptions, plotHistory } from "./scripts/plotHistory.ts";
export { type ProgressBarOptions, progressBar } from "./scripts/progressBar.ts";
export { type WriteReportOptions, writeReport } from "./scripts/writeReport.ts";
export { type TensorBoardOptions, tensorBoard } from "./tensorBoard/index.ts";
export type { Output } from "../report/terminal.ts";
