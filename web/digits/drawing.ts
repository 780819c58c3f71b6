/** What is on the pad, and what the network receives. */
import { computed, signal } from "@preact/signals";
import type { Model } from "nabla";
import { fitPicture, invert, type Picture, prepareDigit, toChannels } from "../../src/data/images/index.ts";
import { digitsText } from "../text/digits.ts";
import { verdict } from "./examine.ts";
import { samples } from "./samples.ts";
import { imageShape } from "./source.ts";
import { reader, subject, tick } from "./state.ts";
import { inkOf, type Stroke } from "./strokes.ts";

export type Drawing =
  | { readonly kind: "strokes"; readonly strokes: readonly Stroke[] }
  /** A picture the visitor dropped. */
  | { readonly kind: "picture"; readonly name: string; readonly picture: Picture }
  /** A row of the data, like those the network has seen. */
  | {
      readonly kind: "row";
      readonly name: string;
      readonly values: Uint8Array;
      /** What it is, as a class number. */
      readonly truth?: number;
    };

export const drawing = signal<Drawing>({ kind: "strokes", strokes: [] });

export const clear = (): void => {
  drawing.value = { kind: "strokes", strokes: [] };
};

export function undo(): void {
  const now = drawing.peek();
  drawing.value = { kind: "strokes", strokes: now.kind === "strokes" ? now.strokes.slice(0, -1) : [] };
}

export const isEmpty = computed(() => drawing.value.kind === "strokes" && drawing.value.strokes.length === 0);

/** The shape of one row, where it is a picture. */
export const shape = computed(() => {
  const inputShape = subject.value?.source.train.inputShape;
  return inputShape && imageShape(inputShape);
});

/** Whether the data's pictures are dark on light: drawings must match. Decided by its first rows. */
const darkOnLight = computed(() => {
  const rows = samples.value;
  let sum = 0;
  for (const row of rows) for (let i = 0; i < row.length; i++) sum += row[i]! / row.length;
  return sum > 127.5 * rows.length;
});

export interface Input {
  readonly values: Uint8Array;
  /** Why there is none, or what is special about it. */
  readonly problem?: string;
}

/** One row as the network takes it; undefined for an empty pad and data that is not pictures. */
export const input = computed<Input | undefined>(() => {
  const size = shape.value;
  const now = drawing.value;
  if (!size || isEmpty.value) return undefined;
  if (now.kind === "row") return { values: now.values };
  const picture = now.kind === "picture" ? now.picture : inkOf(now.strokes);
  if (!picture) return { values: new Uint8Array(0), problem: digitsText.pad.noCanvas };
  const { width, height, channels } = size;
  try {
    if (channels === 1 && width === height)
      return { values: prepareDigit(picture, { size: width }).picture.data };
    const fitted = fitPicture(toChannels(picture, channels), { width, height }, "pad");
    return { values: (now.kind === "strokes" && darkOnLight.value ? invert(fitted) : fitted).data };
  } catch (error) {
    return { values: new Uint8Array(0), problem: error instanceof Error ? error.message : String(error) };
  }
});

export interface Prediction {
  /** For each class; a single yes-or-no output counts as two. */
  readonly probabilities: readonly number[];
  readonly said: number;
  readonly confidence: number;
}

/** What the network makes of the drawing, with the weights of this moment. */
export const prediction = computed<Prediction | undefined>(() => {
  const now = subject.value;
  const row = input.value;
  tick.value;
  if (!now || !row || row.problem) return undefined;
  if (now.source.train.target.kind !== "class") return undefined;
  const model = reader.value;
  return model && predict(model, row.values);
});

function predict(model: Model, values: Uint8Array): Prediction {
  const outputs = model.predict({ data: values, shape: [1, ...model.inputShape] }).row(0);
  const [yes = 0] = outputs;
  return { ...verdict(outputs), probabilities: outputs.length === 1 ? [1 - yes, yes] : [...outputs] };
}
