/** Metrics by name, and the field that lists them. */
import { didYouMean, NablaError } from "../errors.ts";
import { choice, list } from "../fields/fields.ts";
import { orCustom } from "../fields/objects.ts";
import { ALL } from "./all.ts";
import type { Metric, MetricKind } from "./metric.ts";
import { METRICS } from "./names.ts";

export { METRICS } from "./names.ts";

export type MetricName = keyof typeof ALL;

const kinds: Readonly<Record<MetricName, MetricKind>> = ALL;

export const metricsField = () => list(orCustom(choice(METRICS)), { default: [] });

/** @param classes number of classes the outputs tell apart: 2 for a single output */
export function metric(name: MetricName, classes: number): Metric {
  if (Object.hasOwn(kinds, name)) return kinds[name].create(classes);
  throw new NablaError(
    `metrics: there is no metric "${name as string}"${didYouMean(name as string, METRICS)}. There are: ${METRICS.join(", ")}`,
  );
}

/** Whether a figure of the history, such as "valAccuracy", is better the higher it is. Losses and what is unknown: the lower. */
export function higherIsBetter(figure: string): boolean {
  const name = figure.replace(/^val(?=[A-Z])/, "");
  const own = (name[0] ?? "").toLowerCase() + name.slice(1);
  return Object.hasOwn(kinds, own) && kinds[own as MetricName].better === "higher";
}
