/** Callbacks that watch a figure: which one, and what counts as better. */

import { didYouMean, NablaError } from "../errors.ts";
import { demandText } from "../fields/expected.ts";
import { choice, type Infer, int, number, string } from "../fields/fields.ts";
import { figureMeant, higherIsBetter } from "../metrics/direction.ts";
import { type Callback, inOrder, type Logs } from "./callback.ts";

export const monitor = () =>
  string({ default: "valLoss", doc: DOCS && "The figure to watch: loss, valLoss, valAccuracy, …" });
export const mode = () =>
  choice(["auto", "min", "max"], { default: "auto", doc: DOCS && "Whether smaller or larger is better." });
export const patience = (value: number, doc: string) => int({ min: 0, wide: true, default: value, doc });
export const minDelta = (value: number) =>
  number({ min: 0, default: value, doc: DOCS && "What does not count as an improvement." });

/** Figures that a program's own callbacks add to the logs are judged by their names. */
const LIKE_THEM = /accuracy|precision|recall|f1/i;

/** Whether lower or higher is better: "auto" takes higher for accuracies, precision, recall and f1. */
export type Direction = Infer<ReturnType<typeof mode>>;

/** As Keras and TensorFlow.js write it: "val_loss" for "valLoss". */
const camel = (monitor: string): string =>
  monitor.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** The monitored figure, by any of its metric's names; or an error that lists the figures there are. */
export function monitored(who: string, monitor: string, logs: Logs): number {
  const names = Object.keys(logs);
  const figure = figureMeant(monitor, names) ?? figureMeant(camel(monitor), names);
  if (figure === undefined) {
    const hint =
      monitor.startsWith("val") && !names.includes("valLoss")
        ? "; pass validationData or validationSplit to have validation figures"
        : "";
    throw new NablaError(
      `${who}: there is no "${monitor}" to monitor${didYouMean(monitor, names)}; this run reports ${names.join(", ")}${hint}`,
    );
  }
  return logs[figure]!;
}

type Hook = NonNullable<Callback["onEpochEnd"]>;

/** Who watches which figure. */
interface Watched {
  readonly who: string;
  /** None: "" or undefined. */
  readonly monitor?: string;
}

/** Where a hook says which figure it watches; what loads later has a copy of this module. */
const WATCHES = /* @__PURE__ */ Symbol.for("nabla.watches");

/** Marks a hook as one of this library, which adds no figures. What a program has in its place, around it perhaps, may. */
export const watching = <H extends Hook>(watched: Watched, onEpochEnd: H): H =>
  Object.assign(onEpochEnd, { [WATCHES]: watched });

/**
 * @param figures the names of those that the training reports
 * @throws NablaError for a callback that watches another one, unless a callback of the program's own before it may add that
 */
export function checkWatched<M>(callbacks: readonly Callback<M>[], figures: readonly string[]): void {
  const logs = Object.fromEntries(figures.map((name) => [name, 0])) as Logs;
  for (const { onEpochEnd } of inOrder(callbacks)) {
    if (!onEpochEnd) continue;
    const watched = (onEpochEnd as { readonly [WATCHES]?: Watched })[WATCHES];
    if (!watched) return;
    if (watched.monitor) monitored(watched.who, watched.monitor, logs);
  }
}

export function better(
  monitor: string,
  direction: Direction,
  minDelta: number,
): (value: number, best: number) => boolean {
  demandText("monitor", "the name of a figure", monitor);
  const up =
    direction === "max" ||
    (direction === "auto" && (higherIsBetter(camel(monitor)) || LIKE_THEM.test(monitor)));
  return up ? (value, best) => value > best + minDelta : (value, best) => value < best - minDelta;
}
