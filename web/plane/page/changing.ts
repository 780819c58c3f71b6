/** Changes of settings and weights, and how they are taken back. */
import { planeText } from "../../text/plane.ts";
import { notify } from "../../ui/messages.tsx";
import { isLive } from "../state/changes.ts";
import type { Edit, PlaneState } from "../state/planeState.ts";
import { fit, isQuiet } from "../state/state.ts";
import { writeSoon } from "./link.ts";
import { past, remember, takeLast } from "./past.ts";
import { figures, locked, state, weightAt } from "./signals.ts";
import { begin, reset } from "./training.ts";
import { flush, settle, tune } from "./tuning.ts";
import { run, send } from "./wire.ts";

/**
 * Changes settings. What a training can go on with holds from its next step on; it is written into the link with that step. For all
 * else the net starts again from its first weights. Either way a link means one training and no other.
 */
export function change(patch: Partial<PlaneState>): void {
  if (isQuiet(patch)) return quietly(patch);
  if (refused()) return;
  const now = figures.peek();
  const typed = past.peek().some(({ kind }) => kind === "weight");
  const begun = now?.id === run.id && (now.step > 0 || now.changes.length > 0 || typed);
  if (isLive(patch) && begun && !now.over) tune(patch);
  else restart(patch);
}

/** Changes settings, and starts again from the first weights. */
export function restart(patch: Partial<PlaneState>): void {
  if (refused()) return;
  remember({ kind: "training", origin: run.origin });
  settle();
  state.value = fit({ ...state.peek(), ...patch });
  reset();
}

/** What is no part of the training is in the link, and nothing else happens. */
function quietly(patch: Partial<PlaneState>): void {
  state.value = { ...state.peek(), ...patch };
  run.origin = { ...run.origin, ...patch };
  send({ kind: "converge", on: run.origin.converge });
  writeSoon();
}

/** Whether settings are locked, which is said. */
function refused(): boolean {
  if (!locked.peek()) return false;
  notify("info", planeText.share.locked);
  return true;
}

/** Takes the last change back. */
export function undo(): void {
  if (refused()) return;
  flush();
  const last = takeLast();
  if (last?.kind === "training") {
    settle();
    state.value = { ...last.origin, changes: [] };
    begin(last.origin);
    writeSoon();
  } else if (last?.kind === "setting") {
    state.value = { ...state.peek(), ...last.set };
    send({ kind: "change", set: last.set, serial: ++run.serial });
  } else if (last) last.weights.forEach(setWeight);
}

/** Sets one weight, and keeps what it was. */
export const editWeight = (edit: Edit): void => editWeights([edit]);

/** Sets weights at once. */
export function editWeights(edits: readonly Edit[]): void {
  if (refused()) return;
  const before = edits.map((edit) => ({ ...edit, value: weightAt(edit) }));
  const same = before.every(({ value }, i) => Object.is(value, Math.fround(edits[i].value)));
  const known = before.filter((edit): edit is Edit => edit.value !== undefined);
  if (same || known.length < before.length) return;
  // what is no number is nothing to go back to, and no link could say it
  if (known.every(({ value }) => Number.isFinite(value))) remember({ kind: "weight", weights: known });
  edits.forEach(setWeight);
}

function setWeight(weight: Edit): void {
  flush();
  send({ kind: "change", weight, serial: ++run.serial });
}
