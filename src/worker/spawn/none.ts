/** Where a request's own isolate is all there is (workerd, Vercel's edge runtime), and bundlers must not look for a worker. */
import type { Spawn } from "./types.ts";

export type { Worker } from "./types.ts";

export const spawn: Spawn = () => {
  throw new Error("this host has no Worker");
};
