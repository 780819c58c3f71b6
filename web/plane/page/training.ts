/** Begins trainings, and has them go on: what the buttons of the bar do. */
import { signal } from "@preact/signals";
import type { Directions } from "../engine/landscape.ts";
import type { PlaneState } from "../state/planeState.ts";
import { writeSoon } from "./link.ts";
import { forget } from "./past.ts";
import { changed, focused, landscape, linked, playing, speed, state } from "./signals.ts";
import { flush, settle } from "./tuning.ts";
import { run, send } from "./wire.ts";

/** A new beginning is sent with the next task. */
export const resetAsked = signal(false);

/** Starts again from the first weights, with the settings as they are. */
export function reset(): void {
  settle();
  begin({ ...state.peek(), changes: [] });
  writeSoon();
}

export function begin(from: PlaneState): void {
  run.id++;
  run.origin = from;
  landscape.value = undefined;
  focused.value = linked.value = undefined;
  changed.value = [];
  forget();
  if (resetAsked.peek()) return;
  resetAsked.value = true;
  // many changes between two frames are one
  queueMicrotask(() => {
    resetAsked.value = false;
    send({ kind: "reset", state: run.origin, id: run.id, serial: run.serial });
    if (playing.peek()) send({ kind: "play" });
  });
}

export function play(): void {
  playing.value = true;
  send({ kind: "play" });
}

export function pause(): void {
  playing.value = false;
  send({ kind: "pause" });
}

export function step(steps: number | "epoch"): void {
  flush();
  playing.value = false;
  send({ kind: "step", steps });
}

export function chooseSpeed(value: number): void {
  speed.value = value;
  send({ kind: "speed", speed: value });
}

/** @param live whether it is drawn again and again while training goes on */
export function survey(wanted: Directions & { readonly live: boolean }): void {
  landscape.value = undefined;
  send({ kind: "landscape", ...wanted });
}

/** No other surface is drawn; the last one stays. */
export function unsurvey(): void {
  send({ kind: "stop landscape" });
}
