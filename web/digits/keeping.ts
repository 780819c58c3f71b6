/** The network in the browser's own storage: saved after each epoch, offered again when the page is opened. */
import { signal } from "@preact/signals";
import type { Model } from "nabla";
import { digitsText } from "../text/digits.ts";
import { notify, notifyError } from "../ui/messages.tsx";

const said = digitsText.keeping;

export const storage = () => import("./storage.ts");

/** One network is kept; a new training takes its place once its first epoch is done. */
export const NAME = "playground-digits";

export type Kept = "no" | "saving" | "kept" | "elsewhere" | "failed";
/** Whether the network on the page is in storage: "elsewhere": another tab keeps its own there. */
export const kept = signal<Kept>("no");
/** A network from an earlier visit. */
export const found = signal<Model | undefined>(undefined);

/** Only the tab that has the lock writes; closing or crashing gives it back. */
let held: (() => void) | undefined;

let claiming: Promise<void> | undefined;

/** Takes the place in storage for this tab, or says that another tab has it. Who asks meanwhile waits for the same answer. */
export function claim(): Promise<void> {
  claiming ??= ask().finally(() => {
    claiming = undefined;
  });
  return claiming;
}

async function ask(): Promise<void> {
  if (held) return;
  // without locks (an old engine, no secure context) the last tab to save wins
  if (!navigator.locks) {
    held = () => {};
    return;
  }
  const got = await new Promise<boolean>((resolve) => {
    navigator.locks
      .request(NAME, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        if (lock) return new Promise<void>((free) => (held = free));
        return undefined;
      })
      .catch(() => {
        held = () => {};
        resolve(true);
      });
  });
  if (got) return;
  kept.value = "elsewhere";
  notify("info", said.elsewhere);
}

export function release(): void {
  held?.();
  held = undefined;
  kept.value = "no";
}

let saving = false;
let next: Uint8Array | undefined;

/** Saves the model as it is now. While one is being saved, only the latest of those that follow is. */
export function keep(model: Model): void {
  if (!held) return;
  try {
    next = model.save();
  } catch (error) {
    notifyError(error);
    return;
  }
  if (!saving) void drain();
}

async function drain(): Promise<void> {
  let asked = false;
  saving = true;
  while (next) {
    const bytes = next;
    next = undefined;
    kept.value = "saving";
    try {
      const { persistStorage, saveModel } = await storage();
      await saveModel(bytes, NAME);
      kept.value = "kept";
      if (!asked) void persistStorage();
      asked = true;
    } catch (error) {
      kept.value = "failed";
      notifyError(error, said.failed);
    }
  }
  saving = false;
}

/** Looks for what an earlier visit left. */
export async function find(): Promise<void> {
  try {
    const { listModels, loadModel } = await storage();
    if (!(await listModels()).some(({ name }) => name === NAME)) return;
    found.value = await loadModel(NAME);
  } catch (error) {
    notifyError(error, said.unread);
  }
}

/** The newest state of what was found: another tab may have trained it further. Undefined if that tab still has it. */
export async function take(): Promise<Model | undefined> {
  await claim();
  if (!held) return undefined;
  const model = await (await storage()).loadModel(NAME);
  found.value = undefined;
  kept.value = "kept";
  return model;
}

export async function discard(): Promise<void> {
  found.value = undefined;
  try {
    await (await storage()).removeModel(NAME);
  } catch (error) {
    notifyError(error);
  }
}
