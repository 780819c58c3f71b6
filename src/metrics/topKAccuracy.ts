import { mean } from "./mean.ts";
import { type Metric, type MetricKind, trueClass } from "./metric.ts";

/** The share of rows whose class is among the k largest outputs. An output equal to the class's own does not push it out. */
const topK = (k: number): Metric =>
  mean(`top${k}Accuracy`, (batch, row) => {
    const at = row * batch.stride;
    const own = batch.outputs[at + trueClass(batch, row)];
    let larger = 0;
    for (let c = 0; c < batch.units; c++) if (!(batch.outputs[at + c] <= own)) larger++; // NaN is among nothing
    return Number(larger < k);
  });

export const top2Accuracy = { better: "higher", create: () => topK(2) } satisfies MetricKind;
export const top3Accuracy = { better: "higher", create: () => topK(3) } satisfies MetricKind;
/** 5 is the k of Keras' default. */
export const top5Accuracy = { better: "higher", create: () => topK(5) } satisfies MetricKind;
