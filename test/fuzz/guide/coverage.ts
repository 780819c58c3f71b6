/** Which blocks of the library an input reaches: V8's own counts, taken in the process. */
import { Session } from "node:inspector";

interface Range {
  startOffset: number;
  endOffset: number;
  count: number;
}
interface Counted {
  url: string;
  functions: { ranges: Range[] }[];
}

/** A function: where its blocks begin and end, and which of its code has never run. */
interface Seen {
  readonly shapes: Set<string>;
  readonly edges: Set<number>;
  readonly counts: Set<string>;
  /** [from, to, from, to, …], sorted. */
  idle: number[];
}

export interface Coverage {
  /** Forgets what has run since the last call. */
  reset(): void;
  /** Whether what has run since then reached a block that none had reached, or ran one more often, by powers of two. */
  isNew(): boolean;
  /** Whether it reached a block that none had reached, without learning it: for several inputs at once. */
  mayBeNew(): boolean;
  /** Blocks that have run. */
  blocks(): number;
}

/**
 * @param url of the script
 * @param counts whether the code at this offset is looked at
 */
export function coverageOf(url: string, counts: (offset: number) => boolean): Coverage {
  const session = new Session();
  session.connect();
  const post = (method: string, parameters?: object): { result: Counted[] } => {
    let answer: { result: Counted[] } | undefined;
    session.post(method, parameters, (error: Error | null, result?: unknown) => {
      if (error) throw error;
      answer = result as { result: Counted[] };
    });
    return answer!;
  };
  post("Profiler.enable");
  post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const functions = new Map<string, Seen>();

  const taken = (): Range[][] => {
    const { result } = post("Profiler.takePreciseCoverage");
    const all = result.find((one) => one.url === url)?.functions ?? [];
    return all.map(({ ranges }) => ranges).filter(([whole]) => whole && counts(whole.startOffset));
  };
  const keyOf = ([whole]: readonly Range[]) => `${whole!.startOffset}:${whole!.endOffset}`;

  function mayBeNew(): boolean {
    return taken().some((ranges) => {
      const seen = functions.get(keyOf(ranges));
      return !seen || length(common(seen.idle, idleIn(ranges))) < length(seen.idle);
    });
  }
  function isNew(): boolean {
    let found = false;
    for (const ranges of taken()) {
      const [whole] = ranges;
      if (!whole) continue;
      const shape = ranges.map(({ startOffset, count }) => `${startOffset}:${Math.clz32(count)}`).join();
      const key = keyOf(ranges);
      let seen = functions.get(key);
      if (!seen) {
        seen = {
          shapes: new Set(),
          edges: new Set(),
          counts: new Set(),
          idle: [whole.startOffset, whole.endOffset],
        };
        functions.set(key, seen);
      }
      if (seen.shapes.has(shape)) continue;
      if (seen.shapes.size < 10_000) seen.shapes.add(shape);
      if (learn(seen, ranges)) found = true;
    }
    return found;
  }
  return {
    reset: () => void post("Profiler.takePreciseCoverage"),
    isNew,
    mayBeNew,
    blocks: () => [...functions.values()].reduce((sum, seen) => sum + blocksOf(seen), 0),
  };
}

/** @returns whether a block ran for the first time, or more often than before */
function learn(seen: Seen, ranges: readonly Range[]): boolean {
  let found = false;
  for (const { startOffset, endOffset, count } of ranges) {
    seen.edges.add(startOffset).add(endOffset);
    const bucket = `${startOffset}:${endOffset}:${Math.clz32(count)}`;
    if (count === 0 || seen.counts.has(bucket)) continue;
    seen.counts.add(bucket);
    found = true;
  }
  const before = length(seen.idle);
  seen.idle = common(seen.idle, idleIn(ranges));
  return found || length(seen.idle) < before;
}

/** What did not run. Ranges lie within each other, the outer one first; the innermost says it. */
function idleIn(ranges: readonly Range[]): number[] {
  const edges = [...new Set(ranges.flatMap(({ startOffset, endOffset }) => [startOffset, endOffset]))].sort(
    (a, b) => a - b,
  );
  const idle: number[] = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const [from, to] = [edges[i]!, edges[i + 1]!];
    const inner = ranges
      .filter(({ startOffset, endOffset }) => startOffset <= from && to <= endOffset)
      .at(-1);
    if (inner!.count > 0) continue;
    if (idle.at(-1) === from) idle[idle.length - 1] = to;
    else idle.push(from, to);
  }
  return idle;
}

/** What lies in both lists of intervals. */
function common(a: readonly number[], b: readonly number[]): number[] {
  const both: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [from, to] = [Math.max(a[i]!, b[j]!), Math.min(a[i + 1]!, b[j + 1]!)];
    if (from < to) both.push(from, to);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return both;
}

const length = (intervals: readonly number[]): number =>
  intervals.reduce((sum, at, i) => sum + (i % 2 === 0 ? -at : at), 0);

function blocksOf({ edges, idle }: Seen): number {
  const sorted = [...edges].sort((a, b) => a - b);
  let blocks = 0;
  let at = 0;
  for (const edge of sorted.slice(0, -1)) {
    while (at < idle.length && idle[at + 1]! <= edge) at += 2;
    if (at >= idle.length || edge < idle[at]!) blocks++;
  }
  return blocks;
}
