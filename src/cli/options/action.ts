/** What a command line's command does. */

/** It gets the arguments and flags, and the terminal; its answer is the exit code. */
export type Action = (...args: never[]) => Promise<number>;

/** Makes of a command, which is loaded when it is asked for, what commander calls. */
export type Run = (load: () => Promise<Action>) => (...args: unknown[]) => Promise<void>;
