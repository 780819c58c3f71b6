/**
 * Successive halving over a shared folder, without a server (Jamieson and Talwalkar 2016; promoted as they come, Li et al. 2020).
 *
 * Trials are trained for few epochs, the first rung; of each rung one in `reduction` goes on to the next, with so many times the epochs.
 * The **bracket** says which, and it hangs on results alone: the first rung has all trials, and a rung of n trials is followed by its
 * floor(n / reduction) best, at least one (the lower number where scores are equal). So the winner does not hang on who came when.
 *
 * So that no process waits for a rung to be whole, a trial that is among the floor(finished / reduction) best *so far* goes on as well.
 * Which of these extra trials are run does hang on the order of arrival; they are told, and they never change the bracket.
 */
import type { NablaError } from "../../errors.ts";
import type { Result } from "./folder.ts";
import type { Specification } from "./specification.ts";

/** The finished trials of a rung, by number. */
export type Finished = ReadonlyMap<number, Result>;

/** Epochs of the rungs: minEpochs, times reduction, …; the last has all. */
export function rungsOf(
  { reduction, minEpochs }: { reduction: number; minEpochs: number },
  epochs: number,
): number[] {
  const rungs: number[] = [];
  for (let rung = minEpochs; rung < epochs; rung *= reduction) rungs.push(rung);
  return [...rungs, epochs];
}

/** Best first; trials that diverged come last, and never go on. */
export function byScore(sign: 1 | -1): (a: Result, b: Result) => number {
  const worth = ({ score }: Result) => (score === undefined ? Number.NEGATIVE_INFINITY : sign * score);
  return (a, b) => {
    const [x, y] = [worth(a), worth(b)];
    return x === y ? a.trial - b.trial : x > y ? -1 : 1;
  };
}

function top(results: Iterable<Result>, most: number, sign: 1 | -1): number[] {
  return [...results]
    .filter(({ score }) => score !== undefined)
    .sort(byScore(sign))
    .slice(0, most)
    .map(({ trial }) => trial);
}

/** The trials of each rung's bracket, as far as they are known: a rung is known when all trials of the one before are finished. */
export function bracketOf(
  { trials, sign }: Pick<Specification, "trials" | "sign">,
  reduction: number,
  finished: readonly Finished[],
): number[][] {
  const bracket = [Array.from({ length: trials }, (_, trial) => trial)];
  for (const done of finished.slice(0, -1)) {
    const here = bracket.at(-1)!;
    if (!here.every((trial) => done.has(trial))) break;
    bracket.push(
      top(
        here.map((trial) => done.get(trial)!),
        // somebody has to come to the end
        Math.max(1, Math.floor(here.length / reduction)),
        sign,
      ),
    );
  }
  return bracket;
}

/** A trial and the number of its rung. */
export interface Next {
  readonly trial: number;
  readonly rung: number;
}

/**
 * What a process may do now, what it should do first in front: promotions from high rungs to low ones, then trials that nobody has begun.
 * @returns nothing when all of the bracket is finished
 */
export function nextOf(
  specification: Pick<Specification, "trials" | "sign">,
  reduction: number,
  finished: readonly Finished[],
): Next[] {
  const bracket = bracketOf(specification, reduction, finished);
  const next: Next[] = [];
  for (let rung = finished.length - 1; rung > 0; rung--) {
    const before = finished[rung - 1]!;
    const wanted = new Set([
      ...(bracket[rung] ?? []),
      ...top(before.values(), Math.floor(before.size / reduction), specification.sign),
    ]);
    for (const trial of wanted) if (!finished[rung]!.has(trial)) next.push({ trial, rung });
  }
  for (const trial of bracket[0]!) if (!finished[0]!.has(trial)) next.push({ trial, rung: 0 });
  return next;
}

/** The last rung for which this holds; -1 for none. */
function last(finished: readonly Finished[], holds: (done: Finished, rung: number) => boolean): number {
  for (let rung = finished.length - 1; rung >= 0; rung--) if (holds(finished[rung]!, rung)) return rung;
  return -1;
}

/** A trial's place in the end: the last rung of its bracket that it reached. */
export interface Standing {
  readonly result: Result;
  readonly rung: number;
  /** Better, and further than its bracket went: it was promoted early. */
  readonly extra?: Result;
}

/** Best first: who came furthest in the bracket, then by score. The order does not hang on who came when, once all is finished. */
export function standingsOf(
  specification: Pick<Specification, "trials" | "sign">,
  reduction: number,
  finished: readonly Finished[],
): Standing[] {
  const bracket = bracketOf(specification, reduction, finished);
  const compare = byScore(specification.sign);
  const standings = bracket[0]!.flatMap((trial): Standing[] => {
    const reached = last(
      finished,
      (done, rung) => bracket[rung]?.includes(trial) === true && done.has(trial),
    );
    if (reached < 0) return [];
    const further = last(finished, (done, rung) => rung > reached && done.has(trial));
    return [
      {
        result: finished[reached]!.get(trial)!,
        rung: reached,
        ...(further >= 0 && { extra: finished[further]!.get(trial)! }),
      },
    ];
  });
  return standings.sort((a, b) => b.rung - a.rung || compare(a.result, b.result));
}

/** Whether an error says that another process is at it. */
export const isTaken = (error: unknown): boolean => (error as NablaError).details?.code === "locked";
