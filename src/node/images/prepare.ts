/** From a file to a row of a data set: what workers do. */
import { readFileSync } from "node:fs";
import { type PreparedRows, type RowFormat, rowBytes } from "../../data/images/imageParts.ts";
import { toChannels } from "../../data/images/picture.ts";
import { fitPicture } from "../../data/images/resize.ts";
import { unreadable } from "../fileSystem.ts";
import { decodeImage } from "./decode.ts";

/** Reads, decodes and resizes files. */
export function prepareRows(paths: readonly string[], format: RowFormat, maxPixels?: number): PreparedRows {
  const size = rowBytes(format);
  const data = new Uint8Array(paths.length * size);
  const failed: PreparedRows["failed"] = [];
  paths.forEach((path, index) => {
    try {
      const picture = toChannels(decodeImage(readBytes(path), path, { maxPixels }), format.channels);
      data.set(fitPicture(picture, format, format.fit).data, index * size);
    } catch (error) {
      failed.push({ index, message: (error as Error).message });
    }
  });
  return { data, failed };
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
