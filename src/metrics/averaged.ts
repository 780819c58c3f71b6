/** Precision, recall and f1: figures of one class, which several classes or labels have one of each. */

import { NablaError } from "../errors.ts";
import { type Infer, int } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { type Hits, hitCounts } from "./counted.ts";
import type { Subject, Tally } from "./metric.ts";
import { average, threshold } from "./options.ts";

export const fields = () =>
  object({
    /**
     * Default: of two classes "binary", the figure of class 1; of several "macro", the mean over the classes that occur or were predicted; of
     * labels "micro", over all of their answers. "weighted": the mean weighted by how often each is there.
     */
    average: average(["binary", "macro", "weighted", "micro"]),
    ...threshold(),
    /** The figure of this class or label alone. */
    classId: optional(int({ min: 0, doc: DOCS && "The figure of this class or label alone." })),
  });

export type AverageOptions = Infer<ReturnType<typeof fields>>;

/**
 * @param figure of one class
 * @throws NablaError for averages that there are not
 */
export function averaged(subject: Subject, options: AverageOptions, figure: (hits: Hits) => number): Tally {
  const { task, classes, units } = subject;
  const { classId } = options;
  const many = task === "labels" ? units : classes;
  if (classId !== undefined && options.average !== undefined)
    throw new NablaError("average and classId: the figure of one class is no average; leave one of them out");
  if (classId !== undefined && classId >= many)
    throw new NablaError(
      `classId: there is no ${task === "labels" ? "label" : "class"} ${classId}; they are 0 to ${many - 1}`,
    );
  const { average = task === "two" ? "binary" : task === "labels" ? "micro" : "macro" } = options;
  if (average === "binary" && task !== "two" && classId === undefined)
    throw new NablaError(
      `average: "binary" is for two classes, here are ${many} ${task === "labels" ? "labels" : "classes"}; use "macro", "weighted", "micro", or classId`,
    );
  return hitCounts(subject, options, (hits) => {
    if (classId !== undefined) return figure(hits[classId]);
    if (average === "binary") return figure(hits[1]);
    if (average === "micro") return figure(sum(hits));
    const weight = ({ there }: Hits) => (average === "weighted" ? there : 1);
    // of labels all count; of classes those that neither occur nor are predicted do not
    const counting = hits.filter(({ said, there }) => task === "labels" || said + there > 0);
    const all = counting.reduce((total, each) => total + weight(each), 0);
    return all === 0 ? 0 : counting.reduce((total, each) => total + weight(each) * figure(each), 0) / all;
  });
}

const sum = (hits: readonly Hits[]): Hits =>
  hits.reduce((total, { right, said, there }) => ({
    right: total.right + right,
    said: total.said + said,
    there: total.there + there,
  }));

/** 0 where there is nothing to divide by, as in scikit-learn. */
export const share = (of: number, all: number): number => (all === 0 ? 0 : of / all);
