/** What compile() decides: loss, optimizer, metrics, schedule, and how they end up on the tape. */

import { didYouMean, NablaError } from "../errors.ts";
import { type Field, number } from "../fields/fields.ts";
import { type Custom, object, optional, orByName, record, withDefault } from "../fields/objects.ts";
import { checkOptions, given } from "../fields/options.ts";
import type { Topology } from "../layers/configs.ts";
import { checkHidden, checkLoss } from "../layers/trainable.ts";
import { ownLoss, resolveLoss } from "../losses/resolve.ts";
import { type LossConfig, type LossInput, lossField, type WithoutOptions } from "../losses/table.ts";
import { metricsField, type NamedMetric } from "../metrics/table.ts";
import type { OptimizerKind, Slot } from "../optimizers/kind.ts";
import {
  type OptimizerConfig,
  type OptimizerInput,
  optimizerField,
  optimizers,
} from "../optimizers/table.ts";
import { slotsOf } from "../optimizers/update.ts";
import type { AskLoss, Loss } from "../plan/loss.ts";
import type { ScheduleKind } from "../schedules/kind.ts";
import { parseSchedule } from "../schedules/parse.ts";
import {
  dependsOnEpochs,
  type ScheduleConfig,
  type ScheduleInput,
  type ScheduleOptions,
  scheduleField,
  schedules,
} from "../schedules/table.ts";
import type { Goal } from "./goals.ts";
import { checkNames } from "./own.ts";
import { type AnyMetric, isOwn, type OwnLoss, type OwnMetric } from "./ownFunctions.ts";

/** What compile() takes: loss, optimizer, metrics, schedule. */
export interface TrainingOptions {
  /**
   * "meanSquaredError", …: a name, or a name with its options. Cross-entropies take `labelSmoothing` ε (default 0), Keras'
   * y · (1 − ε) + ε / classes (binary: ε / 2), for labels and values alike. As in Keras the loss of evaluate() and of
   * validation is that of smoothed targets too; metrics are not smoothed. Or a loss of your own: { name, value(outputs, targets),
   * gradient(outputs, targets) }. Of several outputs each has a loss by its name, { digit: …, box: … }, or all have this one.
   */
  loss: AnyLoss | Readonly<Record<string, AnyLoss>>;
  /** What the losses of several outputs are multiplied by in their sum, by the outputs' names. Default 1. */
  lossWeights?: Readonly<Record<string, number>>;
  /**
   * Default "adam". Options are Keras': { name: "sgd", learningRate: 0.1, clipNorm: 1 }.
   *
   * `useEma: true` keeps a moving average of the weights: after step t it is Σᵢ βᵗ⁻ⁱ wᵢ / Σᵢ βᵗ⁻ⁱ over the steps i = 1 … t, with
   * β = `emaMomentum` (default 0.99), so nothing of the initial weights is in it. From the first step on the average *is* the
   * model's weights, during fit() as after it: predict, evaluate, validation, weights(), callbacks and the tensors of a saved file are
   * of the average. Loss and metrics of the rows trained on are of the trained weights, which are kept separately
   * ("optimizer.trained.…" in files) and continue from there with fit(…, { resume: true }), bit for bit.
   * setWeights() during a training sets the average only. As in Keras, moving means of batchNormalization are not averaged again.
   */
  optimizer?: OptimizerInput;
  /** η(t): a name with its options, or the short form "cosine+warmup:1". Default: constant. */
  schedule?: ScheduleOptions | string;
  /**
   * Names, names with options such as { name: "f1", average: "macro" }, or metrics of your own: { name, value(outputs, targets) }. By the
   * names of several outputs, or for all. Default none.
   */
  metrics?: MetricList | Readonly<Record<string, MetricList>>;
}

type AnyLoss = LossInput | WithoutOptions<OwnLoss | Custom>;

/** Metrics as programs write them. */
export type MetricList = readonly AnyMetric[];

// Written out by name: the compiler would copy all these types consist of into the declarations.
export type CompileFields = {
  loss: Field<LossConfig | Custom, AnyLoss | Readonly<Record<string, AnyLoss>>, "required">;
  lossWeights: Field<Record<string, number>, Readonly<Record<string, number>>, "optional">;
  optimizer: Field<OptimizerConfig, OptimizerInput, "defaulted">;
  schedule: Field<ScheduleConfig, ScheduleInput, "optional">;
  metrics: Field<(NamedMetric | Custom)[], MetricList | Readonly<Record<string, MetricList>>, "defaulted">;
};

/** The options of compile() as fields, which a document's `training` has as well. */
export const compileFields = (): CompileFields => ({
  loss: orByName(
    lossField(),
    isSingle,
    DOCS && "The loss of each of several outputs, by its name.",
  ) as CompileFields["loss"],
  lossWeights: optional(
    record(number({ min: 0 }), {
      doc: DOCS && "What the losses of several outputs are multiplied by in their sum. Default 1.",
    }),
  ),
  optimizer: withDefault(optimizerField(), "adam"),
  schedule: optional(scheduleField()),
  metrics: orByName(
    metricsField(),
    isSingle,
    DOCS && "The metrics of each of several outputs, by its name.",
  ) as CompileFields["metrics"],
});

/** The options of compile() among the fields of a checked `training`. */
export const compileOptionsOf = (training: TrainingOptions): TrainingOptions =>
  given(compileFields(), training) as TrainingOptions;

/** What was compiled: how a model is trained, apart from fit()'s settings. */
export interface CompiledTraining {
  /** One for each output. */
  readonly goals: readonly Goal[];
  /** Of the first output. */
  readonly loss: Loss;
  readonly optimizer: OptimizerConfig;
  readonly slots: readonly Slot[];
  /** What optimizer and schedule do: what trains is loaded later, and not with all there are. */
  readonly kinds: { readonly optimizer: OptimizerKind; readonly schedule?: ScheduleKind };
  /** The same as plain JSON, every default written out. */
  readonly config: {
    loss: LossConfig | Custom;
    lossWeights?: Record<string, number>;
    optimizer: OptimizerConfig;
    schedule?: ScheduleConfig;
    metrics: (NamedMetric | Custom)[];
  };
  /** Whether the learning rate of a step depends on how many epochs are trained in all. */
  readonly dependsOnEpochs: boolean;
}

/** The list of metrics; one need not be in a list. */
export const listOf = (metrics: unknown): MetricList =>
  (typeof metrics === "string" || (metrics as OwnMetric).name ? [metrics] : metrics) as MetricList;

/** An object with a value by each output's name, "value" among them; undefined for one value for all. */
function byName(given: unknown): object | undefined {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
  const { name, value } = given as { name?: unknown; value?: unknown };
  const one = (name !== undefined && typeof name !== "object") || typeof value === "function";
  return one ? undefined : given;
}

const isSingle = (given: unknown): boolean => !byName(given);

/** A value for all, or each of those by the names of outputs, changed. */
export function eachOf<T>(given: T, change: (one: never) => unknown): T {
  const record = byName(given);
  return (
    record
      ? Object.fromEntries(Object.entries(record).map(([name, one]) => [name, change(one as never)]))
      : change(given as never)
  ) as T;
}

/** @throws NablaError for a key that is no output's name */
function checkKeys(option: string, given: object = {}, names: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    throw new NablaError(
      names[0]
        ? `compile: ${option}: there is no output "${name}"${didYouMean(name, names)}; there are ${names.join(", ")}`
        : `compile: ${option}: the model has one output; expected no names, got "${name}"`,
    );
  }
}

/**
 * @param config what a document has of it
 * @param ask calls its functions, where they are elsewhere
 */
function lossOf(config: LossConfig | Custom, given: AnyLoss, ask?: AskLoss): Loss {
  if (!("custom" in config)) return resolveLoss(config);
  const { value, gradient } = given as Partial<OwnLoss>;
  if (value && typeof gradient !== "function")
    throw new NablaError(`loss "${config.name}": expected a function gradient(outputs, targets), too`);
  return ownLoss(config.name, ask ?? (given as OwnLoss | Custom));
}

/**
 * @param ask calls the functions of a loss of the program's own, where they are elsewhere
 * @throws NablaError for unknown names and options, and for a loss that cannot follow the last layer's activation
 */
export function compileTraining(
  options: TrainingOptions,
  topology: Topology,
  ask?: (output: number, ...rest: Parameters<AskLoss>) => ReturnType<AskLoss>,
): CompiledTraining {
  const fields = compileFields();
  checkOptions("compile", options, Object.keys(fields));
  const metrics = options.metrics ?? [];
  const { schedule: given } = options;
  const names = topology.outputs ? Object.keys(topology.outputs) : [undefined];
  const several = names.length > 1;
  for (const option of ["lossWeights", "loss", "metrics"] as const)
    checkKeys(option, byName(options[option]), several ? (names as string[]) : []);
  const config = object(fields).check({
    ...options,
    schedule: typeof given === "string" ? parseSchedule(given) : given,
    metrics: eachOf(metrics, listOf),
  }) as CompiledTraining["config"];
  checkHidden(topology);
  const goals = names.map((name, k): Goal => {
    const of = (given: object | string) =>
      ((byName(given) ?? { [name!]: given }) as Readonly<Record<string, unknown>>)[name!];
    const checked = of(config.loss);
    if (!checked)
      throw new NablaError(
        `compile: loss.${name ?? "name"}: missing; expected ${several ? names.join(", ") : "that of a loss"}`,
      );
    const loss = lossOf(
      checked as LossConfig,
      of(options.loss) as AnyLoss,
      ask && ((...rest) => ask(k, ...rest)),
    );
    checkLoss(loss, topology, k);
    const named = (of(config.metrics) ?? []) as CompiledTraining["config"]["metrics"];
    checkNames(named);
    return {
      ...(several && { name }),
      loss,
      factor: config.lossWeights?.[name!] ?? 1,
      metrics: named.map((each, i) => (isOwn(each) ? listOf(of(metrics))[i] : each)),
    };
  });
  const { optimizer, schedule } = config;
  return {
    goals,
    loss: goals[0].loss,
    optimizer,
    slots: slotsOf(optimizer),
    kinds: {
      optimizer: optimizers[optimizer.name],
      schedule: schedule && schedules[schedule.name],
    },
    config,
    dependsOnEpochs: !!schedule && dependsOnEpochs(schedule),
  };
}
