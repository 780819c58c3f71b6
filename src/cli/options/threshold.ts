/** --threshold: above which value a model's only output says class 1. */
import type { Command } from "commander";
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { ThresholdBy } from "../../training/chooseThreshold.ts";
import { NUMBER } from "./values.ts";

export interface ThresholdFlags {
  /** A number, or what it is to make as large as it can be on the rows validated on. */
  threshold?: number | ThresholdBy;
}

/** A number instead of the model's own. */
export interface OwnThreshold {
  threshold?: number;
}

// that code is loaded where it is used
const THRESHOLD_BY: readonly string[] = Object.keys({
  f1: true,
  youden: true,
  accuracy: true,
} satisfies Record<ThresholdBy, true>);
const NAMES = `${THRESHOLD_BY.slice(0, -1).join(", ")} or ${THRESHOLD_BY.at(-1)}`;

/** For what trains. */
export const thresholdFlag = (command: Command): Command =>
  command.option(
    "--threshold <NUMBER|FIGURE>",
    `two classes, one output: above what it says the second; a number, or the one with the best ${NAMES} of the rows validated on (default: 0.5)`,
    (text) => {
      if (THRESHOLD_BY.includes(text)) return text;
      if (NUMBER.test(text.trim())) return Number(text);
      throw new NablaError(`--threshold: expected a number, ${NAMES}, got ${show(text)}`);
    },
  );

/** For what asks a model. */
export const ownThresholdFlag = (command: Command): Command =>
  command.option(
    "--threshold <NUMBER>",
    "two classes, one output: above what it says the second (default: the model's own, see train)",
    (text) => {
      if (NUMBER.test(text.trim())) return Number(text);
      throw new NablaError(
        `--threshold: expected a number, got ${show(text)}${THRESHOLD_BY.includes(text) ? `: nabla train --threshold ${text} chooses one, which the model keeps` : ""}`,
      );
    },
  );
