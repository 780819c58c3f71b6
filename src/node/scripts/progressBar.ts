import type { Callback } from "../../callbacks/callback.ts";
import { checkGiven, having } from "../../fields/programs.ts";
import { progressOf } from "../../report/progress.ts";
import type { Output } from "../../report/terminal.ts";
import { scriptTerminal } from "./terminal.ts";

/** Where a progress bar goes. */
export interface ProgressBarOptions {
  /** Default: the process' standard output. */
  output?: Output;
}

/**
 * A callback that shows a training as `nabla train` does: a line that moves while an epoch runs, and one that stays for each epoch.
 *
 *     await model.fit(data, { epochs: 5, callbacks: [progressBar()] });
 *
 * Where nobody looks, because the output is a file or a pipe, only the lines of epochs are written. Colours are left out where NO_COLOR is set.
 *
 * @throws NablaError for options that are wrong
 */
export function progressBar(options: ProgressBarOptions = {}): Callback {
  checkGiven("progressBar", options, { output: having<Output>("what has write(text)", "write") });
  return progressOf(scriptTerminal(options.output));
}
