/**
 * What a training chooses by name: losses, optimizers, schedules. Each may be written as its name alone; its fields then have their
 * defaults, which are those of Keras unless said otherwise.
 */
import { bool, number } from "../fields/fields.ts";
import { object, optional, orName, shared, variant } from "../fields/objects.ts";
import type { LossName, OptimizerName, ScheduleName } from "./names.ts";

const none = object({});

const smoothing = (classes: string) => ({
  labelSmoothing: number({
    min: 0,
    exclusiveMax: 1,
    default: 0,
    doc: `ε: targets become y · (1 − ε) + ε / ${classes}, in training and in evaluation.`,
  }),
});
export const loss = shared(
  "loss",
  orName(
    variant("name", {
      meanSquaredError: object({}, { doc: "Mean of (a - y)² over the outputs." }),
      quadratic: object({}, { doc: "½ Σ (a - y)²." }),
      meanAbsoluteError: none,
      huber: object({
        delta: number({ exclusiveMin: 0, default: 1, doc: "Where the square turns into a line." }),
      }),
      binaryCrossentropy: object(smoothing("2"), {
        doc: "Mean over the outputs of −y·log a − (1 − y)·log(1 − a).",
      }),
      crossEntropy: object(smoothing("2"), { doc: "Binary cross-entropy summed over the outputs." }),
      categoricalCrossentropy: object(smoothing("classes"), {
        doc: "−Σ y·log a; integer labels are welcome.",
      }),
      sparseCategoricalCrossentropy: object(smoothing("classes")),
      hinge: none,
      categoricalHinge: none,
      perceptron: none,
    } satisfies Record<LossName, unknown>),
  ),
);

const rate = (value: number) => number({ exclusiveMin: 0, default: value });
const share = (value: number, doc: string) => number({ min: 0, exclusiveMax: 1, default: value, doc });
// below 1e-38 a float32 would be zero, and 0 / 0 would reach the padding
const epsilon = number({ min: 1e-38, default: 1e-7, doc: "Keeps divisions finite." });
const common = {
  clipValue: optional(number({ exclusiveMin: 0, doc: "Each gradient is cut to ± this." })),
  clipNorm: optional(number({ exclusiveMin: 0, doc: "Gradients are scaled down to this Euclidean norm." })),
  useEma: bool({ default: false, doc: "The model's weights are a moving average of those trained." }),
  emaMomentum: share(0.99, "Share of the average kept each step."),
};
const decay = (value: number) => ({
  weightDecay: number({ min: 0, default: value, doc: "Each step takes off learningRate · weightDecay · w." }),
});
const momentum = object({
  learningRate: rate(0.01),
  momentum: share(0.9, "Share of the last step kept."),
  ...decay(0),
  ...common,
});
const moments = {
  learningRate: rate(0.001),
  beta1: share(0.9, "Decay of the mean of gradients."),
  beta2: share(0.999, "Decay of the mean of their squares."),
  epsilon,
};
export const optimizer = shared(
  "optimizer",
  orName(
    variant("name", {
      sgd: object({ learningRate: rate(0.01), ...decay(0), ...common }),
      momentum,
      nesterov: momentum,
      adam: object({ ...moments, ...decay(0), ...common }),
      adamw: object({ ...moments, ...decay(0.004), ...common }),
      rmsprop: object({
        learningRate: rate(0.001),
        rho: share(0.9, "Decay of the mean of squared gradients."),
        momentum: share(0, "Share of the last step kept."),
        epsilon,
        ...decay(0),
        ...common,
      }),
      adagrad: object({
        learningRate: rate(0.001),
        initialAccumulatorValue: number({ min: 0, default: 0.1 }),
        epsilon,
        ...decay(0),
        ...common,
      }),
    } satisfies Record<OptimizerName, unknown>),
  ),
);

const warmup = {
  warmupEpochs: number({
    min: 0,
    default: 0,
    doc: "The rate first rises evenly from 0, for so many epochs (fractions allowed).",
  }),
};
const decayEpochs = number({
  exclusiveMin: 0,
  default: 1,
  doc: "t counts in units of so many epochs, in fractions.",
});
export const schedule = shared(
  "schedule",
  orName(
    variant("name", {
      constant: object({ ...warmup }),
      step: object({
        everyEpochs: number({ exclusiveMin: 0, default: 10 }),
        factor: number({
          exclusiveMin: 0,
          max: 1,
          default: 0.1,
          doc: "What the rate is multiplied by, each time.",
        }),
        ...warmup,
      }),
      exponential: object(
        { decayRate: number({ exclusiveMin: 0, max: 1, default: 0.96 }), decayEpochs, ...warmup },
        { doc: "learningRate · decayRate^t." },
      ),
      inverseTime: object(
        { decayRate: number({ min: 0, default: 0.5 }), decayEpochs, ...warmup },
        { doc: "learningRate / (1 + decayRate · t)." },
      ),
      cosine: object(
        {
          decayEpochs: optional(
            number({
              exclusiveMin: 0,
              doc: "Epochs down to the floor. By default all that follow the warm-up.",
            }),
          ),
          alpha: number({ min: 0, max: 1, default: 0, doc: "The floor, as a share of learningRate." }),
          ...warmup,
        },
        { doc: "Falls along half a cosine." },
      ),
    } satisfies Record<ScheduleName, unknown>),
  ),
);
