// Decoding of JPEG files: what takes time. Headers, tables and errors are src/data/images/jpeg's, which also lays out memory.

export { begin, position } from "./bits";
export { pixelRows } from "./pixels";
export { beginScan, sampleRow, scanRow } from "./scan";

/** Memory from here on is the host's. */
export const BASE: usize = __heap_base;
