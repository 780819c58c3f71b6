/** The view's state on the page: the link's settings, the engine's last frame, and the connection to it. */
import { batch, computed, effect, signal } from "@preact/signals";
import { replaceQuery, route } from "../../shell/router.ts";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { announce, notify } from "../../ui/messages.tsx";
import { reducedMotion } from "../../ui/theme.ts";
import type { Directions, Landscape } from "../engine/landscape.ts";
import type { Curves, Frame, FromEngine, ToEngine } from "../engine/protocol.ts";
import {
  after,
  type Change,
  type Edit,
  isLive,
  type LiveKey,
  MAX_CHANGES,
  type Settings,
  type WeightPlace,
} from "../state/changes.ts";
import { fit, fromQuery, INITIAL, isQuiet, type PlaneState, toQuery } from "../state/state.ts";
import { type Connection, connect } from "./connection.ts";
import { paletteNow } from "./palette.ts";
import { forget, past, remember, takeLast } from "./past.ts";

type DataMessage = Extract<FromEngine, { kind: "data" }>;

/** Steps a second one may choose. */
export const SPEEDS = [2, 20, 200, 1000, Number.POSITIVE_INFINITY] as const;

/** Settings as they are by now. */
export const state = signal<PlaneState>(INITIAL);
export const frame = signal<Frame | undefined>(undefined);
/** The last that is exact, for what is read as numbers: ten times a second while training. */
export const figures = signal<Frame | undefined>(undefined);
export const curves = signal<Curves>({ steps: [], epochs: [], samples: [] });
/** What changed while it trained, and at which epochs. */
export const changed = signal<readonly { readonly change: Change; readonly epoch: number }[]>([]);
/** The weight that was typed last, as it was before, where that is what comes next to be undone. */
export const lastEdit = computed(() => {
  const last = past.value.at(-1);
  return last?.kind === "weight" && last.weights.length === 1 ? last.weights[0] : undefined;
});
/** Whether a link has locked its settings. */
export const locked = computed(() => state.value.lock);
export const data = signal<DataMessage | undefined>(undefined);
export const landscape = signal<Landscape | undefined>(undefined);
export const playing = signal(false);
export const speed = signal<number>(1000);
export const sharp = signal(false);
export const showTest = signal(true);
/** The unit that is looked at, where the large surface shows one. */
export const focused = signal<{ readonly layer: number; readonly unit: number } | undefined>(undefined);
/** The unit whose numbers stay in sight, and the link a pointer is on: the number-th weight of a layer's kernel. */
export const chosen = signal<{ readonly layer: number; readonly unit: number } | undefined>(undefined);
export const linked = signal<{ readonly layer: number; readonly index: number } | undefined>(undefined);
/** The training point under the microscope, where it is open. */
export const picked = signal<number | undefined>(undefined);
/** The class that is painted, or −1 to erase. */
export const brush = signal(0);
/** Whether the engine has to share the page's thread. */
export const onPage = signal(false);

export const empty = computed(() => data.value !== undefined && data.value.train.labels.length === 0);

const said = planeText.session;

/** What was tuned is sent a little later. */
const tuning = signal<ReturnType<typeof setTimeout> | undefined>(undefined);
/** How many messages the engine has got; frames say how many they know. */
const sent = signal(0);
/** A new beginning is sent with the next task. */
const resetAsked = signal(false);
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

let opened = false;
let connection: Connection | undefined;
let id = 0;
/** What a link says: the first settings, and what changes when. */
let origin: PlaneState = INITIAL;
/** Of the last change; an older frame does not know it. */
let serial = 0;
let dataOf = -1;
let tuned: Settings = {};
let written = "";
let writing: ReturnType<typeof setTimeout> | undefined;

function send(message: ToEngine): void {
  if (!connection) return;
  sent.value = sent.peek() + 1;
  connection.send(message);
}

/** Takes the link's state and starts the engine. @returns what stops it */
export function open(): () => void {
  connection = connect(hear, () => {
    onPage.value = true;
  });
  sent.value = 0;
  const { query } = route.peek();
  if (query === "" && opened) {
    // back from another view: what was set is still there
    reset();
    writeLink();
  } else take(query);
  opened = true;
  send({ kind: "speed", speed: speed.peek() });
  const stops = [
    effect(() => {
      send({ kind: "look", palette: paletteNow(), sharp: sharp.value });
    }),
    effect(() => {
      const gradients = Boolean(focused.value ?? chosen.value ?? linked.value);
      send({ kind: "watch", gradients });
    }),
    effect(() => {
      const { view, query } = route.value;
      if (view === "plane" && query !== written) take(query);
    }),
  ];
  // with reduced motion, training starts only on request
  if (!reducedMotion.peek()) play();
  ask();
  return () => {
    for (const stop of stops) stop();
    connection?.close();
    connection = undefined;
    if (writing !== undefined) clearTimeout(writing);
    writing = undefined;
    settle();
    batch(() => {
      frame.value = figures.value = data.value = landscape.value = focused.value = picked.value = undefined;
      chosen.value = linked.value = undefined;
      playing.value = false;
    });
  };
}

function take(query: string): void {
  const { state: given, notices } = fromQuery(query);
  written = query;
  for (const notice of notices.slice(0, 4)) notify("info", notice);
  state.value = { ...given, changes: [] };
  begin(given);
}

/**
 * Changes settings. What a training can go on with holds from its next step on; it is written into the link with that step. For all
 * else the net starts again from its first weights. Either way a link means one training and no other.
 */
export function change(patch: Partial<PlaneState>): void {
  if (isQuiet(patch)) return quietly(patch);
  if (refused()) return;
  const now = figures.peek();
  const typed = past.peek().some(({ kind }) => kind === "weight");
  const begun = now?.id === id && (now.step > 0 || now.changes.length > 0 || typed);
  if (isLive(patch) && begun && !now.over) tune(patch);
  else restart(patch);
}

/** Changes settings, and starts again from the first weights. */
export function restart(patch: Partial<PlaneState>): void {
  if (refused()) return;
  remember({ kind: "training", origin });
  settle();
  state.value = fit({ ...state.peek(), ...patch });
  reset();
}

/** What is no part of the training is in the link, and nothing else happens. */
function quietly(patch: Partial<PlaneState>): void {
  state.value = { ...state.peek(), ...patch };
  origin = { ...origin, ...patch };
  send({ kind: "converge", on: origin.converge });
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
    send({ kind: "change", set: last.set, serial: ++serial });
  } else if (last) last.weights.forEach(setWeight);
}

function tune(patch: Settings): void {
  serial++;
  const before = state.peek();
  for (const key of Object.keys(patch) as LiveKey[])
    if (!(key in tuned)) remember({ kind: "setting", set: { [key]: before[key] } });
  tuned = { ...tuned, ...patch };
  state.value = { ...state.peek(), ...patch };
  // a slider passes many values on its way
  if (tuning.peek() !== undefined) clearTimeout(tuning.peek());
  tuning.value = setTimeout(flush, 200);
}

/** Hands on what was tuned. */
function flush(): void {
  if (tuning.peek() !== undefined) send({ kind: "change", set: tuned, serial });
  settle();
}

function settle(): void {
  if (tuning.peek() !== undefined) clearTimeout(tuning.peek());
  tuning.value = undefined;
  tuned = {};
}

/** A weight as it is shown. */
export function weightAt({ layer, part, index }: WeightPlace): number | undefined {
  return figures.peek()?.layers[layer]?.[part][index];
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
  send({ kind: "change", weight, serial: ++serial });
}

// some browsers allow few changes of the address in a short time
function writeSoon(): void {
  writing ??= setTimeout(writeLink, 300);
}

/** Puts the state into the address now. @returns the whole link */
export function writeLink(): string {
  if (writing !== undefined) clearTimeout(writing);
  writing = undefined;
  written = toQuery(origin);
  if (route.peek().query !== written) replaceQuery(written);
  return location.href;
}

/** The link of this training with other things hidden. */
export function linkWith(patch: Pick<PlaneState, "hide" | "lock">): string {
  // what is changed on the way is a new link
  void changed.value;
  void state.value;
  const query = toQuery({ ...origin, ...patch });
  return `${location.href.split("#")[0]}#/plane${query && `?${query}`}`;
}

/** Starts again from the first weights, with the settings as they are. */
export function reset(): void {
  settle();
  begin({ ...state.peek(), changes: [] });
  writeSoon();
}

function begin(from: PlaneState): void {
  id++;
  origin = from;
  landscape.value = undefined;
  focused.value = linked.value = undefined;
  changed.value = [];
  forget();
  if (resetAsked.peek()) return;
  resetAsked.value = true;
  // many changes between two frames are one
  queueMicrotask(() => {
    resetAsked.value = false;
    send({ kind: "reset", state: origin, id, serial });
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

/** One question at a time, the next when the screen is ready for it: a hidden page asks nothing, and nothing is trained. */
function ask(): void {
  requestAnimationFrame(() => connection?.send({ kind: "frame" }));
}

function hear(message: FromEngine): void {
  if (message.kind === "problem") {
    playing.value = false;
    failed.value = true;
    notify("error", message.text);
    return;
  }
  if (message.kind === "frame") ask();
  if (message.id !== id) return;
  batch(() => {
    if (message.kind === "data") {
      data.value = message;
      if (dataOf !== id) curves.value = { steps: [], epochs: [], samples: [] };
      dataOf = id;
      // without points there is no net, and the figures of the last one would be misleading
      if (message.train.labels.length === 0) frame.value = figures.value = undefined;
    } else if (message.kind === "landscape") landscape.value = message.landscape;
    else {
      frame.value = message;
      failed.value = false;
      if (message.heard === serial) follow(message);
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
  if (kept === origin.changes.length && changedAt.length === changed.peek().length) return;
  if (changes.length > MAX_CHANGES) notify("info", fill(said.changes, { most: String(MAX_CHANGES) }));
  origin = { ...origin, changes: changes.slice(0, MAX_CHANGES) };
  state.value = { ...after({ ...origin, changes }, changedAt.length), changes: [] };
  changed.value = changedAt.map((epoch, i) => ({ change: changes[i], epoch }));
  writeSoon();
}
