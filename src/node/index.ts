/** The public names of `nabla/node`: what needs files. */
export { folderCache } from "./cache.ts";
export {
  type DataKind,
  type OpenDataOptions,
  type OpenedData,
  type OpenedInput,
  openData,
  openInput,
  readIdx,
} from "./datafiles.ts";
export { checkWritable, type WriteOptions, writeFileAtomic } from "./files.ts";
export { loadModel, saveModel } from "./models.ts";
