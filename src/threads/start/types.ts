/** How this kind of host starts a helping thread; `#thread` in package.json chooses. */
import type { HelperSetup } from "../helper.ts";

export interface Helper {
  /** Lets it wait for work, asleep: once all helpers are there, see src/threads/helper.ts. */
  go(): void;
  /** Ends it, whatever it does. A promise where the host says when it has. */
  end(): unknown;
}

export interface Listeners {
  /** It could wait for work. */
  ready(): void;
  /** It could not be started, or has ended. */
  ended(why: string): void;
}

/** @throws where there can be no threads */
export type StartHelper = (setup: HelperSetup, listeners: Listeners) => Helper;
