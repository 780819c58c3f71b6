/** From a file to a row of a data set: what workers do. */
import { readFileSync } from "node:fs";
import { toChannels } from "../../data/images/picture.ts";
import { type Fit, fitPicture } from "../../data/images/resize.ts";
import { decodeImage, unreadable } from "./decode.ts";

/** What rows are to be. */
export interface RowFormat {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly fit: Fit;
}

export const rowBytes = ({ width, height, channels }: RowFormat): number => width * height * channels;

export interface PreparedRows {
  /** One row after the other; zeros for a file that failed. */
  data: Uint8Array<ArrayBuffer>;
  failed: { index: number; message: string }[];
}

/** Reads, decodes and resizes files. */
export function prepareRows(paths: readonly string[], format: RowFormat): PreparedRows {
  const size = rowBytes(format);
  const data = new Uint8Array(paths.length * size);
  const failed: PreparedRows["failed"] = [];
  paths.forEach((path, index) => {
    try {
      const picture = toChannels(decodeImage(readBytes(path), path), format.channels);
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
