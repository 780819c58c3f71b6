/** What each output of a network is trained for, and which of a data set's inputs and targets belong to which. */
import type { Dataset, Target } from "../data/dataset.ts";
import { inputPlaces, inputsIn, targetPlaces } from "../data/places.ts";
import { NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { Loss } from "../plan/loss.ts";
import type { InputKind } from "../plan/operation.ts";
import type { Objective } from "../plan/plan.ts";
import type { AnyMetric } from "./ownFunctions.ts";
import { targetKind } from "./pixels.ts";

/** What an output is trained for. */
export interface Goal {
  /** Of the output; undefined where there is only one. */
  readonly name?: string;
  readonly loss: Loss;
  /** What its loss is multiplied by in the sum of all. */
  readonly factor: number;
  readonly metrics: readonly AnyMetric[];
}

/** The targets of each output. @throws NablaError where names do not fit */
export function targetsOf(dataset: Dataset, { architecture }: Network): Target[] {
  const { outputs } = architecture;
  if (dataset.parts) return targetPlaces(dataset, outputs, "targets").map(({ part }) => part.target);
  if (outputs.length === 1) return [dataset.target];
  throw several(dataset, "outputs", outputs);
}

/** How the rows of each input arrive. @throws NablaError where names or shapes do not fit */
export function kindsOf(dataset: Dataset, network: Network): InputKind[] {
  const { inputs } = network.architecture;
  if (!dataset.parts && inputs.length > 1) throw several(dataset, "inputs", inputs);
  const parts = dataset.parts
    ? inputPlaces(dataset, inputs, "inputs").map(({ part }) => part)
    : inputsIn(dataset, "");
  return parts.map(({ type, scale, scaleUnsaid }, i) => ({
    type,
    scale: scaleUnsaid && network.reading ? network.scaleOf(i) : scale,
  }));
}

const several = (
  { name }: Dataset,
  what: "inputs" | "outputs",
  all: readonly { readonly name: string }[],
): NablaError => {
  const record = `{ ${all.map((each) => each.name).join(", ")} }`;
  return new NablaError(
    `${name}: the model has ${all.length} ${what}: expected ${what === "inputs" ? "x" : "y"} as ${record}, or a data set made with joinDatasets(), got one array`,
  );
};

/** What a plan is told of the goals. */
export function objectivesOf(goals: readonly Goal[], dataset: Dataset, network: Network): Objective[] {
  const targets = targetsOf(dataset, network);
  return goals.map(({ loss, factor }, k) => ({
    loss,
    target: targetKind(targets[k], network.outputShapes[k], loss),
    ...(factor !== 1 && { factor }),
  }));
}
