/** Functions of a program's own: most trainings have none, so the code around them is loaded by those that do. */
import { METRICS } from "../metrics/table.ts";
import type { AnyMetric } from "./compile.ts";
import type { OwnMaker } from "./evaluate.ts";

/** What makes metrics of these where any is of the program's own. */
export const loadOwn = (metrics: readonly AnyMetric[]): Promise<OwnMaker> | undefined =>
  metrics.some((each) => typeof each !== "string")
    ? import("../training/trainer.ts").then(({ ownMetrics }) => ownMetrics(metrics, METRICS))
    : undefined;
