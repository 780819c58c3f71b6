/** How a training is shown: one line that is updated, and one that stays per epoch. Or JSON lines. */

import { type Callback, type Logs, TELLING, type TrainedModel } from "../callbacks/callback.ts";
import { watching } from "../callbacks/monitor.ts";
import { internalsOf } from "../model/internals.ts";
import type { Model } from "../model/model.ts";
import type { Terminal } from "./terminal.ts";
import { duration, shown, words } from "./text/format.ts";
import { inUnits, type TargetScale, unitsOf } from "./units.ts";

export interface Speed {
  callback: Callback;
  batchSize: number;
  /** Rows per second of the epoch that is running or was last finished. */
  samplesPerSecond(): number;
  /** The same as people read it. */
  rate(): string;
}

/**
 * Counts rows against the clock, validation left out.
 * @param rows of an epoch; 0 where batches come from an iterator, which are counted then
 */
export function speedometer(rows: number, batchSize: number): Speed {
  const perSecond = () => (seen === 0 ? 0 : (seen * 1000) / Math.max(until - since, 0.01));
  let seen = 0;
  let since = 0;
  let until = 0;
  return {
    batchSize: rows ? batchSize : 1,
    callback: {
      name: TELLING,
      onTrainBegin() {
        seen = 0;
        since = performance.now();
      },
      onEpochBegin() {
        seen = 0;
        since = performance.now();
      },
      onBatchEnd(batch) {
        seen += rows ? Math.min(batchSize, rows - batch * batchSize) : 1;
        until = performance.now();
      },
    },
    samplesPerSecond: perSecond,
    rate: () => `${Math.round(perSecond()).toLocaleString("en")} ${rows ? "rows" : "steps"}/s`,
  };
}

/** {"event":"epoch", …}, epochs from 1. */
export function jsonLines(speed: Speed, { printJson }: Terminal, targets?: TargetScale): Callback {
  return {
    onEpochEnd: watching({ who: TELLING }, (epoch, logs) => {
      printJson({
        event: "epoch",
        epoch: epoch + 1,
        ...inUnits(logs, targets),
        samplesPerSecond: Math.round(speed.samplesPerSecond()),
      });
    }),
  };
}

const PARTS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

function bar(share: number, width: number, { cyan, dim }: Terminal): string {
  const eighths = Math.round(share * width * 8);
  const full = "█".repeat(Math.floor(eighths / 8)) + PARTS[eighths % 8];
  return cyan(full) + dim("░".repeat(width - full.length));
}

export function progressLine(
  speed: Speed,
  epochs: number,
  terminal: Terminal,
  targets?: TargetScale,
): Callback & { clear(): void } {
  const { bold, columns, dim, print, rewrite } = terminal;
  let drawn = 0;
  let begun = performance.now();
  let running = 0;
  const clear = () => {
    if (drawn) rewrite("");
    drawn = 0;
  };
  const pad = String(epochs).length;
  const label = (epoch: number) => `epoch ${String(epoch + 1).padStart(pad)}/${epochs}`;
  return {
    name: TELLING,
    clear,
    onTrainBegin() {
      begun = performance.now();
    },
    onEpochBegin(epoch) {
      running = epoch;
      begun = performance.now();
    },
    onBatchEnd(_batch, logs, context) {
      const now = performance.now();
      if (now - drawn < 80) return;
      drawn = now;
      const { batchesPerEpoch, step } = context;
      // an iterator may not say how many batches it has
      const known = Number.isFinite(batchesPerEpoch);
      const share = (step % batchesPerEpoch || batchesPerEpoch) / batchesPerEpoch;
      const eta =
        ((epochs * batchesPerEpoch - step) * speed.batchSize) / Math.max(speed.samplesPerSecond(), 1e-3);
      const epoch = known ? Math.floor((step - 1) / batchesPerEpoch) : running;
      const tail = [
        ...figures(inUnits(logs, targets)),
        speed.rate(),
        ...(known ? [`ETA ${eta < 1 ? "< 1 s" : duration(eta)}`] : []),
      ];
      const head = label(epoch);
      const room = columns() - 1 - head.length - 7;
      while (tail.length > 1 && tail.join("  ").length + 2 > room - 8)
        tail.splice(tail.length > 2 ? -2 : -1, 1);
      const width = Math.min(30, Math.max(0, room - tail.join("  ").length - 2));
      const done = known
        ? `${bar(share, width, terminal)} ${String(Math.floor(share * 100)).padStart(3)} %`
        : `step ${step.toLocaleString("en")}`;
      rewrite(`${bold(head)} ${done}  ${tail.join("  ")}`);
    },
    onEpochEnd: watching({ who: TELLING }, (epoch, logs) => {
      clear();
      const { learningRate: _, ...rest } = logs;
      const took = (performance.now() - begun) / 1000;
      const seconds = duration(took);
      const line = figures(inUnits(rest as Logs, targets))
        .map((text) => `  ${text}`)
        .join("");
      const room = columns() - label(epoch).length - line.length - 2;
      // a rate over a few milliseconds means nothing
      const tail = [...(took < 0.1 ? [] : [`${seconds}, ${speed.rate()}`]), seconds, ""].find(
        (text) => text.length < room,
      );
      print(`${bold(label(epoch))}${line}  ${dim(tail ?? "")}`.trimEnd());
    }),
  };
}

const figures = (logs: Logs): string[] =>
  Object.entries(logs).map(([name, value]) => `${words(name)} ${shown(name, value)}`);

/** The same for a program's own fit(): what is trained says how many rows there are. Only the lines of epochs where nobody looks. */
export function progressOf(terminal: Terminal): Callback {
  let shows: readonly Callback[] = [];
  const all = (call: (callback: Callback) => unknown) => {
    for (const callback of shows) call(callback);
  };
  return {
    name: TELLING,
    onTrainBegin(context) {
      const { model, epochs } = context as { model: TrainedModel; epochs: number };
      const { rows = 0, batchSize = 1 } = internalsOf(model as Model).state.settings ?? {};
      const speed = speedometer(rows, batchSize);
      const { onBatchEnd, ...line } = progressLine(
        speed,
        epochs,
        terminal,
        unitsOf((model as Model).metadata.extra),
      );
      shows = [speed.callback, { ...line, ...(terminal.isTTY && onBatchEnd && { onBatchEnd }) }];
      all((callback) => callback.onTrainBegin?.(context));
    },
    onEpochBegin: (epoch, context) => all((callback) => callback.onEpochBegin?.(epoch, context)),
    onBatchEnd: (batch, logs, context) => all((callback) => callback.onBatchEnd?.(batch, logs, context)),
    onEpochEnd: watching({ who: TELLING }, (epoch, logs, context) =>
      all((callback) => callback.onEpochEnd?.(epoch, logs, context)),
    ),
    onTrainEnd: () => all((callback) => (callback as { clear?(): void }).clear?.()),
  };
}
