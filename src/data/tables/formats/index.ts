/** All formats of tables besides text: one line each. */
export { arrow } from "./arrow.ts";
export { jsonLines } from "./jsonLines.ts";
export { parquet } from "./parquet.ts";
export { sqlite } from "./sqlite.ts";
