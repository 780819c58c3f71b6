/** How a person, a system or a closed terminal asks a command to end. */
import { NablaError } from "../errors.ts";
import type { Interruption } from "../report/terminal.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/**
 * Signals so soon after the first are the same request, in ms: npx hands Ctrl-C on to a command that the terminal has told as well, and
 * of a terminal that is closed both the shell and the system tell it.
 */
const SAME = 1000;

/** What is used of the process. */
export interface Signalled {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  removeListener(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * SIGINT, SIGTERM, and SIGHUP when the terminal is closed, ask a command to end; another one, a second later or more, ends the process.
 * @param now in ms
 */
export function interruption(of: Signalled, now = () => performance.now()): Interruption {
  const controller = new AbortController();
  let asked = 0;
  const stop = () => {
    if (!controller.signal.aborted) {
      asked = now();
      controller.abort(new NablaError("interrupted"));
    } else if (now() - asked >= SAME) of.exit(130);
  };
  for (const name of SIGNALS) of.on(name, stop);
  return {
    signal: controller.signal,
    release() {
      for (const name of SIGNALS) of.removeListener(name, stop);
    },
  };
}
