/** Runs in a thread of its own: prepares the rows it is asked for. Built into one file, which the pool starts. */
import { parentPort, workerData } from "node:worker_threads";
import type { RowFormat } from "../../data/images/imageSet.ts";
import { prepareRows } from "./prepare.ts";

/** Of this file; the pool imports it to know what to start. */
export const url = import.meta.url;

export const ROLE = "nabla: prepare pictures";

export interface Job {
  paths: readonly string[];
  format: RowFormat;
  maxPixels?: number;
}

// imported for its url this may be some thread already, but none that was started for this
if (workerData === ROLE) {
  parentPort!.on("message", ({ paths, format, maxPixels }: Job) => {
    const { data, failed } = prepareRows(paths, format, maxPixels);
    parentPort!.postMessage({ data, failed }, [data.buffer]);
  });
}
