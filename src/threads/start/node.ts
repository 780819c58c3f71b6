/** Helping threads of Node, Deno and Bun. */
import { availableParallelism } from "node:os";
import { code } from "#helper-code";
import { thread } from "./thread.ts";
import type { StartHelper } from "./types.ts";
import { wired } from "./wired.ts";

export const startHelper: StartHelper = (setup, listeners) => wired(thread, code, setup, listeners);

/** How many threads this process may have at work. */
export const cores = (): number => availableParallelism();

/** Why no thread may wait for another here; undefined where it may. */
export const forbidden = (): string | undefined => undefined;
