/**
 * Long tables of cases: Node has all of them, each browser every third, so that the three together have all of them once more. What one
 * engine alone could get wrong shows in test/bits, where whole trainings have to come to the same bits everywhere.
 */
const agent = typeof document === "undefined" ? undefined : navigator.userAgent;
const turn = /Firefox/.test(agent ?? "") ? 0 : /Chrome/.test(agent ?? "") ? 1 : 2;

/** Those cases that are this engine's. */
export const dealt = <T>(cases: readonly T[]): readonly T[] =>
  agent === undefined ? cases : cases.filter((_, i) => i % 3 === turn);

/** How many random cases are this engine's, and from which seed. */
export const dealtRuns = (runs: number, seed: number): [runs: number, seed: number] =>
  agent === undefined ? [runs, seed] : [Math.ceil(runs / 3), seed + 1000 * (1 + turn)];
