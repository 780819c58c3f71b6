/** The schedules there are, a line each, in the order in which messages list them. */
export { constant } from "./constant.ts";
export { step } from "./step.ts";
export { exponential } from "./exponential.ts";
export { inverseTime } from "./inverseTime.ts";
export { cosine } from "./cosine.ts";
