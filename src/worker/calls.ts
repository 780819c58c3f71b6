/** On the page: the program's own functions, which a training elsewhere asks for. */
import { Outputs } from "../network/predict.ts";
import type { OwnLosses } from "../plan/loss.ts";
import type { CompiledTraining } from "../training/compile.ts";
import { asking, type Figures } from "../training/given.ts";
import { figuresOf } from "../training/own.ts";
import type { OwnMetric } from "../training/ownFunctions.ts";
import type { FromPage, FromWorker } from "./protocol.ts";

type Call = Extract<FromWorker, { kind: "call" }>;
type Result = Extract<FromPage, { kind: "result" }>;

/** @throws what the function throws */
export function resultOf(message: Call, { goals }: Pick<CompiledTraining, "goals">): Result {
  const { id, call, metric, output = 0, gradient = false } = message;
  const [outputs, targets] = [message.outputs, message.targets].map(
    ({ data, shape }) => new Outputs(data, shape),
  );
  const result = { kind: "result" as const, id, call };
  if (metric !== undefined) {
    const all = goals.flatMap(({ metrics }) => metrics);
    const own = all.find((each) => typeof each !== "string" && each.name === metric);
    return { ...result, figures: sent(figuresOf(own as OwnMetric, outputs!, targets!)) };
  }
  // the functions are here, so they answer at once
  const answer = asking(goals[output]!.loss)(outputs!, targets!, gradient) as OwnLosses;
  return {
    ...result,
    figures: sent(answer.losses),
    ...(answer.gradient && {
      gradient: { data: Float64Array.from(answer.gradient.data), shape: answer.gradient.shape },
    }),
  };
}

const sent = (figures: Figures) => (typeof figures === "number" ? figures : Float64Array.from(figures));
