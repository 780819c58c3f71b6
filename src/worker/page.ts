import { attempt } from "../host.ts";

/** Whether fit() uses a worker unasked: on a page, which must not stand still. */
export const onPage = (): boolean =>
  attempt(() => document) !== undefined && typeof attempt(() => Worker) === "function";
