/** Anything with pixels as a Picture of `nabla/data`, and many of them as rows. */

import type { Shaped } from "../../data/arrays.ts";
import type { RowFormat } from "../../data/images/imageParts.ts";
import type { Picture } from "../../data/images/picture.ts";
import { Border, FITS, type Fit, fitting, framed, Resizing, type Size } from "../../data/images/resize.ts";
import { NablaError } from "../../errors.ts";
import { demand, isObject } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import { checkOptions } from "../../fields/options.ts";
import { tagOf } from "../../tags.ts";
import { pauser } from "../../training/pause.ts";
import { inTime } from "../../waits.ts";
import { isBlob } from "../modelFile.ts";
import { close, decodeBlob } from "./decode.ts";
import {
  type Background,
  checkPixelOptions,
  flattened,
  type PixelOptions,
  type PixelSource,
  pixelsOf,
  reader,
  sizeOfSource,
} from "./pixels.ts";

/** Whatever a page can draw from. */
export type PictureSource = PixelSource | Blob;

const PIXEL_OPTIONS: readonly (keyof PixelOptions)[] = ["channels", "background", "name"];

/**
 * The pixels of a picture file, of something drawn or of something shown, at its own size: for prepareDigit(), fitPicture(), … of
 * `nabla/data`. PNG and JPEG files have the same pixels in every engine; other files are decoded by the browser; an <img> that is still loading is waited for.
 *
 * @throws NablaError for what is not a picture, damaged, empty, larger than 64 megapixels, or may not be read
 */
export async function pictureFrom(source: PictureSource, options: PixelOptions = {}): Promise<Picture> {
  checkOptions("pictureFrom", options, PIXEL_OPTIONS);
  const name = options.name ?? nameOfSource(source);
  const { background = "white" } = options;
  return withPixels(source, name, background, async (pixels) => pixelsOf(pixels, { ...options, name }));
}

/** How pictures become rows. */
export interface ImagesOptions {
  /** Pixels of every row: a side, or width and height. Default: the size of the first picture. */
  size?: number | Size;
  /** 1 for grey, 3 for colour; default 3. */
  channels?: 1 | 3;
  /** How pictures of other proportions are brought to the size; default "pad": see fitPicture(). */
  fit?: Fit;
  /** What lies behind transparent pixels; default "white". */
  background?: Background;
}

/**
 * Several pictures as the rows of one batch, uint8 [n, height, width, channels]: for predict(), or arrayDataset() with labels.
 * Works in small pieces, so that a page stays alive.
 */
export async function imagesFrom(
  sources: Iterable<PictureSource>,
  options: ImagesOptions = {},
): Promise<Shaped> {
  checkOptions("imagesFrom", options, ["size", "channels", "fit", "background"]);
  const { size, channels = 3, fit = "pad", background = "white" } = options;
  checkPixelOptions(channels, background);
  if (!FITS.includes(fit)) throw new NablaError(`fit: expected one of ${FITS.join(", ")}, got ${show(fit)}`);
  demand(isObject(sources) && Symbol.iterator in sources, "imagesFrom", "a list of pictures", sources);
  const rows: Uint8Array[] = [];
  let format: RowFormat | undefined =
    size === undefined
      ? undefined
      : { ...(typeof size === "number" ? { width: size, height: size } : size), channels, fit };
  for (const source of sources) {
    const name = nameInList(source, rows.length);
    const asFirst = (pixels: PixelSource) => (format ??= { ...sizeOfSource(pixels, name), channels, fit });
    rows.push((await rowFrom(source, name, asFirst, background)).data);
  }
  if (!format) throw new NablaError("imagesFrom: expected at least one picture, got none");
  const width = format.width * format.height * channels;
  const data = new Uint8Array(rows.length * width);
  for (const [i, row] of rows.entries()) data.set(row, i * width);
  return { data, shape: [rows.length, format.height, format.width, channels] };
}

/** One of several, brought to the format of a row. @param format or what tells it @param name what errors call it */
export const rowFrom = (
  source: PictureSource,
  name: string,
  format: RowFormat | ((pixels: PixelSource) => RowFormat),
  background: Background = "white",
): Promise<Picture> =>
  withPixels(source, name, background, (pixels) =>
    fitted(pixels, typeof format === "function" ? format(pixels) : format, name, background),
  );

/** What errors call one of several: "cat.png (picture 2)". */
export const nameInList = (source: unknown, i: number): string => `${nameOfSource(source)} (picture ${i})`;

/** Runs a task on the pixels behind a source, and frees what was decoded for it. */
async function withPixels<T>(
  source: PictureSource,
  name: string,
  background: Background,
  task: (pixels: PixelSource) => Promise<T>,
): Promise<T> {
  if (isBlob(source)) {
    const decoded = await decodeBlob(source, name, { background });
    try {
      return await task(decoded);
    } finally {
      close(decoded);
    }
  }
  if (tagOf(source) === "HTMLImageElement" && !(source as HTMLImageElement).complete)
    // one that loads when it is seen may never be; what is wrong with it is found when it is read
    await inTime(
      (source as HTMLImageElement).decode().catch(() => {}),
      30_000,
      () => {},
    );
  return task(source);
}

function nameOfSource(source: unknown): string {
  const name = (source as { name?: unknown } | null)?.name;
  return isBlob(source) && typeof name === "string" && name ? name : "picture";
}

/** Pixels read and resized at a time: some milliseconds' work. */
const BAND = 2 ** 17;

/** fitPicture() in bands of rows with pauses between them: a photograph of 12 megapixels at once would stop a page for long. */
export async function fitted(
  source: PixelSource,
  format: RowFormat,
  name: string,
  background: Background = "white",
): Promise<Picture> {
  const pause = pauser();
  const size = sizeOfSource(source, name);
  const { channels, fit } = format;
  const { part, inner } = fitting(size, format, fit);
  const resizing = new Resizing(part, channels, inner.width, inner.height);
  const frame =
    inner.width === format.width && inner.height === format.height ? undefined : new Border(size, channels);
  const step = Math.max(1, Math.min(part.height, Math.floor(BAND / part.width)));
  const read = reader(source, name);
  for (let y = 0; y < part.height; y += step) {
    const height = Math.min(step, part.height - y);
    const band = flattened(read({ ...part, top: part.top + y, height }), channels, background);
    resizing.add(band);
    frame?.add(band);
    await pause();
  }
  return frame ? framed(resizing.picture(), format, frame.colour()) : resizing.picture();
}
