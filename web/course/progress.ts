/** Which tasks were done, kept on this machine alone. */
import { signal } from "@preact/signals";
import { type ChapterName, NAMES } from "./chapters/index.ts";

const KEY = "nabla-course";

/** localStorage throws where storage is blocked, and may hold anything. */
function stored(): ChapterName[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? NAMES.filter((name) => found.includes(name)) : [];
  } catch {
    return [];
  }
}

export const done = signal<readonly ChapterName[]>(stored());

function keep(names: readonly ChapterName[]): void {
  done.value = names;
  try {
    if (names.length > 0) localStorage.setItem(KEY, JSON.stringify(names));
    else localStorage.removeItem(KEY);
  } catch {
    // it holds until the page is closed
  }
}

export function markDone(name: ChapterName): void {
  if (!done.peek().includes(name)) keep([...done.peek(), name]);
}

export const forget = (): void => keep([]);
