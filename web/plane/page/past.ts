/** What may be undone: the last change first. */
import { signal } from "@preact/signals";
import type { Edit, PlaneState, Settings } from "../state/planeState.ts";

/** A training that another one has taken the place of, or a setting or a weight as it was before. */
export type Past =
  | { readonly kind: "training"; readonly origin: PlaneState }
  | { readonly kind: "setting"; readonly set: Settings }
  /** Typed, or two of them dragged at once. */
  | { readonly kind: "weight"; readonly weights: readonly Edit[] };

const MOST = 50;

export const past = signal<readonly Past[]>([]);

/** Settings and weights were those of the training that ends: its link has them. */
export function remember(item: Past): void {
  const kept = item.kind === "training" ? past.peek().filter(({ kind }) => kind === "training") : past.peek();
  past.value = [...kept, item].slice(-MOST);
}

export function forget(): void {
  past.value = past.peek().filter(({ kind }) => kind === "training");
}

/** Takes the last off. */
export function takeLast(): Past | undefined {
  const last = past.peek().at(-1);
  if (last) past.value = past.peek().slice(0, -1);
  return last;
}
