/** Settings that are changed while training goes on: what a slider passes on its way is not sent. */
import { signal } from "@preact/signals";
import type { LiveKey, Settings } from "../state/planeState.ts";
import { remember } from "./past.ts";
import { state } from "./signals.ts";
import { run, send } from "./wire.ts";

/** Until it is sent. */
export const tuning = signal<ReturnType<typeof setTimeout> | undefined>(undefined);
let tuned: Settings = {};

export function tune(patch: Settings): void {
  run.serial++;
  const before = state.peek();
  for (const key of Object.keys(patch) as LiveKey[])
    if (!(key in tuned)) remember({ kind: "setting", set: { [key]: before[key] } });
  tuned = { ...tuned, ...patch };
  state.value = { ...state.peek(), ...patch };
  if (tuning.peek() !== undefined) clearTimeout(tuning.peek());
  tuning.value = setTimeout(flush, 200);
}

/** Hands on what was tuned. */
export function flush(): void {
  if (tuning.peek() !== undefined) send({ kind: "change", set: tuned, serial: run.serial });
  settle();
}

/** Nothing more is handed on. */
export function settle(): void {
  if (tuning.peek() !== undefined) clearTimeout(tuning.peek());
  tuning.value = undefined;
  tuned = {};
}
