/** A folder of pictures as inputs to predict from, whatever lies around them: one picture after the other, none kept. */
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import { picturesAt } from "../../node/dataFiles.ts";
import { readBytes } from "../../node/paths.ts";
import type { Terminal } from "../../report/terminal.ts";
import { plural } from "../../report/text/format.ts";
import { inLine } from "../../report/text/visible.ts";
import { pictureRow } from "./images.ts";
import type { InputRow } from "./row.ts";

export interface PictureOptions {
  asIs?: boolean;
  unreadable?: "refuse" | "skip";
  maxBytes?: number;
  maxPixels?: number;
}

/** undefined for anything but a folder of pictures. */
export async function folderOf(
  model: Model,
  path: string,
  { asIs, unreadable, maxBytes, maxPixels }: PictureOptions,
  { errors }: Terminal,
): Promise<AsyncIterable<InputRow> | undefined> {
  const pictures = await picturesAt(path);
  if (!pictures) return undefined;
  if (pictures.length === 0) throw new NablaError(`${path}: expected PNG or JPEG pictures, found none`);
  return (async function* rows() {
    const bad: string[] = [];
    for (const name of pictures) {
      try {
        const { values, note } = pictureRow(model, await readBytes(name, maxBytes), name, asIs, maxPixels);
        yield { name, values, ...(note && { note }) };
      } catch (error) {
        if (!(error instanceof NablaError)) throw error;
        if (unreadable !== "skip")
          throw new NablaError(`${error.message}. Leave such files out with --unreadable skip`, {
            cause: error,
          });
        bad.push(error.message);
      }
    }
    if (bad.length === 0) return;
    errors.write(`nabla: ${path}: ${plural(bad.length, "file")} left out:\n`);
    for (const message of bad.slice(0, 10)) errors.write(`  ${inLine(message)}\n`);
    if (bad.length > 10) errors.write(`  and ${bad.length - 10} more\n`);
  })();
}
