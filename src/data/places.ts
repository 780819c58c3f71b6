/** Which of a data set's inputs and targets are for which of a network's inputs and outputs, and where they lie in its rows. */
import { didYouMean, NablaError } from "../errors.ts";
import { fits, reordered, showShape, sizeOf } from "../shape.ts";
import type { Dataset, InputPart, TargetPart } from "./dataset.ts";
import { targetSize } from "./dataset.ts";

/** What rows are for: names and shapes. */
interface Named {
  readonly name: string;
  readonly shape: readonly number[];
}

/** An input in the rows of x. */
export interface InputPlace {
  readonly part: InputPart;
  /** Bytes of a row before it, its own, and all. */
  readonly at: number;
  readonly bytes: number;
  readonly stride: number;
}

/** A target in the rows of y. */
export interface TargetPlace {
  readonly part: TargetPart;
  /** Values of a row before it, its own, and all. */
  readonly at: number;
  readonly size: number;
  readonly stride: number;
}

/** Bytes of a row of this input. */
export const bytesOf = ({ shape, type }: InputPart): number => sizeOf(shape) * (type === "uint8" ? 1 : 4);

/** What a data set has, by name; where it has one input and target only, they have the names that are wanted. */
export const inputsIn = (dataset: Dataset, name: string): readonly InputPart[] =>
  dataset.parts?.inputs ?? [
    {
      name,
      shape: dataset.inputShape,
      type: dataset.inputType,
      scale: dataset.inputScale,
      ...(dataset.scaleUnsaid && { scaleUnsaid: true as const }),
    },
  ];

export const targetsIn = (dataset: Dataset, name: string): readonly TargetPart[] =>
  dataset.parts?.targets ?? [{ name, target: dataset.target }];

/** Sums of all before each. */
function starts(sizes: readonly number[]): { at: number[]; all: number } {
  let all = 0;
  const at = sizes.map((size) => {
    all += size;
    return all - size;
  });
  return { at, all };
}

/** The number of the part for each name. @throws NablaError for names that are missing, or that nobody asked for */
function matched(
  who: string,
  what: "input" | "output",
  wanted: readonly string[],
  parts: readonly { readonly name: string }[],
): number[] {
  const names = parts.map(({ name }) => name);
  const kind = what === "input" ? what : "target";
  for (const name of names)
    if (!wanted.includes(name))
      throw new NablaError(
        `${who} has ${what === kind ? "an" : "a"} ${kind} "${name}", but the model has no ${what} of that name${didYouMean(name, wanted)}; it has ${wanted.join(", ")}`,
      );
  return wanted.map((name) => {
    const at = names.indexOf(name);
    if (at >= 0) return at;
    throw new NablaError(
      `${who}: there is no ${kind} for "${name}"; expected { ${wanted.join(", ")} }, got { ${names.join(", ")} }`,
    );
  });
}

/** Where the network's inputs lie in the rows of a data set, in their order. @throws NablaError where names or sizes do not fit */
export function inputPlaces(dataset: Dataset, inputs: readonly Named[], who: string): InputPlace[] {
  const parts = inputsIn(dataset, inputs[0]!.name);
  const sizes = parts.map(bytesOf);
  const { at, all } = starts(sizes);
  return matched(
    `${who}: ${dataset.name}`,
    "input",
    inputs.map(({ name }) => name),
    parts,
  ).map((i, n) => {
    const part = parts[i]!;
    const { name, shape } = inputs[n]!;
    if (!fits(part.shape, shape))
      throw new NablaError(
        `${who}: ${inputs.length > 1 ? `input "${name}": ` : ""}expected rows of shape ${showShape(shape)}, got ${showShape(part.shape)} from ${dataset.name}${reordered(part.shape, shape, 1)}`,
      );
    return { part, at: at[i]!, bytes: sizes[i]!, stride: all };
  });
}

/** Where the targets of the network's outputs lie. @throws NablaError where names do not fit */
export function targetPlaces(
  dataset: Dataset,
  outputs: readonly { readonly name: string }[],
  who: string,
): TargetPlace[] {
  const parts = targetsIn(dataset, outputs[0]!.name);
  const sizes = parts.map(({ target }) => targetSize(target));
  const { at, all } = starts(sizes);
  return matched(
    `${who}: ${dataset.name}`,
    "output",
    outputs.map(({ name }) => name),
    parts,
  ).map((i) => ({ part: parts[i]!, at: at[i]!, size: sizes[i]!, stride: all }));
}
