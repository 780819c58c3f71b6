/** What the measurements reach of the library beyond its public names; built into build/internals.js, which is not in the package. */
export { callsIn, inTurn, median, pixels, shades, took } from "../src/cli/bench/measure.ts";
export { CASES, NETS } from "../src/cli/bench/nets.ts";
export { internalsOf } from "../src/model/internals.ts";
export { planFor, requestFor } from "../src/network/plans.ts";
export { PlanBuilder } from "../src/plan/builder.ts";
export { plan } from "../src/plan/plan.ts";
export { updateOf } from "../src/training/update.ts";
