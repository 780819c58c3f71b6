/** What the engine answers. */
import { batch, computed, signal } from "@preact/signals";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { announce, notify } from "../../ui/messages.tsx";
import type { Frame, FromEngine } from "../engine/protocol.ts";
import { after, MAX_CHANGES } from "../state/changes.ts";
import { writeSoon } from "./link.ts";
import { changed, curves, data, figures, frame, landscape, playing, state } from "./signals.ts";
import { resetAsked } from "./training.ts";
import { tuning } from "./tuning.ts";
import { ask, run, sent } from "./wire.ts";

const said = planeText.session;

/** No frame can be expected. */
const failed = signal(false);
/** Whether numbers and pictures are not yet those of all that was asked for: of this net, after its last step. */
export const unsettled = computed(() => {
  const now = figures.value;
  if (failed.value) return false;
  return (
    resetAsked.value ||
    tuning.value !== undefined ||
    now?.done !== sent.value ||
    (!playing.value && now !== frame.value)
  );
});

/** The training that the points are of. */
let dataOf = -1;

export function hear(message: FromEngine): void {
  if (message.kind === "problem") {
    playing.value = false;
    failed.value = true;
    notify("error", message.text);
    return;
  }
  if (message.kind === "frame") ask();
  if (message.id !== run.id) return;
  batch(() => {
    if (message.kind === "data") {
      data.value = message;
      if (dataOf !== run.id) curves.value = { steps: [], epochs: [], samples: [] };
      dataOf = run.id;
      // without points there is no net, and the figures of the last one would be misleading
      if (message.train.labels.length === 0) frame.value = figures.value = undefined;
    } else if (message.kind === "landscape") landscape.value = message.landscape;
    else {
      frame.value = message;
      failed.value = false;
      if (message.heard === run.serial) follow(message);
      if (message.exact) figures.value = message;
      if (message.curves) curves.value = message.curves;
      if (message.over && playing.peek()) {
        playing.value = false;
        const failed = message.standings.find((standing) => standing.failed);
        announce(failed ? said.broke : said.over);
      }
      if (message.converged !== undefined && !message.playing && playing.peek()) {
        playing.value = false;
        notify("info", fill(said.converged, { epoch: String(message.epoch) }));
      }
    }
  });
}

/** Takes over what the engine has changed: what a link had it change, and what the page asked for. */
function follow({ changes, changedAt }: Frame): void {
  const kept = Math.min(changes.length, MAX_CHANGES);
  if (kept === run.origin.changes.length && changedAt.length === changed.peek().length) return;
  if (changes.length > MAX_CHANGES) notify("info", fill(said.changes, { most: String(MAX_CHANGES) }));
  run.origin = { ...run.origin, changes: changes.slice(0, MAX_CHANGES) };
  state.value = { ...after({ ...run.origin, changes }, changedAt.length), changes: [] };
  changed.value = changedAt.map((epoch, i) => ({ change: changes[i], epoch }));
  writeSoon();
}
