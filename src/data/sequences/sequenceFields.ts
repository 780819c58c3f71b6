/** The options of sequences, as fields: sequences.ts says in docstrings what they do. */
import { bool, choice, int, list, number, string } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import { targetScaleField } from "../standardisationField.ts";

/** What becomes of sequences with more steps than a row. */
const KEPT = ["first", "last"] as const;

/** What is done about values that are missing. */
const MISSING = ["error", "fill", "drop"] as const;

/** What has a target: a sequence, or every step of it. */
export const TARGETS = ["sequence", "each"] as const;

export const sequenceFields = () => ({
  label: optional(string()),
  ignore: optional(list(string())),
  task: optional(choice(["auto", "classification", "regression"])),
  targets: optional(choice(TARGETS)),
  ids: optional(bool()),
  steps: optional(int({ min: 1 })),
  keep: optional(choice(KEPT)),
  missing: optional(choice(MISSING)),
  standardise: optional(bool()),
  targetScale: optional(targetScaleField()),
  testFraction: optional(number({ min: 0, exclusiveMax: 1 })),
  seed: optional(int({ min: 0, wide: true })),
});
