/** What is sent to the engine, and which training that is about. */
import { signal } from "@preact/signals";
import type { FromEngine, ToEngine } from "../engine/protocol.ts";
import type { PlaneState } from "../state/planeState.ts";
import { INITIAL } from "../state/state.ts";
import { type Connection, connect } from "./connection.ts";
import { onPage } from "./signals.ts";

interface Run {
  /** Of the last new beginning: answers to older ones are not heard. */
  id: number;
  /** What a link says: the first settings, and what changes when. */
  origin: PlaneState;
  /** Of the last change; an older frame does not know it. */
  serial: number;
}

export const run: Run = { id: 0, origin: INITIAL, serial: 0 };

/** How many messages the engine has got; frames say how many they know. */
export const sent = signal(0);

let connection: Connection | undefined;

export function attach(hear: (message: FromEngine) => void): void {
  connection = connect(hear, () => {
    onPage.value = true;
  });
  sent.value = 0;
}

export function detach(): void {
  connection?.close();
  connection = undefined;
}

export function send(message: ToEngine): void {
  if (!connection) return;
  sent.value = sent.peek() + 1;
  connection.send(message);
}

/** One question at a time, the next when the screen is ready for it: a hidden page asks nothing, and nothing is trained. */
export function ask(): void {
  requestAnimationFrame(() => connection?.send({ kind: "frame" }));
}
