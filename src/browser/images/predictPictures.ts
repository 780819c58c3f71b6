/** Answers for pictures of a page. */
import { asTrained } from "../../data/images/trained.ts";
import {
  answersFor,
  formatOf,
  listOf,
  type PictureAnswer,
  type PicturePredictor,
} from "../../model/pictureAnswers.ts";
import { nameInList, type PictureSource, pictureFrom, rowFrom } from "./picture.ts";

/**
 * What a model says of pictures, in its own terms: classes by name with their probabilities, or quantities. They are prepared as those the
 * model was trained on: their size, channels and `fit`, as its file says; for 28 × 28 grey pixels without a word of files, as digits of MNIST.
 *
 *     const [{ class: kind, probability }] = await predictPictures(model, document.querySelector("img"));
 *
 * @param model of `nabla` or `nabla/predict`, trained on pictures: a folder of them, or rows of bytes
 * @param pictures one, or a list: ImageData, a canvas, an <img>, an ImageBitmap, a file, …
 * @returns one for each picture
 * @throws NablaError for what is no picture, or may not be read; for models of other data
 */
export async function predictPictures(
  model: PicturePredictor,
  pictures: PictureSource | readonly PictureSource[],
): Promise<PictureAnswer[]> {
  const format = formatOf(model);
  const list = listOf(pictures);
  const rows: Uint8Array[] = [];
  const { digits } = format;
  for (const [i, source] of list.entries()) {
    const name = `predictPictures: ${nameInList(source, i)}`;
    if (digits) rows.push(asTrained(await pictureFrom(source, { name }), format, name).picture.data);
    else rows.push((await rowFrom(source, name, format)).data);
  }
  return answersFor(model, rows);
}
