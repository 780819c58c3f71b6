/** A picture as a model takes it that was trained on pictures: of their size, their channels, prepared as they were. */

import { NablaError } from "../../errors.ts";
import { choice, int } from "../../fields/fields.ts";
import { object } from "../../fields/objects.ts";
import { showShape, sizeOf } from "../../shape.ts";
import { type PreparedDigit, prepareDigit } from "./digit.ts";
import type { RowFormat } from "./imageParts.ts";
import { type Picture, toChannels } from "./picture.ts";
import { FITS, fitPicture } from "./resize.ts";

/** What says how a model's pictures were made. */
export interface PictureModel {
  /** Of one row. */
  readonly inputShape: readonly number[];
  readonly metadata: { readonly extra?: Readonly<Record<string, unknown>> | undefined };
}

/** How pictures become rows of a model. */
export interface TrainedFormat extends RowFormat {
  /** Whether they are digits as MNIST has them: 28 × 28 grey pixels of a model that was not trained on files of pictures. */
  readonly digits: boolean;
}

/** What the model's file says of its pictures; undefined where it was trained on other data. @throws NablaError where that is malformed */
export function imagesOf({ metadata }: PictureModel): RowFormat | undefined {
  const images = metadata.extra?.images;
  if (images === undefined) return undefined;
  const side = () => int({ min: 1, max: 4096 });
  return object({
    width: side(),
    height: side(),
    channels: int({ min: 1, max: 3 }),
    fit: choice(FITS),
  }).check(images, "extra.images") as RowFormat;
}

/**
 * How pictures become rows of this model: as its file says, else as the shape of its input does.
 * @param who begins errors
 * @throws NablaError for models whose rows are no pictures
 */
export function trainedFormat(who: string, model: PictureModel): TrainedFormat {
  const { inputShape } = model;
  const known = imagesOf(model);
  const format = known ?? shapedFormat(inputShape);
  if (!format || format.width * format.height * format.channels !== sizeOf(inputShape))
    throw new NablaError(
      `${who}: a picture, but the model takes inputs ${showShape(inputShape)}, which are not pictures`,
    );
  const { width, height, channels } = format;
  return { ...format, digits: !known && channels === 1 && width === 28 && height === 28 };
}

/** [height, width, channels], [height, width] of grey pixels; a square number of values is a square, as MNIST's rows often are. */
function shapedFormat(shape: readonly number[]): RowFormat | undefined {
  const side = Math.sqrt(sizeOf(shape));
  const [height, width, channels = 1] = shape.length === 1 ? [side, side] : (shape as [number, number]);
  if (shape.length > 3 || !Number.isInteger(height) || (channels !== 1 && channels !== 3)) return undefined;
  return { width, height, channels, fit: "pad" };
}

/** A row's picture. */
export interface TrainedPicture {
  readonly picture: Picture;
  /** What was done to it, where it was prepared as a digit. */
  readonly digit?: PreparedDigit;
}

/** A decoded picture as a row of the model. @param name what errors call it */
export function asTrained(decoded: Picture, format: TrainedFormat, name: string): TrainedPicture {
  if (!format.digits)
    return { picture: fitPicture(toChannels(decoded, format.channels), format, format.fit) };
  // pages decode grey files with three equal channels
  const grey = toChannels(decoded, 1);
  if (readyMade(grey)) return { picture: grey };
  const digit = prepareDigit(decoded, { name });
  return { picture: digit.picture, digit };
}

/** Whether a grey picture is already as MNIST's are: of that size, on black. */
function readyMade({ data, width, height }: Picture): boolean {
  if (width !== 28 || height !== 28) return false;
  const border = data.filter((_, i) => i < 28 || i >= 28 * 27 || i % 28 === 0 || i % 28 === 27);
  return border.reduce((sum, value) => sum + value, 0) < 16 * border.length;
}
