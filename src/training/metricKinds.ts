/** The code of the metrics that are asked for. */
import type { Kinds } from "../metrics/kinds.ts";
import type { NamedMetric } from "../metrics/table.ts";
import { USUAL } from "../metrics/usual.ts";
import type { Goal } from "./goals.ts";
import { loaded } from "./loading.ts";
import { isOwn } from "./ownFunctions.ts";

let all: Kinds | undefined;

/** Those that these goals name, at once where they are there: the usual ones are, the others once one of them was asked for. */
export function kindsFor(goals: readonly Goal[], who?: string): Kinds | Promise<Kinds> {
  const usual = goals.every(({ metrics }) =>
    metrics.every((each) => {
      if (isOwn(each)) return true;
      const given = each as NamedMetric;
      return Object.hasOwn(USUAL, typeof given === "string" ? given : given.name);
    }),
  );
  if (usual) return USUAL;
  return all ?? loaded(() => import("../metrics/all.ts"), who).then(({ ALL }) => (all = ALL));
}
