/**
 * What a dataset is, described for another thread: rows as arrays, or how to make them again there. A dataset that says nothing here
 * (a program's own) stays where it is and hands over batches.
 */
import type { AugmentOptions } from "./augment/effects.ts";
import type { ShiftedOptions } from "./augment/shiftedOptions.ts";
import type { Dataset, DatasetHeader, Inputs, Standardisation, Targets } from "./dataset.ts";
import type { DigitsOptions } from "./digits/options.ts";

/** Rows that can be moved away for a while, and put back. */
export interface Lendable {
  x: Inputs | undefined;
  /** They were lost with the thread they were lent to. */
  lost?: boolean;
}

/** Plain values; other datasets by their number in a list, so that two parts of one are not sent twice. */
export type Portable =
  | {
      kind: "arrays";
      header: DatasetHeader;
      x: Inputs;
      y: Targets;
      rows: Lendable;
      /** The inputs before they were rounded to float32, where that may have lost something. Stays on this side. */
      exact?: () => ArrayLike<number>;
    }
  | { kind: "digits"; options: DigitsOptions }
  | { kind: "text"; header: DatasetHeader; source: TextSource }
  | { kind: "windows"; header: DatasetHeader; source: WindowSource }
  | { kind: "joined"; name: string; inputs: Record<string, number>; targets: Record<string, number> }
  | { kind: "subset"; of: number; rows: Uint32Array; name: string }
  | { kind: "shifted"; of: number; pixels: number; options: ShiftedOptions }
  | { kind: "augment"; of: number; options: AugmentOptions }
  | { kind: "standardise"; of: number; by: Standardisation }
  /** Rows are asked for. */
  | { kind: "elsewhere"; header: DatasetHeader };

/** @param number the number of a dataset this one is made from */
type Describe = (number: (dataset: Dataset) => number) => Portable;

/**
 * Not a property of datasets: `{ ...dataset, read }` is another dataset, and would take it along. Not a table of this module's own: what
 * is loaded later has a copy of the module, and so has a program that has the library twice.
 */
const descriptions = (): WeakMap<Dataset, Describe> => {
  const all = globalThis as { [KEY]?: WeakMap<Dataset, Describe> };
  try {
    return (all[KEY] ??= own);
  } catch {
    return own; // what is global may be frozen
  }
};
const own = /* @__PURE__ */ new WeakMap<Dataset, Describe>();
const KEY = /* @__PURE__ */ Symbol.for("nabla.descriptions");

export function portable(dataset: Dataset, describe: Describe): Dataset {
  descriptions().set(dataset, describe);
  return dataset;
}

/** The same rows, described differently: other names, other classes, … */
export function withHeader(
  dataset: Dataset,
  changes: Partial<DatasetHeader & Pick<Dataset, "extra" | "groups" | "inOrder">>,
): Dataset {
  const changed = { ...dataset, ...changes };
  const describe = descriptions().get(dataset);
  if (!describe) return changed;
  return portable(changed, (number) => {
    const entry = describe(number);
    return entry.kind === "arrays" ? { ...entry, header: headerOf(changed) } : entry;
  });
}

/** The list that describes these datasets and all they are made from, and the dataset behind each entry. */
export function describeAll(wanted: readonly Dataset[]): { portables: Portable[]; datasets: Dataset[] } {
  const portables: Portable[] = [];
  const datasets: Dataset[] = [];
  const number = (dataset: Dataset): number => {
    const known = datasets.indexOf(dataset);
    if (known >= 0) return known;
    const describe = descriptions().get(dataset);
    const entry: Portable = describe ? describe(number) : { kind: "elsewhere", header: headerOf(dataset) };
    portables.push(entry);
    return datasets.push(dataset) - 1;
  };
  for (const dataset of wanted) number(dataset);
  return { portables, datasets };
}

export function headerOf(dataset: Dataset): DatasetHeader {
  const { name, length, inputShape, inputType, inputScale, target, parts } = dataset;
  const { scaleUnsaid, standardisation, targetScale } = dataset;
  return {
    name,
    length,
    inputShape,
    inputType,
    inputScale,
    ...(scaleUnsaid && { scaleUnsaid }),
    target,
    ...(parts && { parts }),
    ...(standardisation && { standardisation }),
    ...(targetScale && { targetScale }),
  };
}

/** What rows are cut out of. */
export interface TextSource {
  readonly ids: Int32Array;
  /** The first token of each window, ascending. */
  readonly starts: Uint32Array;
  /** Tokens that go in. */
  readonly length: number;
  /** Ids there are: the width of a one-hot step. 0 where ids go in as they are. */
  readonly width: number;
  /** What is predicted: the token behind the window, or of each step the next one. */
  readonly targets: "next" | "each";
}

/** What a window is cut out of. */
export interface WindowSource {
  /** Inputs of all steps, [steps, features]. */
  readonly x: Float32Array;
  /** Targets of all steps, [steps, targets]. */
  readonly y: Float32Array;
  /** The first step of each window, ascending. */
  readonly starts: Uint32Array;
  /** Steps that go in. */
  readonly length: number;
  /** Steps ahead that are forecast. */
  readonly horizon: number;
}
