/** Folders of pictures on the command line, and pictures as inputs to predict from. */

import type { Fit, Size } from "../../data/images/resize.ts";
import { asTrained, trainedFormat } from "../../data/images/trained.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import { decodeImage } from "../../node/images/decode.ts";
import type { ImageFolderOptions } from "../../node/images/pictures.ts";
import { classNames } from "../../report/examine.ts";
import type { Terminal } from "../../report/terminal.ts";
import { imageOf } from "../../report/text/draw.ts";
import { count, plural } from "../../report/text/format.ts";
import { inLine } from "../../report/text/visible.ts";
import { extraOf } from "../training/resume.ts";

export interface ImageFlags {
  size?: Size;
  channels?: 1 | 3;
  fit?: Fit;
  unreadable?: "refuse" | "skip";
  classes?: string[];
  labels?: string;
  fileColumn?: string;
  maxPixels?: number;
  labelPattern?: string;
}

/** With --labels, flags of tables are about that table. */
export interface LabelFlags extends ImageFlags {
  label?: string;
  task?: "auto" | "classification" | "regression";
}

/** Options for openData(). */
export function imageOptions(flags: LabelFlags, { errors }: Terminal): { images: ImageFolderOptions } {
  const {
    size,
    channels,
    fit,
    unreadable,
    classes,
    labels,
    label,
    task,
    fileColumn,
    labelPattern,
    maxPixels,
  } = flags;
  if (fileColumn !== undefined && labels === undefined)
    throw new NablaError("--file-column: expected --labels FILE as well: the table it is a column of");
  return {
    images: {
      ...(errors.isTTY && { onProgress: reading(errors) }),
      ...(size && { size }),
      ...(channels && { channels }),
      ...(fit && { fit }),
      ...(unreadable && { unreadable }),
      ...(maxPixels !== undefined && { maxPixels }),
      ...(classes && { classes }),
      ...(labelPattern !== undefined && { labelPattern }),
      ...(labels !== undefined && {
        labels,
        ...(label !== undefined && { label }),
        ...(task && { task }),
        ...(fileColumn !== undefined && { file: fileColumn }),
      }),
    },
  };
}

/** Shows on a terminal how far decoding is, once it takes longer than half a second. */
function reading(errors: Terminal["errors"]): (done: number, total: number) => void {
  let next = performance.now() + 500;
  let said = false;
  return (done, total) => {
    const now = performance.now();
    if (done < total && now < next) return;
    next = now + 100;
    if (done < total) errors.rewrite(`reading pictures: ${count(done)} of ${count(total)}`);
    else if (said) errors.rewrite("");
    said = true;
  };
}

/** Prints on stderr what was left out of a folder of pictures. */
export function sayLeftOut({ name, skipped = [], unused = [] }: OpenedData, { errors }: Terminal): void {
  const say = (text: string) => errors.write(`nabla: ${name}: ${text}\n`);
  if (skipped.length > 0) {
    say(`${plural(skipped.length, "file")} left out:`);
    for (const { path, why } of skipped.slice(0, 10)) errors.write(`  ${inLine(`${path}: ${why}`)}\n`);
    if (skipped.length > 10) errors.write(`  and ${skipped.length - 10} more\n`);
  }
  for (const folder of unused) say(`${folder} is not used: it is none of the parts`);
}

/** How a model's pictures were made of files; for other models of pictures, what its input shape says. */
export function imageOptionsOf(model: Model): ImageFolderOptions {
  const known = extraOf(model)?.images;
  const shape = known ?? shapeOf(model);
  return {
    ...(shape && { size: { width: shape.width, height: shape.height }, channels: shape.channels as 1 | 3 }),
    ...(known && { fit: known.fit }),
    classes: classNames(model),
  };
}

/** Rows of a square number of values are square pictures, as MNIST's often are. */
function shapeOf(model: Model): { width: number; height: number; channels: number } | undefined {
  const { inputShape } = model;
  const side = Math.sqrt(inputShape[0] ?? 0);
  if (inputShape.length === 1)
    return Number.isInteger(side) && side >= 4 ? { width: side, height: side, channels: 1 } : undefined;
  return imageOf(inputShape);
}

/** Whether bytes begin as PNG or JPEG files do. */
export function isPicture(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 3 &&
    ((bytes[0] === 0x89 && bytes[1] === 0x50) || (bytes[0] === 0xff && bytes[1] === 0xd8))
  );
}

export interface PictureRow {
  values: Uint8Array;
  /** What was done to the picture. */
  note: string;
}

/**
 * A picture as the model takes it: of the size and channels it was trained on. For models of 28 × 28 grey pixels that were not trained
 * on a folder of pictures, so on digits as MNIST has them, it is prepared like those; not with `asIs`.
 */
export function pictureRow(
  model: Model,
  bytes: Uint8Array,
  name: string,
  asIs = false,
  maxPixels?: number,
): PictureRow {
  const format = trainedFormat(name, model);
  const { width, height, channels } = format;
  const decoded = decodeImage(bytes, name, { maxPixels });
  const own = `${decoded.width}×${decoded.height}`;
  const { picture, digit } = asTrained(decoded, asIs ? { ...format, digits: false } : format, name);
  if (digit)
    return {
      values: picture.data,
      note: `${digit.inverted ? "dark on light, inverted; " : ""}cut to ${digit.width}×${digit.height} of ${own}, scaled and centred as in MNIST (--as-is leaves it)`,
    };
  const done = [
    decoded.channels > channels && "made grey",
    (decoded.width !== width || decoded.height !== height) && `${own} brought to ${width}×${height}`,
  ].filter(Boolean);
  return { values: picture.data, note: done.join(", ") };
}
