/** The view's state on the page: the link's settings, the engine's last frame, and the connection to it. */
import { batch, computed, effect, signal } from "@preact/signals";
import { replaceQuery, route } from "../shell/router.ts";
import { announce, notify } from "../ui/messages.tsx";
import { dark, reducedMotion, rgb } from "../ui/theme.ts";
import type { Palette } from "./colours.ts";
import { type Connection, connect } from "./connection.ts";
import type { DirectionKind, Landscape } from "./landscape.ts";
import type { Curves, Frame, FromEngine } from "./protocol.ts";
import { fit, fromQuery, INITIAL, type PlaneState, toQuery } from "./state.ts";

type DataMessage = Extract<FromEngine, { kind: "data" }>;

/** Steps a second one may choose. */
export const SPEEDS = [2, 20, 200, 1000, Number.POSITIVE_INFINITY] as const;

export const state = signal<PlaneState>(INITIAL);
export const frame = signal<Frame | undefined>(undefined);
/** The same for what is read as numbers: ten times a second while training, because no one reads faster. */
export const figures = signal<Frame | undefined>(undefined);
export const curves = signal<Curves>({ steps: [], samples: [] });
export const data = signal<DataMessage | undefined>(undefined);
export const landscape = signal<Landscape | undefined>(undefined);
export const playing = signal(false);
export const speed = signal<number>(1000);
export const sharp = signal(false);
export const showTest = signal(true);
/** The unit that is looked at, where the large surface shows one. */
export const focused = signal<{ readonly layer: number; readonly unit: number } | undefined>(undefined);
/** The training point under the microscope, where it is open. */
export const picked = signal<number | undefined>(undefined);
/** The class that is painted, or −1 to erase. */
export const brush = signal(0);
/** Whether the engine has to share the page's thread. */
export const onPage = signal(false);

export const empty = computed(() => data.value !== undefined && data.value.train.labels.length === 0);

let figuresAt = 0;
let opened = false;
let connection: Connection | undefined;
let id = 0;
let resetAsked = false;
let written = "";
let writing: ReturnType<typeof setTimeout> | undefined;

/** Takes the link's state and starts the engine. @returns what stops it */
export function open(): () => void {
  connection = connect(hear, () => {
    onPage.value = true;
  });
  const { query } = route.peek();
  if (query === "" && opened) {
    // back from another view: what was set is still there
    reset();
    writeLink();
  } else take(query);
  opened = true;
  connection.send({ kind: "speed", speed: speed.peek() });
  const stops = [
    effect(() => {
      const palette = paletteOf(dark.value);
      connection?.send({ kind: "look", palette, sharp: sharp.value });
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
    batch(() => {
      frame.value = figures.value = data.value = landscape.value = focused.value = picked.value = undefined;
      playing.value = false;
    });
  };
}

function paletteOf(_dark: boolean): Palette {
  return {
    classes: ([0, 1, 2, 3, 4, 5] as const).map((c) => rgb(`class-${c}`)),
    paper: rgb("paper"),
    minus: rgb("minus"),
    zero: rgb("zero"),
    plus: rgb("plus"),
  };
}

function take(query: string): void {
  const { state: given, notices } = fromQuery(query);
  written = query;
  for (const notice of notices.slice(0, 4)) notify("info", notice);
  state.value = given;
  reset();
}

/** Changes settings: the net starts again from its first weights, so that a link means one training and no other. */
export function change(patch: Partial<PlaneState>): void {
  state.value = fit({ ...state.peek(), ...patch });
  reset();
  // some browsers allow few changes of the address in a short time
  writing ??= setTimeout(writeLink, 300);
}

/** Puts the state into the address now. @returns the whole link */
export function writeLink(): string {
  if (writing !== undefined) clearTimeout(writing);
  writing = undefined;
  written = toQuery(state.peek());
  if (route.peek().query !== written) replaceQuery(written);
  return location.href;
}

export function reset(): void {
  id++;
  landscape.value = undefined;
  focused.value = undefined;
  if (resetAsked) return;
  resetAsked = true;
  // many changes between two frames are one
  queueMicrotask(() => {
    resetAsked = false;
    connection?.send({ kind: "reset", state: state.peek(), id });
    if (playing.peek()) connection?.send({ kind: "play" });
  });
}

export function play(): void {
  playing.value = true;
  connection?.send({ kind: "play" });
}

export function pause(): void {
  playing.value = false;
  connection?.send({ kind: "pause" });
}

export function step(steps: number | "epoch"): void {
  playing.value = false;
  connection?.send({ kind: "step", steps });
}

export function chooseSpeed(value: number): void {
  speed.value = value;
  connection?.send({ kind: "speed", speed: value });
}

export function survey(directions: DirectionKind): void {
  landscape.value = undefined;
  connection?.send({ kind: "landscape", directions });
}

/** One question at a time, the next when the screen is ready for it: a hidden page asks nothing, and nothing is trained. */
function ask(): void {
  requestAnimationFrame(() => connection?.send({ kind: "frame" }));
}

function hear(message: FromEngine): void {
  if (message.kind === "problem") {
    playing.value = false;
    notify("error", message.text);
    return;
  }
  if (message.kind === "frame") ask();
  if (message.id !== id) return;
  batch(() => {
    if (message.kind === "data") {
      data.value = message;
      curves.value = { steps: [], samples: [] };
      // without points there is no net, and the figures of the last one would be misleading
      if (message.train.labels.length === 0) frame.value = figures.value = undefined;
    } else if (message.kind === "landscape") landscape.value = message.landscape;
    else {
      frame.value = message;
      const now = performance.now();
      if (!message.playing || now - figuresAt >= 100) {
        figures.value = message;
        figuresAt = now;
      }
      if (message.curves) curves.value = message.curves;
      if (message.over && playing.peek()) {
        playing.value = false;
        const failed = message.standings.find((standing) => standing.failed);
        announce(failed ? "Training broke off." : "Training is at its last epoch.");
      }
    }
  });
}
