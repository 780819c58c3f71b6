/** Learning-rate schedules η(t) by name, and the field that chooses one. t is counted in epochs, in fractions. */

import type { Field, Input, Simple } from "../fields/fields.ts";
import {
  type OneOf,
  orName,
  type PlainNames,
  shared,
  variant,
  type WrittenOneOf,
} from "../fields/objects.ts";
import { ALL } from "./all.ts";
import type { ScheduleKind } from "./kind.ts";

export type ScheduleName = keyof typeof ALL;

export const schedules: Readonly<Record<ScheduleName, ScheduleKind>> = ALL;
export const SCHEDULES = /* @__PURE__ */ Object.keys(ALL) as ScheduleName[];

/** A schedule by its name, or by its name with options: { name: "cosine", warmupEpochs: 1 }. */
export const scheduleField = (): Field<ScheduleConfig, ScheduleInput, "required"> =>
  shared("schedule", orName(variant("name", ALL)));
/** With every default filled in. */
export type ScheduleConfig = OneOf<"name", typeof ALL>;
/** As people write it. */
export type ScheduleInput = WrittenOneOf<"name", typeof ALL> | PlainNames<typeof ALL>;

/** A schedule with its options. Written out, so that the compiler calls it by its name. */
export type ScheduleOptions = {
  [K in ScheduleName]: Simple<{ name: K } & Input<ReturnType<(typeof ALL)[K]["fields"]>>>;
}[ScheduleName];

/** Whether a step's rate depends on how many epochs are trained in all. */
export const dependsOnEpochs = (config: ScheduleConfig): boolean =>
  schedules[config.name].dependsOnEpochs?.(config) ?? false;
