/** Answers for files of pictures. */
import { checkPicture, type Picture } from "../../data/images/picture.ts";
import { asTrained } from "../../data/images/trained.ts";
import { checkOptions } from "../../fields/options.ts";
import {
  answersFor,
  formatOf,
  listOf,
  type PictureAnswer,
  type PicturePredictor,
} from "../../model/pictureAnswers.ts";
import { isBytes } from "../../tags.ts";
import { type Location, pathOf } from "../location.ts";
import { readBytes } from "../paths.ts";
import { type DecodeImageOptions, decodeImage } from "./decode.ts";

/** A picture: the path or `file:` URL of a PNG or JPEG file, its bytes, or pixels. */
export type PictureInput = Location | Uint8Array | Picture;

/**
 * What a model says of pictures, in its own terms: classes by name with their probabilities, or quantities. They are prepared as those the
 * model was trained on: their size, channels and `fit`, as its file says; for 28 × 28 grey pixels without a word of files, as digits of MNIST.
 *
 *     const [{ class: kind, probability }] = await predictPictures(model, "photo.jpg");
 *
 * @param model of `nabla` or `nabla/predict`, trained on pictures: a folder of them, or rows of bytes
 * @param pictures one, or a list
 * @param options as for decodeImage()
 * @returns one for each picture
 * @throws NablaError naming the file that is missing or no picture; for models of other data
 */
export async function predictPictures(
  model: PicturePredictor,
  pictures: PictureInput | readonly PictureInput[],
  options: DecodeImageOptions = {},
): Promise<PictureAnswer[]> {
  checkOptions("predictPictures", options, ["maxPixels"]);
  const format = formatOf(model);
  const rows: Uint8Array[] = [];
  for (const [i, given] of listOf(pictures).entries()) {
    const { picture, name } = await decoded(given, `predictPictures: picture ${i}`, options);
    rows.push(asTrained(picture, format, name).picture.data);
  }
  return answersFor(model, rows);
}

async function decoded(
  given: PictureInput,
  name: string,
  options: DecodeImageOptions,
): Promise<{ picture: Picture; name: string }> {
  if (isBytes(given)) return { picture: decodeImage(given as Uint8Array, name, options), name };
  if (typeof given === "object" && given !== null && "width" in given) {
    checkPicture(given, name);
    return { picture: given, name };
  }
  const path = pathOf("predictPictures", given);
  return { picture: decodeImage(await readBytes(path), path, options), name: path };
}
