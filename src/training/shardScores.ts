/**
 * Figures of rows that are not trained on, cut into shards as a batch is: what each gives by itself is added along the same tree. So they have
 * the same bits on any number of ranks, each of which reads and computes some of the shards. It imports no code but that of ranks and sums.
 */
import type { ScoreRequest } from "./evaluate.ts";
import { gatherAny, type Ranks, subtreesOf } from "./ranks.ts";
import type { Scores } from "./scores.ts";
import { addTo, packed, type Sum, startOf, sumOf, unpacked } from "./shardSums.ts";

/**
 * @param score computes those of some rows, one after the other
 * @param shards a power of two; where there are fewer rows, some have none
 * @throws what score() does, and where it is aborted: all ranks are at once, those without rows as well
 */
export async function scoreShards(
  request: ScoreRequest,
  score: (request: ScoreRequest) => Promise<Scores>,
  shards: number,
  ranks: Ranks | undefined,
): Promise<Scores> {
  const { dataset, metrics, signal } = request;
  signal?.throwIfAborted();
  const { length } = dataset;
  const start = (shard: number) => startOf(shard, shards, length);
  const given = new Map<string, Sum>();

  const shard = async (at: number): Promise<Sum> => {
    let loss = 0;
    const recorder: ScoreRequest["recorder"] = {
      add(_, losses) {
        for (const each of losses) loss += each;
      },
    };
    await score({ ...request, part: [start(at), start(at + 1)], recorder });
    return { loss, metrics: metrics.map((metric) => [metric.state()]) };
  };

  /** The sum of so many shards; undefined where none of them has rows. */
  const tree = async (first: number, count: number): Promise<Sum | undefined> => {
    if (start(first) === start(first + count)) return undefined;
    const known = given.get(`${first} ${count}`);
    if (known || count === 1) return known ?? shard(first);
    const left = await tree(first, count / 2);
    const right = await tree(first + count / 2, count / 2);
    return left && right ? sumOf(metrics, left, right) : (left ?? right);
  };

  if (ranks) {
    const full = ([first, count]: readonly [number, number]) => start(first) < start(first + count);
    const subtrees = Array.from({ length: ranks.size }, (_, rank) =>
      subtreesOf(rank, ranks, shards).filter(full),
    );
    const own: Sum[] = [];
    for (const [first, count] of subtrees[ranks.rank]) own.push((await tree(first, count))!);
    const all = await gatherAny(ranks, packed(own, metrics, { stops: false, rate: 0 }));
    for (const [rank, theirs] of all.entries())
      for (const [i, sum] of unpacked(theirs, subtrees[rank].length, metrics).sums.entries())
        given.set(subtrees[rank][i].join(" "), sum);
  }
  const { loss, metrics: states } = (await tree(0, shards))!;
  // of no rows it is what the layers' penalties are
  const { loss: penalties } = await score({ ...request, part: [0, 0] });
  const scores: Scores = { loss: loss / length + penalties };
  for (const [i, metric] of metrics.entries()) {
    metric.reset();
    addTo(metric, states[i]);
    scores[metric.name] = metric.result();
  }
  return scores;
}
