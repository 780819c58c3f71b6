/** On the page: the program's own functions, which a training elsewhere asks for. */
import { Outputs } from "../network/predict.ts";
import type { AnyMetric, OwnMetric } from "../training/compile.ts";
import { figuresOf } from "../training/own.ts";
import type { FromPage, FromWorker } from "./protocol.ts";

type Call = Extract<FromWorker, { kind: "call" }>;
type Result = Extract<FromPage, { kind: "result" }>;

/** @param metrics those of the training @throws what the function throws */
export function resultOf(
  { id, call, metric, outputs, targets }: Call,
  metrics: readonly AnyMetric[],
): Result {
  const [x, y] = [outputs, targets].map(({ data, shape }) => new Outputs(data, shape));
  const own = metrics.find((each) => typeof each !== "string" && each.name === metric);
  const figures = figuresOf(own as OwnMetric, x!, y!);
  return {
    kind: "result",
    id,
    call,
    figures: typeof figures === "number" ? figures : Float64Array.from(figures),
  };
}
