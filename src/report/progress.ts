/** How a training is shown: one line that is updated, and one that stays per epoch. Or JSON lines. */

import type { Callback, Logs } from "../callbacks/callback.ts";
import type { Terminal } from "./terminal.ts";
import { duration, shown, words } from "./text/format.ts";
import { inUnits, type TargetScale } from "./units.ts";

export interface Speed {
  callback: Callback;
  batchSize: number;
  /** Rows per second of the epoch that is running or was last finished. */
  samplesPerSecond(): number;
}

/** Counts rows against the clock, validation left out. */
export function speedometer(rows: number, batchSize: number): Speed {
  let seen = 0;
  let since = 0;
  let until = 0;
  return {
    batchSize,
    callback: {
      onTrainBegin() {
        seen = 0;
        since = performance.now();
      },
      onEpochBegin() {
        seen = 0;
        since = performance.now();
      },
      onBatchEnd(batch) {
        seen += Math.min(batchSize, rows - batch * batchSize);
        until = performance.now();
      },
    },
    samplesPerSecond: () => (seen === 0 ? 0 : (seen * 1000) / Math.max(until - since, 0.01)),
  };
}

/** {"event":"epoch", …}, epochs from 1. */
export function jsonLines(speed: Speed, { printJson }: Terminal, targets?: TargetScale): Callback {
  return {
    onEpochEnd(epoch, logs) {
      printJson({
        event: "epoch",
        epoch: epoch + 1,
        ...inUnits(logs, targets),
        samplesPerSecond: Math.round(speed.samplesPerSecond()),
      });
    },
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
  const clear = () => {
    if (drawn) rewrite("");
    drawn = 0;
  };
  const pad = String(epochs).length;
  const label = (epoch: number) => `epoch ${String(epoch + 1).padStart(pad)}/${epochs}`;
  return {
    clear,
    onTrainBegin() {
      begun = performance.now();
    },
    onEpochBegin() {
      begun = performance.now();
    },
    onBatchEnd(_batch, logs, context) {
      const now = performance.now();
      if (now - drawn < 80) return;
      drawn = now;
      const inEpoch = context.step % context.batchesPerEpoch || context.batchesPerEpoch;
      const share = inEpoch / context.batchesPerEpoch;
      const perSecond = speed.samplesPerSecond();
      const steps = epochs * context.batchesPerEpoch - context.step;
      const eta = (steps * speed.batchSize) / Math.max(perSecond, 1e-3);
      const epoch = Math.floor((context.step - 1) / context.batchesPerEpoch);
      const tail = [
        ...figures(inUnits(logs, targets)),
        `${Math.round(perSecond).toLocaleString("en")} rows/s`,
        `ETA ${eta < 1 ? "< 1 s" : duration(eta)}`,
      ];
      const head = label(epoch);
      const room = columns() - 1 - head.length - 7;
      while (tail.length > 1 && tail.join("  ").length + 2 > room - 8)
        tail.splice(tail.length > 2 ? -2 : -1, 1);
      const width = Math.min(30, Math.max(0, room - tail.join("  ").length - 2));
      const done = `${String(Math.floor(share * 100)).padStart(3)} %`;
      rewrite(`${bold(head)} ${bar(share, width, terminal)} ${done}  ${tail.join("  ")}`);
    },
    onEpochEnd(epoch, logs) {
      clear();
      const { learningRate: _, ...rest } = logs;
      const took = (performance.now() - begun) / 1000;
      const seconds = duration(took);
      const perSecond = `${Math.round(speed.samplesPerSecond()).toLocaleString("en")} rows/s`;
      const line = figures(inUnits(rest as Logs, targets))
        .map((text) => `  ${text}`)
        .join("");
      const room = columns() - label(epoch).length - line.length - 2;
      // a rate over a few milliseconds means nothing
      const tail = [...(took < 0.1 ? [] : [`${seconds}, ${perSecond}`]), seconds, ""].find(
        (text) => text.length < room,
      );
      print(`${bold(label(epoch))}${line}  ${dim(tail ?? "")}`.trimEnd());
    },
  };
}

const figures = (logs: Logs): string[] =>
  Object.entries(logs).map(([name, value]) => `${words(name)} ${shown(name, value)}`);
