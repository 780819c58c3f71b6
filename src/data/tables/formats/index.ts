/** All formats of tables besides text: one line each. */
export { jsonLines } from "./jsonLines.ts";
export { sqlite } from "./sqlite.ts";
