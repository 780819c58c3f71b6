/** Runs that are kept beside the one that is shown: their curves, and in what they differ. */
import { signal } from "@preact/signals";
import type { Sample, Standing } from "../engine/protocol.ts";
import { curves, figures, state } from "../page/signals.ts";
import { toQuery, withoutQuiet } from "../state/state.ts";

export interface Pin {
  readonly number: number;
  /** Settings that are not those the page begins with, as its link has them. */
  readonly settings: ReadonlyMap<string, string>;
  readonly step: number;
  readonly epoch: number;
  readonly standing: Standing;
  readonly epochs: readonly number[];
  readonly samples: readonly Sample[];
}

/** So many have a colour of their own. */
export const MOST_PINS = 3;

export const pins = signal<readonly Pin[]>([]);
let number = 0;

const settingsNow = (): Map<string, string> =>
  new Map(new URLSearchParams(toQuery(withoutQuiet(state.value))));

/** Keeps the run that is shown; the oldest gives way. */
export function pinRun(): void {
  const now = figures.peek();
  const samples = curves.peek().samples[0];
  if (!now || !samples || now.standings.length === 0) return;
  const { step, epoch } = now;
  const pin: Pin = {
    number: ++number,
    settings: settingsNow(),
    step,
    epoch,
    standing: now.standings[0],
    epochs: curves.peek().epochs,
    samples,
  };
  pins.value = [...pins.peek(), pin].slice(-MOST_PINS);
}

export function unpin(which: number): void {
  pins.value = pins.peek().filter((pin) => pin.number !== which);
}

/** Settings in which a pinned run differs from the one that is shown, "rate 0.1": those it has; "–" where it has the first value. */
export function differences({ settings }: Pin): string[] {
  const now = settingsNow();
  return [...new Set([...settings.keys(), ...now.keys()])]
    .filter((key) => settings.get(key) !== now.get(key))
    .map((key) => `${key} ${key === "points" ? "…" : (settings.get(key) ?? "–")}`);
}
