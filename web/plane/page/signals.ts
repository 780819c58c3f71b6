/** What the view's components read: the link's settings, the engine's last answers, and what is looked at. */
import { computed, signal } from "@preact/signals";
import type { Landscape } from "../engine/landscape.ts";
import type { Curves, Frame, FromEngine } from "../engine/protocol.ts";
import type { Change, PlaneState, WeightPlace } from "../state/planeState.ts";
import { INITIAL } from "../state/state.ts";
import { past } from "./past.ts";

export type DataMessage = Extract<FromEngine, { kind: "data" }>;

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

/** A weight as it is shown. */
export function weightAt({ layer, part, index }: WeightPlace): number | undefined {
  return figures.peek()?.layers[layer]?.[part][index];
}
