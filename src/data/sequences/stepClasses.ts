/** Sequences whose every step is of a class: what data sets and models say of them. Loaded with what trains and evaluates. */
import { buffersFor, type Dataset, range, readNow } from "../dataset.ts";
import type { SequencesInfo } from "./sequencesInfo.ts";

type Extra = Readonly<Record<string, unknown>> | undefined;

const infoOf = (extra: Extra) => (extra as { readonly sequences?: SequencesInfo } | undefined)?.sequences;

/** Names of the classes of steps, by number; undefined where steps have no classes. @param extra of a data set, or metadata.extra */
export function stepClasses(extra: Extra): readonly string[] | undefined {
  const info = infoOf(extra);
  return info?.targets === "each" ? info.classes : undefined;
}

/** The classes of all steps that are no padding; undefined where steps have none, or rows come later. */
export function stepLabels(dataset: Dataset): Int32Array | undefined {
  const { extra, length, target } = dataset;
  if (!stepClasses(extra) || target.kind === "class") return undefined;
  const { maskValue, kind } = infoOf(extra)!;
  const mask = maskValue === undefined ? undefined : Math.fround(maskValue);
  const { x, y } = buffersFor(dataset, 1);
  const width = kind === "vectors" ? x.length / target.size : 1;
  const labels: number[] = [];
  for (let row = 0; row < length; row++) {
    if (!readNow(dataset, range(1, row), x, y)) return undefined;
    for (let t = 0; t < target.size; t++) {
      const step = x.subarray(t * width, (t + 1) * width);
      if (mask === undefined || step.some((value) => value !== mask)) labels.push(y[t]!);
    }
  }
  return Int32Array.from(labels);
}
