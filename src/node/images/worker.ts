/** Runs in a thread of its own: prepares the rows it is asked for. Carried along as text, see scripts/threads.mjs. */
import { parentPort } from "node:worker_threads";
import type { PreparedRows, RowFormat } from "../../data/images/imageParts.ts";
import { prepareRows } from "./prepare.ts";

export interface Job {
  paths: readonly string[];
  format: RowFormat;
  maxPixels?: number;
}

/** What the thread says: first that it is there, then the rows of each job. */
export type Said = "ready" | PreparedRows;

parentPort!.on("message", ({ paths, format, maxPixels }: Job) => {
  const { data, failed } = prepareRows(paths, format, maxPixels);
  parentPort!.postMessage({ data, failed } satisfies Said, [data.buffer]);
});
parentPort!.postMessage("ready" satisfies Said);
