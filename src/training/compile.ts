/** What compile() decides: loss, optimizer, metrics, schedule, and how they end up on the tape. */

import type { Field } from "../fields/fields.ts";
import { type Custom, optional, withDefault } from "../fields/objects.ts";
import { checkOptions, given } from "../fields/options.ts";
import type { Topology } from "../layers/configs.ts";
import { checkTrainable } from "../layers/trainable.ts";
import { ownLoss, resolveLoss } from "../losses/resolve.ts";
import { type LossConfig, type LossInput, lossField, type WithoutOptions } from "../losses/table.ts";
import { type MetricName, metricsField } from "../metrics/table.ts";
import type { Outputs } from "../network/predict.ts";
import type { OptimizerKind, Slot } from "../optimizers/kind.ts";
import {
  type OptimizerConfig,
  type OptimizerInput,
  optimizerField,
  optimizers,
} from "../optimizers/table.ts";
import { slotsOf } from "../optimizers/update.ts";
import type { Loss } from "../plan/loss.ts";
import type { ScheduleKind } from "../schedules/kind.ts";
import { parseSchedule } from "../schedules/parse.ts";
import {
  dependsOnEpochs,
  type ScheduleConfig,
  type ScheduleInput,
  scheduleField,
  schedules,
} from "../schedules/table.ts";
import { asking, type OwnLoss } from "./given.ts";
import { checkNames } from "./own.ts";

/** A metric of a program's own. Documents and files have its name alone: see load() for going on with it. */
export interface OwnMetric {
  /** What its figures are called in the history; with "val" before it for validation. */
  readonly name: string;
  /**
   * Of one batch: a number for each row, or one number, their mean. Figures are means over rows; with one number for a whole batch that
   * is no mean over rows (an F-score, say) they depend on the batch size.
   *
   * @param outputs [rows, …output shape]
   * @param targets of the same shape: labels as the loss sees them without smoothing, so 1 for the class and 0 (hinge: −1) for others
   */
  value(outputs: Outputs, targets: Outputs): number | ArrayLike<number>;
}

/** A metric by name or of the program's own; without its function, where it came from a document. */
export type AnyMetric = MetricName | OwnMetric;

/** What compile() takes: loss, optimizer, metrics, schedule. */
export interface TrainingOptions {
  /**
   * "meanSquaredError", …: a name, or a name with its options. Cross-entropies take `labelSmoothing` ε (default 0), Keras'
   * y · (1 − ε) + ε / classes (binary: ε / 2), for labels and values alike. As in Keras the loss of evaluate() and of
   * validation is that of smoothed targets too; metrics are not smoothed. Or a loss of your own: { name, value(outputs, targets),
   * gradient(outputs, targets) }.
   */
  loss: LossInput | WithoutOptions<OwnLoss | Custom>;
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
  schedule?: ScheduleInput | string;
  /** Names, or metrics of your own: { name, value(outputs, targets) }. Default none. */
  metrics?: readonly (MetricName | OwnMetric | Custom)[];
}

// Written out by name: the compiler would copy all these types consist of into the declarations.
export type CompileFields = {
  loss: ReturnType<typeof lossField>;
  optimizer: Field<OptimizerConfig, OptimizerInput, "defaulted">;
  schedule: Field<ScheduleConfig, ScheduleInput, "optional">;
  metrics: ReturnType<typeof metricsField>;
};

/** The options of compile() as fields, which a document's `training` has as well. */
export const compileFields = (): CompileFields => ({
  loss: lossField(),
  optimizer: withDefault(optimizerField(), "adam"),
  schedule: optional(scheduleField()),
  metrics: metricsField(),
});

/** The options of compile() among the fields of a checked `training`. */
export const compileOptionsOf = (training: TrainingOptions): TrainingOptions =>
  given(compileFields(), training) as TrainingOptions;

/** What was compiled: how a model is trained, apart from fit()'s settings. */
export interface CompiledTraining {
  readonly loss: Loss;
  readonly optimizer: OptimizerConfig;
  readonly slots: readonly Slot[];
  /** What optimizer and schedule do: what trains is loaded later, and not with all there are. */
  readonly kinds: { readonly optimizer: OptimizerKind; readonly schedule?: ScheduleKind };
  readonly metrics: readonly AnyMetric[];
  /** The same as plain JSON, every default written out. */
  readonly config: {
    loss: LossConfig | Custom;
    optimizer: OptimizerConfig;
    schedule?: ScheduleConfig;
    metrics: (MetricName | Custom)[];
  };
  /** Whether the learning rate of a step depends on how many epochs are trained in all. */
  readonly dependsOnEpochs: boolean;
}

/** What a document has of a function of the program's own: its name. */
const nameOf = (given: unknown): unknown =>
  typeof (given as Partial<OwnMetric> | null)?.value === "function"
    ? { name: (given as OwnMetric).name, custom: true }
    : given;

/**
 * @param ask calls the functions of a loss of the program's own, where they are elsewhere
 * @throws NablaError for unknown names and options, and for a loss that cannot follow the last layer's activation
 */
export function compileTraining(
  options: TrainingOptions,
  topology: Topology,
  ask?: Loss["own"],
): CompiledTraining {
  const fields = compileFields();
  checkOptions("compile", options, Object.keys(fields));
  const lossConfig = fields.loss.check(nameOf(options.loss), "loss");
  const optimizer = fields.optimizer.check(options.optimizer ?? fields.optimizer.fallback, "optimizer");
  const schedule =
    options.schedule === undefined
      ? undefined
      : typeof options.schedule === "string"
        ? parseSchedule(options.schedule)
        : fields.schedule.check(options.schedule, "schedule");
  const metrics = [...(options.metrics ?? [])];
  const named = fields.metrics.check(metrics.map(nameOf) as MetricName[], "metrics");
  checkNames(named);
  const loss =
    "custom" in lossConfig
      ? ownLoss(lossConfig.name, ask ?? asking(options.loss as OwnLoss | Custom))
      : resolveLoss(lossConfig);
  checkTrainable(loss, topology);
  return {
    loss,
    optimizer,
    slots: slotsOf(optimizer),
    kinds: { optimizer: optimizers[optimizer.name], schedule: schedule && schedules[schedule.name] },
    metrics: named.map((name, i) => (typeof name === "string" ? name : (metrics[i] as OwnMetric))),
    config: { loss: lossConfig, optimizer, ...(schedule && { schedule }), metrics: named },
    dependsOnEpochs: schedule !== undefined && dependsOnEpochs(schedule),
  };
}
