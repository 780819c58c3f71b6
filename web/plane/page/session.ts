/** The view's life on the page: from a link to a training, and back. */
import { batch, effect } from "@preact/signals";
import { route } from "../../shell/router.ts";
import { notify } from "../../ui/messages.tsx";
import { reducedMotion } from "../../ui/theme.ts";
import { fromQuery } from "../state/state.ts";
import { hear } from "./hearing.ts";
import { isOurs, readLink, stopWriting, writeLink } from "./link.ts";
import { paletteNow } from "./palette.ts";
import {
  chosen,
  data,
  figures,
  focused,
  frame,
  landscape,
  linked,
  picked,
  playing,
  sharp,
  speed,
  state,
} from "./signals.ts";
import { begin, play, reset } from "./training.ts";
import { settle } from "./tuning.ts";
import { ask, attach, detach, send } from "./wire.ts";

let opened = false;

/** Takes the link's state and starts the engine. @returns what stops it */
export function open(): () => void {
  attach(hear);
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
      if (view === "plane" && !isOurs(query)) take(query);
    }),
  ];
  // with reduced motion, training starts only on request
  if (!reducedMotion.peek()) play();
  ask();
  return () => {
    for (const stop of stops) stop();
    detach();
    stopWriting();
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
  readLink(query);
  for (const notice of notices.slice(0, 4)) notify("info", notice);
  state.value = { ...given, changes: [] };
  begin(given);
}
