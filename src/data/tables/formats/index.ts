/** All formats of tables besides text: one line each. */
export { jsonLines } from "./jsonLines.ts";
export { parquet } from "./parquet.ts";
export { sqlite } from "./sqlite.ts";
