/** What compile() settles: loss, optimizer, metrics, schedule, and how they end up on the tape. */
import {
  loss as lossField,
  optimizer as optimizerField,
  schedule as scheduleField,
} from "./config/components.ts";
import type { LayerConfig } from "./config/config.ts";
import { choice, type Infer, type Input, list } from "./config/fields.ts";
import { METRICS, type MetricName } from "./config/names.ts";
import { checkTrainable, type Loss, resolveLoss } from "./losses/resolve.ts";
import type { Network } from "./network.ts";
import { emitUpdate, type OptimizerConfig, partialSums, type Slot, slotsOf } from "./optimizers/index.ts";
import { checkOptions } from "./options.ts";
import type { Update } from "./plan/plan.ts";
import { parseSchedule, rateAt } from "./schedules/index.ts";

export interface TrainingOptions {
  /** "adam", "meanSquaredError", …: a name, or a name with its options. */
  loss: Input<typeof lossField>;
  /** Default "adam". Options are Keras': { name: "sgd", learningRate: 0.1, clipNorm: 1 }. */
  optimizer?: Input<typeof optimizerField>;
  /** η(t): a name with its options, or the short form "cosine+warmup:1". Default: constant. */
  schedule?: Input<typeof scheduleField> | string;
  /** Default none. */
  metrics?: readonly MetricName[];
}

export interface CompiledTraining {
  readonly loss: Loss;
  readonly optimizer: OptimizerConfig;
  readonly slots: readonly Slot[];
  readonly metrics: readonly MetricName[];
  /** The same as plain JSON, every default written out. */
  readonly config: {
    loss: Infer<typeof lossField>;
    optimizer: OptimizerConfig;
    schedule?: Infer<typeof scheduleField>;
    metrics: MetricName[];
  };
  /** Whether the learning rate of a step depends on how many epochs are trained in all. */
  readonly dependsOnEpochs: boolean;
  update(network: Network): Update;
  /** The learning rate by step, for a training of so many epochs. */
  rate(epochs: number): (step: number, stepsPerEpoch: number) => number;
}

/** @throws NablaError for unknown names and options, and for a loss that cannot follow the last layer's activation */
export function compileTraining(options: TrainingOptions, layers: readonly LayerConfig[]): CompiledTraining {
  checkOptions("compile", options, ["loss", "optimizer", "schedule", "metrics"]);
  const lossConfig = lossField.check(options.loss, "loss");
  const optimizer = optimizerField.check(options.optimizer ?? "adam", "optimizer");
  const schedule =
    options.schedule === undefined
      ? undefined
      : typeof options.schedule === "string"
        ? parseSchedule(options.schedule)
        : scheduleField.check(options.schedule, "schedule");
  const metrics = list(choice(METRICS)).check([...(options.metrics ?? [])], "metrics");
  const loss = resolveLoss(lossConfig);
  checkTrainable(loss, layers);
  return {
    loss,
    optimizer,
    slots: slotsOf(optimizer),
    metrics,
    config: { loss: lossConfig, optimizer, ...(schedule && { schedule }), metrics },
    dependsOnEpochs: schedule?.name === "cosine" && schedule.decayEpochs === undefined,
    update: (network) => ({
      penalties(builder) {
        for (const { spec, value, gradient } of network.trained) {
          const { l1, l2 } = spec;
          if (l1 === 0 && l2 === 0) continue;
          const n = value.bytes / 4;
          const sums = partialSums(builder, `partial sums of the penalty on ${value.name}`, n);
          builder.emit("PENALTY", { w: value.offset, dw: gradient.offset, n, sums, l1, l2 });
          builder.emit("PENALTY_LOSS", { sums, n, step: builder.step });
        }
      },
      update: (builder) => emitUpdate(builder, optimizer, network.flat),
    }),
    rate: (epochs) =>
      schedule
        ? (step, stepsPerEpoch) => rateAt(schedule, optimizer.learningRate, step, stepsPerEpoch, epochs)
        : () => optimizer.learningRate,
  };
}
