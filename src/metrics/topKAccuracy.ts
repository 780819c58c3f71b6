import { NablaError } from "../errors.ts";
import { type Infer, int } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { mean } from "./mean.ts";
import { type MetricKind, type Subject, type Tally, trueClass } from "./metric.ts";

/** The share of rows whose class is among the k largest outputs. An output equal to the class's own does not push it out. */
function topK({ units }: Subject, k: number): Tally {
  if (units === 1) throw new NablaError("expected an output for each class, to rank them; use accuracy");
  return mean((batch, row) => {
    const at = row * batch.stride;
    const own = batch.outputs[at + trueClass(batch, row)];
    let larger = 0;
    for (let c = 0; c < units; c++) if (!(batch.outputs[at + c] <= own)) larger++; // NaN is among nothing
    return Number(larger < k);
  });
}

const tasks = ["two", "classes"] as const;
const fields = () =>
  object({
    k: optional(int({ min: 1, doc: DOCS && "Of how many classes the right one has to be one. Default 5." })),
  });

/** 5 is the k of Keras' default. */
export const topKAccuracy = {
  better: "higher",
  fields,
  tasks,
  create: (subject: Subject, { k = 5 }: Infer<ReturnType<typeof fields>>) => topK(subject, k),
} satisfies MetricKind;
export const top2Accuracy = {
  better: "higher",
  tasks,
  create: (subject: Subject) => topK(subject, 2),
} satisfies MetricKind;
export const top3Accuracy = {
  better: "higher",
  tasks,
  create: (subject: Subject) => topK(subject, 3),
} satisfies MetricKind;
export const top5Accuracy = {
  better: "higher",
  tasks,
  create: (subject: Subject) => topK(subject, 5),
} satisfies MetricKind;
