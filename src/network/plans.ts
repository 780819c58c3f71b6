/** The plans of a network's training and evaluation. Loaded by what takes steps: programs begin with those that predict alone. */
import {
  type InputKind,
  type Mode,
  type Objective,
  type Plan,
  type PlanRequest,
  plan,
  type Update,
} from "../plan/plan.ts";
import type { Network, Weights } from "./network.ts";

/** What a training plan needs besides the layers. */
export interface Training {
  /** One for each output. */
  readonly objectives: readonly Objective[];
  readonly update?: Update;
  /** Which weights it works on. Default: those that are trained. */
  readonly of?: Weights;
  /** Whether the gradient goes on to the inputs. */
  readonly inputGradient?: boolean;
}

/** The plan for this mode with room for `rows` rows, made once and then remembered. Not yet in memory: see use(). */
export function planFor(
  network: Network,
  mode: "train" | "evaluate",
  rows: number,
  inputs: readonly InputKind[],
  training: Training,
): Plan {
  const targets = training.objectives.map(({ loss, target }) => (loss ? target : "given")).join(" ");
  const what = `${mode} ${targets} ${training.inputGradient} ${weightsFor(mode, training)}`;
  return network["remember"](what, rows, inputs, () =>
    plan(requestFor(network, mode, rows, inputs, training)),
  );
}

/** What such a plan is made from, or one that predicts. */
export function requestFor(
  network: Network,
  mode: Mode,
  rows: number,
  inputs: readonly InputKind[],
  training?: Training,
): PlanRequest {
  const of = weightsFor(mode, training);
  return {
    mode,
    ...network.outputsRequest(rows, inputs),
    ...training,
    parameter: network["lookup"]((tensor) => network.placed(tensor, of)),
  };
}

const weightsFor = (mode: Mode, training?: Training): Weights =>
  mode === "train" ? (training?.of ?? "trained") : "own";
