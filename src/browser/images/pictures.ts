/** Pictures for readers of data: decoded and resized in pieces, so that the page lives. */

import { inLanes } from "../../data/atOnce.ts";
import { type Decoder, type ImageFile, rowBytes } from "../../data/images/imageParts.ts";
import type { ImageSetOptions } from "../../data/images/imageSet.ts";
import type { DataFile, PictureFile, PictureHost } from "../../data/readers/reader.ts";
import { NablaError } from "../../errors.ts";
import { pauser } from "../../training/pause.ts";
import type { PageFile } from "../data/tree.ts";
import { close, decodeBlob, headerOf } from "./decode.ts";
import { fitted } from "./picture.ts";

/** Files read or decoded at the same time. */
const LANES = 4;

/** Every file a page hands to a reader is one of its own. */
const fileOf = (file: DataFile): Promise<File> => (file as PageFile).file();

/** One picture at a time in each lane. */
const decoder = ({ maxPixels }: ImageSetOptions): Decoder<PictureFile> => ({
  async each(files, format, write) {
    const size = rowBytes(format);
    const pause = pauser();
    await inLanes(LANES, files.length, async (i) => {
      const { file, path } = files[i]!;
      try {
        const decoded = await decodeBlob(await fileOf(file), path, { maxPixels });
        const { data } = await fitted(decoded, format, path).finally(() => close(decoded));
        write(i, { data: data as Uint8Array<ArrayBuffer>, failed: [] });
      } catch (error) {
        if (!(error instanceof NablaError)) throw error;
        write(i, { data: new Uint8Array(size), failed: [{ index: 0, message: error.message }] });
      }
      await pause(); // others have their turn in between
    });
  },
});

export const pictures: PictureHost = {
  kinds: "picture",
  names: /\.(png|jpe?g|webp|gif|avif|bmp)$/i,
  single: "pictureFrom(file)",
  options: [],
  lanes: LANES,
  async header(of, { maxPixels }) {
    const file = await fileOf(of);
    return { bytes: file.size, header: await sizeOfFile(file, of.path, maxPixels) };
  },
  decoder,
  flag: () => "",
};

/** What is neither PNG nor JPEG has to be decoded to know its size; it counts as colour. */
async function sizeOfFile(
  file: File,
  path: string,
  maxPixels: number | undefined,
): Promise<ImageFile["header"]> {
  const header = await headerOf(file, path, maxPixels);
  if (header) return header;
  const decoded = await decodeBlob(file, path, { maxPixels });
  const { width, height } = decoded;
  close(decoded);
  return { width, height, channels: 3 };
}
