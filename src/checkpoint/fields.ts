/** The fields of a checkpoint's document: one check for all that reads them. */
import { NablaError } from "../errors.ts";
import {
  anything,
  bool,
  choice,
  exactly,
  type Field,
  int,
  list,
  number,
  show,
  string,
} from "../fields/fields.ts";
import { object, optional, record } from "../fields/objects.ts";
import { CHECKPOINT_VERSION } from "./document.ts";

/** Unlike in configurations, where only finite numbers make sense: a diverged loss is part of the history. */
const figure = (): Field<number> => ({
  presence: "required",
  expected: "a number",
  check(value, path = "") {
    if (typeof value === "number") return value;
    throw new NablaError(`${path}: expected a number, got ${show(value)}`);
  },
  jsonSchema: DOCS && (() => ({})),
});
const scaled = () =>
  object({ mean: list(figure()), scale: list(figure()), columns: optional(list(string())) });
const count = () => int({ min: 0, wide: true });

/** Of the whole document, but for the configuration, which is checked where its layers are known. Arrays of callbacks are in their places. */
export const documentField = () =>
  object({
    version: exactly(CHECKPOINT_VERSION),
    config: anything(),
    progress: object({
      epoch: count(),
      batch: count(),
      step: count(),
      seed: count(),
      begun: optional(object({ epoch: count(), step: count() })),
      rateFactor: number(),
      baseRate: optional(number({ min: 0 })),
      weightsSet: optional(bool()),
      history: list(record(figure())),
      running: record(anything()),
      stopped: optional(string()),
      finished: optional(bool()),
    }),
    callbacks: record(anything()),
    classes: optional(list(string())),
    standardisation: optional(scaled()),
    targetScale: optional(scaled()),
    inputs: optional(list(object({ type: choice(["uint8", "float32"]), scale: number() }))),
    dataset: optional(
      object({
        name: string(),
        length: count(),
        inputShape: list(count()),
        fingerprint: optional(string()),
      }),
    ),
    extra: optional(record(anything())),
  });
