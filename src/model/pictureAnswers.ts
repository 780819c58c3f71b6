/** Pictures to answers in the terms of the model: what predictPictures() of Node and of pages share. */
import { type PictureModel, type TrainedFormat, trainedFormat } from "../data/images/trained.ts";
import { NablaError } from "../errors.ts";
import { demand, isObject } from "../fields/expected.ts";
import { attempt } from "../host.ts";
import type { Outputs } from "../network/outputs.ts";
import { answersOf, type RowAnswer, type RowPredictor } from "../network/tableAnswers.ts";
import type { InputKind } from "../plan/operation.ts";
import { showShape } from "../shape.ts";
import { internalsOf } from "./internals.ts";

/** A model that was trained on pictures: of `nabla`, or of `nabla/predict`. */
export interface PicturePredictor extends PictureModel {
  readonly metadata: PictureModel["metadata"] & RowPredictor["metadata"];
  /** Outputs of rows of bytes, [rows, …input shape]. */
  predict(x: { readonly data: Uint8Array; readonly shape: readonly number[] }): Outputs;
}

export type { RowAnswer as PictureAnswer } from "../network/tableAnswers.ts";

const WHO = "predictPictures";

/**
 * How pictures become rows of the model.
 * @throws NablaError for models that were not trained on pictures as bytes: nobody knows what their numbers were
 */
export function formatOf(model: PicturePredictor): TrainedFormat {
  demand(
    isObject(model) && isObject(model.metadata) && Array.isArray(attempt(() => model.inputShape)),
    WHO,
    "a model of one input, built or loaded",
    model,
  );
  const format = trainedFormat(WHO, model);
  const reading = readingOf(model);
  if (reading?.type === "uint8" || model.metadata.extra?.images !== undefined) return format;
  throw new NablaError(
    `${WHO}: the model was ${reading ? "trained on numbers, not on the bytes of pictures" : "not trained"}: prepare pictures as those were, and pass them to predict()`,
  );
}

/** How its rows were read in training. */
function readingOf(model: object): InputKind | undefined {
  // a model of nabla/predict says it itself: nothing that is private there has a name to ask for
  const { reading } = attempt(() => internalsOf(model)) ?? (model as { reading?: readonly InputKind[] });
  return reading?.[0];
}

/** @param rows the pixels of each picture, as the format says @throws NablaError for outputs that are neither a class nor a quantity */
export function answersFor(model: PicturePredictor, rows: readonly Uint8Array[]): RowAnswer[] {
  const [{ length: width }] = rows as [Uint8Array];
  const data = new Uint8Array(rows.length * width);
  for (const [r, row] of rows.entries()) data.set(row, r * width);
  const outputs = model.predict({ data, shape: [rows.length, ...model.inputShape] });
  const { classes } = model.metadata;
  const one = outputs.shape?.length === 2;
  if (!one || (outputs.shape[1]! > 1 && !classes && !attempt(() => outputs.probabilities())))
    throw new NablaError(
      `${WHO}: a row's outputs are ${one ? "several quantities" : showShape(outputs.shape?.slice(1) ?? [])}, and no class: take predict()`,
    );
  return answersOf(model.metadata, outputs);
}

/** One or several, as a list. @throws NablaError where there is none */
export function listOf<T>(pictures: T | readonly T[]): readonly T[] {
  const list = Array.isArray(pictures) ? (pictures as readonly T[]) : [pictures as T];
  demand(list.length > 0, WHO, "at least one picture", pictures);
  return list;
}
