/** The address: it says what is trained. */
import { replaceQuery, route } from "../../shell/router.ts";
import type { PlaneState } from "../state/planeState.ts";
import { toQuery } from "../state/state.ts";
import { changed, state } from "./signals.ts";
import { run } from "./wire.ts";

/** The parameters that the page has read or written last: others are somebody's. */
let written = "";
let writing: ReturnType<typeof setTimeout> | undefined;

export const isOurs = (query: string): boolean => query === written;

/** Takes over what a link says. */
export function readLink(query: string): void {
  written = query;
}

// some browsers allow few changes of the address in a short time
export function writeSoon(): void {
  writing ??= setTimeout(writeLink, 300);
}

export function stopWriting(): void {
  if (writing !== undefined) clearTimeout(writing);
  writing = undefined;
}

/** Puts the state into the address now. @returns the whole link */
export function writeLink(): string {
  stopWriting();
  written = toQuery(run.origin);
  if (route.peek().query !== written) replaceQuery(written);
  return location.href;
}

/** The link of this training with other things hidden. */
export function linkWith(patch: Pick<PlaneState, "hide" | "lock">): string {
  // what is changed on the way is a new link
  void changed.value;
  void state.value;
  const query = toQuery({ ...run.origin, ...patch });
  return `${location.href.split("#")[0]}#/plane${query && `?${query}`}`;
}
