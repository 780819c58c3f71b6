/** The address: #/<view>?<parameters>. The view decides the chunk that is loaded, parameters are the view's own. */
import { signal } from "@preact/signals";

export const VIEWS = ["digits", "plane"] as const;
export type ViewName = (typeof VIEWS)[number];

export interface Route {
  readonly view: ViewName;
  /** What follows "?" in the hash. */
  readonly query: string;
}

/** A hash that names no view means the first one. */
function parseHash(hash: string): Route {
  const [path = "", ...query] = hash.replace(/^#\/?/, "").split("?");
  const view = VIEWS.find((name) => name === path) ?? VIEWS[0];
  return { view, query: query.join("?") };
}

export const route = signal<Route>(parseHash(location.hash));
addEventListener("hashchange", () => {
  route.value = parseHash(location.hash);
});

/** Puts a view's parameters into the address, without a new entry in the history and without a hashchange. */
export function replaceQuery(query: string): void {
  const { view, query: before } = route.peek();
  if (query === before) return;
  history.replaceState(null, "", `#/${view}${query ? `?${query}` : ""}`);
  route.value = { view, query };
}
