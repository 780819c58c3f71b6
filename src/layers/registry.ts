/**
 * The layer types a program has named. A layer's factory puts its type here, so a program that calls dense() alone has the code of
 * dense layers alone once a bundler has left out what nobody calls. Code that reads documents or files calls registerAll(). Not even the
 * names of the others are here: another layer costs nothing where it is not used.
 */
import type { LayerKind } from "./kind.ts";

export const known = /* @__PURE__ */ new Map<string, LayerKind>();

/** Whether all that there are are registered. */
export let whole = false;

export function register(type: string, kind: LayerKind): void {
  known.set(type, kind);
}

/** Those a program named before are put in the order of all. */
export function registerEach(kinds: readonly (readonly [type: string, kind: LayerKind])[]): void {
  if (whole) return;
  known.clear();
  for (const [type, kind] of kinds) register(type, kind);
  whole = true;
}

/** The types that are registered. */
export const types = (): string[] => [...known.keys()];

export const kindOf = (type: string): LayerKind | undefined => known.get(type);
