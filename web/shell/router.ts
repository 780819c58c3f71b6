/** The address: #/<view>/<path>?<parameters>. The view decides the chunk that is loaded, path and parameters are the view's own. */
import { signal } from "@preact/signals";

export const VIEWS = ["course", "digits", "plane"] as const;
export type ViewName = (typeof VIEWS)[number];

export interface Route {
  readonly view: ViewName;
  /** What follows the view's name: the chapter. */
  readonly path: string;
  /** What follows "?" in the hash. */
  readonly query: string;
}

/** A hash that names no view means the first one. */
function parseHash(hash: string): Route {
  const [place = "", ...query] = hash.replace(/^#\/?/, "").split("?");
  const [name, path = ""] = place.split("/");
  return { view: VIEWS.find((view) => view === name) ?? VIEWS[0], path, query: query.join("?") };
}

export const route = signal<Route>(parseHash(location.hash));
/** The address as it was last read or written. */
let known = location.hash;
addEventListener("hashchange", () => {
  known = location.hash;
  route.value = parseHash(known);
});

/** Puts a view's parameters into the address, without a new entry in the history and without a hashchange. */
export function replaceQuery(query: string): void {
  const { view, path, query: before } = route.peek();
  if (query === before || location.hash !== known) return;
  route.value = { view, path, query };
  address();
}

/**
 * Browsers refuse an address that changes too often, as while one draws: then it follows a little later. Where somebody has gone to another
 * address, of which the event is still to come, that one stays.
 */
function address(): void {
  if (location.hash !== known) return;
  const { view, path, query } = route.peek();
  try {
    history.replaceState(null, "", `#/${view}${path && `/${path}`}${query && `?${query}`}`);
    known = location.hash;
  } catch {
    setTimeout(address, 1000);
  }
}
