/** Looks at what the network gets wrong: some rows during an epoch, all of them after it. */
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { notify } from "../ui/messages.tsx";
import { examine } from "./examine.ts";
import { examination, subject } from "./state.ts";

/** Rows that are examined while an epoch is under way, and milliseconds until the next time. */
const SOME = 500;
const AGAIN = 1000;
let examining: AbortController | undefined;
let lookedAt = Number.NEGATIVE_INFINITY;
let looking = false;

/** Another network is there: what was found, or is being looked for, is of the one before. */
export function forgetLook(): void {
  examining?.abort();
  examination.value = undefined;
  looking = false;
  lookedAt = Number.NEGATIVE_INFINITY;
}

/** Some of the test part, so that mistakes are seen from the first second. */
export function lookSoon(): void {
  if (looking || performance.now() - lookedAt < AGAIN) return;
  void look(SOME);
}

/** Examines the network with the test part, or with other rows if there is none. @param most rows */
export async function look(most?: number): Promise<void> {
  const now = subject.peek();
  if (!now) return;
  examining?.abort();
  const control = (examining = new AbortController());
  looking = true;
  try {
    const found = await examine(now.model, now.source.test ?? now.source.train, control.signal, most);
    if (found && subject.peek() === now && examining === control) examination.value = found;
  } catch (error) {
    notify(
      "error",
      fill(digitsText.training.unexamined, { why: error instanceof Error ? error.message : String(error) }),
    );
  } finally {
    if (examining === control) {
      looking = false;
      lookedAt = performance.now();
    }
  }
}
