/** Inputs one after the other: by structure, and by change of those that reached something new. */
import * as fc from "fast-check";
import { judge, type Problem, type Verdict } from "../oracles/judge.ts";
import { changed, type Given } from "./bytes.ts";
import type { Coverage } from "./coverage.ts";
import { changedJson } from "./json.ts";
import { smaller } from "./minimise.ts";
import { type Random, randomOf } from "./random.ts";
import type { Layer, Sample, Target } from "./target.ts";

/** What was done so far. */
export interface Counts {
  /** Inputs by structure, by coverage, and kept ones. */
  structure: number;
  coverage: number;
  kept: number;
  /** Of them, those that a reader took. */
  taken: number;
  blocks: number;
  /** Most bytes of memory that one asked for. */
  bytes: number;
  /** Most seconds of computing. */
  seconds: number;
}

export interface Finding extends Problem {
  readonly bytes: Uint8Array;
}

export interface LoopOptions {
  readonly target: Target;
  readonly seed: number;
  readonly coverage: Coverage;
  /** Inputs of earlier runs. */
  readonly corpus: readonly Uint8Array[];
  /** Whether there is time for one more. */
  more(counts: Counts): boolean;
  /** Told of every input before it is read. */
  before(bytes: Uint8Array): void;
  /** Told when it has been read. */
  after(): void;
  found(finding: Finding): void;
  /** Told of inputs that reached something new. */
  kept?(bytes: Uint8Array): void;
}

/** Samples that are drawn at a time. */
const DRAWN = 32;
/** Inputs between two looks at the coverage, while news is rare: looking costs more than reading does. */
const BATCH = 16;
/** Inputs without news behind which it is rare. */
const RARE = 64;

export async function loop(options: LoopOptions): Promise<Counts> {
  const { target, coverage, corpus, more, found, kept } = options;
  const random = randomOf(options.seed);
  const counts: Counts = { structure: 0, coverage: 0, kept: 0, taken: 0, blocks: 0, bytes: 0, seconds: 0 };
  const pool: Uint8Array[] = [];
  /** Those of them that the reader took: what is changed in others is often not reached. */
  const right: Uint8Array[] = [];
  const known = new Set<string>();
  const words = (target.words ?? []).map((word) => new TextEncoder().encode(word));
  let sinceNews = 0;
  /** Whether nothing has run since the coverage was looked at. */
  let clean = false;

  const told = async (sample: Sample): Promise<Verdict> => {
    options.before(sample.bytes);
    const verdict = await judge(target, sample);
    options.after();
    return verdict;
  };
  const look = async (sample: Sample): Promise<Verdict> => {
    const verdict = await told(sample);
    counts.bytes = Math.max(counts.bytes, verdict.bytes);
    counts.seconds = Math.max(counts.seconds, verdict.seconds);
    if (verdict.taken) counts.taken++;
    const { problem } = verdict;
    if (problem && !known.has(problem.kind)) {
      known.add(problem.kind);
      const bytes =
        sample.want === undefined ? await smaller(target, sample.bytes, problem.kind, told) : sample.bytes;
      found({ ...problem, bytes });
    }
    return verdict;
  };
  const keep = (bytes: Uint8Array, { taken }: Verdict) => {
    pool.push(bytes);
    if (taken) right.push(bytes);
    kept?.(bytes);
    sinceNews = 0;
  };

  let waiting: Uint8Array[] = [];
  const track = async (sample: Sample): Promise<Verdict> => {
    if (waiting.length === 0 && !clean) coverage.reset();
    clean = false;
    const verdict = await look(sample);
    waiting.push(sample.bytes);
    sinceNews++;
    if (waiting.length < (sinceNews < RARE ? 1 : BATCH)) return verdict;
    const batch = waiting;
    waiting = [];
    if (batch.length === 1) {
      if (coverage.isNew()) keep(batch[0]!, verdict);
      // looking begins anew by itself
      clean = true;
    } else if (coverage.mayBeNew()) {
      for (const bytes of batch) {
        coverage.reset();
        const again = await told({ bytes });
        if (coverage.isNew()) keep(bytes, again);
      }
    }
    return verdict;
  };

  coverage.reset();
  for (const sample of [...(await target.seeds()), ...corpus.map((bytes) => ({ bytes }))]) {
    const { taken } = await track(sample);
    counts.kept++;
    if (!pool.includes(sample.bytes)) pool.push(sample.bytes);
    if (taken && !right.includes(sample.bytes)) right.push(sample.bytes);
  }
  let drawn: Sample[] = [];
  let seed = options.seed;
  while (more(counts)) {
    if (random.chance(1 / 3)) {
      if (drawn.length === 0) drawn = fc.sample(target.arbitrary, { numRuns: DRAWN, seed: seed++ });
      await track(drawn.pop()!);
      counts.structure++;
    } else {
      // the newest ones have been tried least
      const from = right.length > 0 && random.chance(1 / 3) ? right : pool;
      const at = random.chance(0.5)
        ? random.below(from.length)
        : from.length - 1 - random.below(Math.min(50, from.length));
      await track({ bytes: variant(from[at]!, random, { other: random.pick(pool), words }, target) });
      counts.coverage++;
    }
  }
  counts.blocks = coverage.blocks();
  return counts;
}

/** A changed input: as a whole, or in a part of it, with what depends on that part set right. */
function variant(bytes: Uint8Array, random: Random, given: Given, target: Target): Uint8Array {
  try {
    return inLayer(bytes, random, given, target);
  } catch {
    // what a layer makes of it cannot be written
    return changed(bytes, random, given);
  }
}

function inLayer(
  bytes: Uint8Array,
  random: Random,
  given: Given,
  { layers = [], words = [] }: Target,
): Uint8Array {
  const layer: Layer | undefined = random.chance(0.8) && layers.length > 0 ? random.pick(layers) : undefined;
  const opened = layer?.open(bytes);
  if (!opened) return changed(bytes, random, given);
  if (layer!.json && random.chance(0.8)) {
    const text = changedJson(new TextDecoder().decode(opened.inner), random, words);
    if (text !== undefined) return opened.close(new TextEncoder().encode(text));
  }
  const other = layer!.open(given.other)?.inner ?? given.other;
  return opened.close(changed(opened.inner, random, { ...given, other }));
}
