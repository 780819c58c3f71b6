import { object } from "../fields/objects.ts";
import { type ScheduleKind, warmup } from "./kind.ts";

/** η. */
export const constant = {
  fields: () => object({ ...warmup() }),
  short: [],
  rate: (_, base) => base,
} satisfies ScheduleKind;
