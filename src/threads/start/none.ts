/** Where a request's own isolate is all there is (workerd, Vercel's edge runtime). */
import type { StartHelper } from "./types.ts";

export const startHelper: StartHelper = () => {
  throw new Error("this host has no threads");
};

export const cores = (): number => 1;

export const forbidden = (): string | undefined => "this host has no threads";
