/** What needs Node: files, folders, caches. */
export { type OpenedData, openData, openInput, readIdx } from "./datafiles.ts";
export { checkWritable, writeFileAtomic } from "./files.ts";
