/** A forward and a backward pass on rows that are one batch, at once, without an update. */
import { type Dataset, range } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { checkGiven } from "../fields/programs.ts";
import type { Network } from "../network/network.ts";
import { planFor, type Training } from "../network/plans.ts";
import type { Plan } from "../plan/plan.ts";
import { beginStep } from "../plan/step.ts";
import { BatchLoader, checkFit } from "./batch.ts";
import { checkNames } from "./called.ts";
import { byNumbers } from "./classes.ts";
import { runWithLoss } from "./given.ts";
import { type Goal, kindsOf, objectivesOf } from "./goals.ts";
import { type GradientOptions, weightOptions } from "./options.ts";
import type { ModelToScore } from "./scores.ts";
import { takes } from "./takes.ts";
import { weightingOf } from "./weighting.ts";

/**
 * @param who begins errors
 * @param prepare the network that is run, and what its plan is to do besides
 * @returns where the core has what came of it
 * @throws NablaError for data and targets that do not fit, and where the loss is not finite
 */
export function pass(
  who: string,
  subject: ModelToScore,
  dataset: Dataset,
  options: GradientOptions,
  prepare: (network: Network) => readonly [Network, Omit<Training, "objectives">],
): { network: Network; plan: Plan; goals: readonly Goal[]; rows: number } {
  checkGiven(who, options, weightOptions());
  const { goals } = subject.state.required;
  const built = subject.build(dataset.inputShape);
  checkFit(dataset, built, goals);
  const { classes } = built.about.metadata;
  checkNames(dataset, classes);
  const weighting = weightingOf(who, dataset, built, goals, byNumbers(options, dataset, classes));
  const [network, more] = prepare(built);
  const rows = dataset.length;
  const indices = range(rows);
  const loader = new BatchLoader(network, dataset, goals, weighting);
  const ready = loader.readNow(who, indices);
  const objectives = objectivesOf(goals, dataset, network);
  const plan = planFor(network, "train", rows, kindsOf(dataset, network), { objectives, ...more });
  loader.copy(plan, indices, ready);
  loader.check(`${who}: `, plan, indices);
  checkTargets(`${who}: ${dataset.name}`, network, plan, goals, rows);
  beginStep(network.core, plan.step, { rows: more.update ? rows : 1 });
  if (!runWithLoss(network, plan, goals, rows, plan.marks.update, () => loader.scored(plan, rows)))
    throw new NablaError(`${who}: the loss of these rows is not a finite number`);
  return { network, plan, goals, rows };
}

/** Refuses the targets that evaluate() refuses, in fewer words than domain.ts: these rows are one batch, looked at where they lie in memory. */
function checkTargets(
  who: string,
  { core }: Network,
  { outputs }: Plan,
  goals: readonly Goal[],
  rows: number,
): void {
  for (const [k, { yKind, y, each, units }] of outputs.entries()) {
    const { name, domain } = goals[k].loss;
    if (!domain || yKind !== "values") continue;
    for (let i = 0; i < rows * each; i++) {
      const values = core.f32(y!.offset + 4 * units * i, units);
      // of a class, or of shares of classes: none, or several at once
      let [sum, ones] = [0, 0];
      for (const value of values) {
        sum += takes(domain, value) ? value : Number.NaN;
        if (value === 1) ones++;
      }
      const none = /^[do]/.test(domain) && (sum === 0 || (ones > 1 && ones === sum));
      if (none || Number.isNaN(sum))
        throw new NablaError(
          `${who}: row ${Math.floor(i / each)}: loss "${name}" does not take the targets [${values}]; evaluate() says why`,
        );
    }
  }
}
