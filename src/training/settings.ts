/**
 * fit()'s settings: what JSON can hold of its options, each declared once. A field here is an option of fit(), a field of a document's
 * `training`, kept in checkpoints, compared by a resumed run and sent to a worker.
 */
import type { AugmentOptions } from "../data/augment/effects.ts";
import { type AugmentConfig, augmentFields } from "../data/augment/fields.ts";
import { prefixed } from "../errors.ts";
import { bool, type Field, type Infer, type Input, int, number } from "../fields/fields.ts";
import { object, optional, record } from "../fields/objects.ts";
import { given } from "../fields/options.ts";
import { isA } from "../tags.ts";
import { type SplitRule, splitField, type ValidationSplit } from "./splitRule.ts";

/** The seed of a model or a training. */
export const seedField = () =>
  int({ min: 0, wide: true, default: 0, doc: DOCS && "What every random choice depends on." });

/** Factors of the loss by class; "balanced" is in the inverse ratio of how many rows to train on each class has. */
export type ClassWeight = Readonly<Record<string, number>> | "balanced";

/** The same as programs write it: by the numbers of classes, or by their names. */
export type WrittenClassWeight =
  | Readonly<Record<string, number>>
  | readonly number[]
  | ReadonlyMap<number | string, number>
  | "balanced";

/** As documents have it. */
function classWeights(doc: string): Field<ClassWeight> {
  const factors = record(number({ min: 0 }), { keys: /^(0|[1-9][0-9]*)$/ });
  return {
    presence: "required",
    expected: TRAINING && `"balanced", or ${factors.expected}`,
    check: (value, path) => (value === "balanced" ? value : factors.check(value, path)),
    jsonSchema: DOCS && (() => ({ anyOf: [factors.jsonSchema(), { const: "balanced" }], description: doc })),
  };
}

/**
 * @param classWeight, augment, validationSplit read by fields of their own in documents; in programs by the code that works by them
 */
const settings = <W, A, V>(
  classWeight: Field<ClassWeight, W>,
  augment: Field<AugmentConfig, A>,
  validationSplit: Field<SplitRule, V, "defaulted">,
) =>
  object({
    /** Rows per step. Default 32. */
    batchSize: int({ min: 1, wide: true, default: 32, doc: DOCS && "Rows per step." }),
    /**
     * Rows of a batch that pass through the network at once. Default: all. Gradients of the pieces add up to that of the batch
     * (Keras' gradientAccumulationSteps is batchSize / microBatchSize), and there is still one update for each batch: memory is that
     * of the smaller batch, weights, loss and metrics have the bits of the larger (of more than 1,024 rows: the same up to rounding, because
     * so many are added up in blocks). Only batchNormalization, which looks across the rows it is given, normalises each piece by
     * itself, and its moving means follow the last piece of each batch.
     */
    microBatchSize: optional(
      int({
        min: 1,
        wide: true,
        doc:
          DOCS &&
          "Rows of a batch that pass through the network at once, to take less memory. The result is the same, except with batch normalisation.",
      }),
    ),
    /**
     * Cuts each batch of n rows into so many shards, a power of two: shard s has the rows ⌊s · n / shards⌋ … ⌊(s + 1) · n / shards⌋ − 1. The
     * gradient of the batch is then the sum of theirs along a fixed binary tree: shards 0 and 1, 2 and 3, …, then those sums, and so on, in
     * float32. Loss and metrics are added alike. So its bits do not depend on where shards are computed: nabla/mpi spreads them over
     * processes and machines. They are not the bits of a training without shards, or with another number. batchNormalization normalises each shard by
     * itself, and its moving means follow the last one. Default: none.
     */
    shards: optional(
      int({
        min: 1,
        max: 4096,
        doc:
          DOCS &&
          "Cuts each batch into so many shards, a power of two, whose gradients are added along a fixed tree: the same bits on any number of machines.",
      }),
    ),
    /** Passes over the data. Default 1. */
    epochs: int({ min: 1, wide: true, default: 1, doc: DOCS && "Passes over the data." }),
    /** Another seed for the order of rows and the split. Default: the model's. */
    seed: seedField(),
    /** Visit rows in another order each epoch. Default true. */
    shuffle: bool({ default: true, doc: DOCS && "Visit the rows in another order each epoch." }),
    /** Leave out an epoch's last batch where it is smaller. Which rows these are is another choice each epoch. Default false. */
    dropLast: optional(bool({ doc: DOCS && "Leave out an epoch's last batch where it is smaller." })),
    /** Batches after which an epoch ends: of data that has no end, or before all rows were visited. Default: all. */
    stepsPerEpoch: optional(
      int({
        min: 1,
        wide: true,
        doc: DOCS && "Batches after which an epoch ends, before all rows were visited.",
      }),
    ),
    /**
     * Share of the rows to validate on instead of training on them: any rows, the same share of every class, a class's only row left out. With
     * `shuffle: false` and for data in the order of time the last rows; whole groups of data that has groups. `{ fraction: 0.2, from: "end" }`
     * (or "random", "groups") says which; a function of a row's number whether it is one of them: `(row) => row >= 800`. Default 0.
     */
    validationSplit,
    /**
     * Factors of the loss, by class: { 3: 10 }, { cat: 10 } or [1, 1, 1, 10]. "balanced": rows / (classes · rows of the class), counted over the rows
     * to train on, so that every class has the same weight altogether.
     */
    classWeight: optional(classWeight),
    /** Trains on every image and on copies moved by so many pixels up, down, left and right, as shifted() makes them. */
    shifted: optional(
      int({
        min: 1,
        doc:
          DOCS &&
          "Trains on five times the rows: every image also moved by so many pixels up, down, left and right.",
      }),
    ),
    /** Trains on images moved, turned, bent, … differently every epoch, as augment() makes them; validates on them unchanged. */
    augment: optional(augment),
  });

/** As a document's `training` has them. */
export const documentSettings = () =>
  settings(
    classWeights(DOCS && "Factors of the loss by class number, 1 for those left out. Or balanced."),
    augmentFields(),
    splitField(
      DOCS && "Share of the rows to validate on instead of training on them. Or which rows that share is.",
    ),
  );

/** A value that is checked where it is used. @param read makes plain JSON of it */
const later = <Out, In>(read: (value: In) => Out): Field<Out, In, "required"> => ({
  presence: "required",
  expected: "a value",
  check: (value) => read(value as In),
  jsonSchema: DOCS && (() => ({})),
});

/** A function becomes a rule when rows are chosen. */
const laterSplit = (): Field<SplitRule, ValidationSplit, "defaulted"> => ({
  ...later<SplitRule, ValidationSplit>((split) => split as SplitRule),
  presence: "defaulted",
  fallback: 0,
});

/** As fit() takes them. Numbers of classes are known with the data only; what reads `augment` is loaded by trainings that move images. */
export const fitSettings = () =>
  settings(
    later(
      (weights: WrittenClassWeight): ClassWeight =>
        weights === "balanced"
          ? weights
          : ((isA("Map", weights) ? Object.fromEntries(weights as never) : { ...weights }) as Record<
              string,
              number
            >),
    ),
    later((augment: AugmentOptions) => augment as AugmentConfig),
    laterSplit(),
  );

/** What may be written: every one may be left out. */
export type FitSettings = Input<ReturnType<typeof fitSettings>>;
/** With defaults filled in; plain JSON. */
export type Settings = Infer<ReturnType<typeof fitSettings>>;

/** What a run was started with: a resumed one must agree. */
export interface RunSettings extends Settings {
  /** How many rows are trained on. */
  rows: number;
}

/**
 * fit()'s settings with their defaults, those of a resumed run first.
 * @throws NablaError for values that make no sense
 */
export function readSettings(options: FitSettings, saved: Settings | undefined, seed: number): Settings {
  const { fields, check } = fitSettings();
  const given = options as Record<string, unknown>;
  const before: Record<string, unknown> = { seed, ...saved };
  const merged = Object.fromEntries(Object.keys(fields).map((name) => [name, given[name] ?? before[name]]));
  return prefixed("fit: ", () => check(merged));
}

/** The settings among the fields of a checked `training`. */
export const settingsOf = (training: Settings): Settings => given(fitSettings().fields, training) as Settings;
