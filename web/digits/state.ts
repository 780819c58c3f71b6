/** What the view knows: its settings, its network, how far its training is. What changes it is in session.ts. */
import { computed, signal } from "@preact/signals";
import type { FitOptions, Model, Progress } from "nabla";
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { notifyError } from "../ui/messages.tsx";
import type { Curves } from "./curves.ts";
import type { Examination } from "./examine.ts";
import { DEFAULTS, type Settings, sameNetwork } from "./settings.ts";
import { type Source, undecided } from "./source.ts";

/** "fresh": weights as they were drawn; "running"; "paused": can continue; "done". */
export type Phase = "fresh" | "starting" | "running" | "paused" | "done";

export const settings = signal<Settings>(DEFAULTS);
export const phase = signal<Phase>("fresh");
export const progress = signal<Progress | undefined>(undefined);
/** Samples a second, over about the last second. */
export const speed = signal<number | undefined>(undefined);
/** The loss of a training that was ended because it had diverged. */
export const diverged = signal<number | undefined>(undefined);
export const examination = signal<Examination | undefined>(undefined);
/** Counts reports of the training. A component that reads it is drawn again with new weights. */
export const tick = signal(0);
/** The same, at most a few times a second, for what is expensive to paint. */
export const slowTick = signal(0);

export interface Subject {
  readonly model: Model;
  readonly fit: FitOptions;
  readonly source: Source;
  readonly curves: Curves;
  /** What it was made with; the controls may have changed since. */
  readonly settings: Settings;
}

export const subject = signal<Subject | undefined>(undefined);
/** The network that comes with the page, once it is loaded. */
const ready = signal<Model | undefined>(undefined);
/** Whether it reads the pad: before the first training, where the data is what it knows. */
export const readsReady = computed(
  () => phase.value === "fresh" && subject.value?.source.kind === "digits" && ready.value !== undefined,
);
/** The network that reads the pad. */
export const reader = computed(() => (readsReady.value ? ready.value : subject.value?.model));

/** Loads it, when there is a pad to draw on. */
export async function getReady(): Promise<void> {
  if (ready.peek() || phase.peek() !== "fresh") return;
  try {
    ready.value = (await import("./ready.ts")).readyModel();
  } catch (error) {
    notifyError(error, digitsText.reading.unread);
  }
}

export const busy = computed(() => phase.value === "running" || phase.value === "starting");

/** What a network is called in a sentence. */
export const networkName = ({ network, layers }: Settings): string =>
  network === "built"
    ? fill(digitsText.networks.built, { layers: layers || "–" })
    : digitsText.networks[network];

/** Of which network the pictures are, where another one was chosen since. */
export const stale = computed(() => {
  const shown = subject.value?.settings;
  const chosen = settings.value;
  return phase.value === "done" && shown && !sameNetwork(shown, chosen) ? { shown, chosen } : undefined;
});

/** The table that is shown: one that cannot be read yet, or what is trained on. */
export const table = computed(() => undecided.value ?? subject.value?.source.table);
