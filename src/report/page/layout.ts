/**
 * Where the boxes of a graph go: in layers from top to bottom, each below all it is made of (Sugiyama, Tagawa & Toda 1981). Edges that
 * pass layers get a place in each of them, so that they go round the boxes.
 */

export interface Box {
  readonly width: number;
  readonly height: number;
  /** Numbers of the boxes before it that it is made of. */
  readonly from: readonly number[];
  /** Whether it is at the very bottom. */
  readonly last?: boolean;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Of each box, its left upper corner. */
  readonly places: readonly { x: number; y: number }[];
  /** Of each edge, the points it goes through, from the bottom of one box to the top of another. */
  readonly edges: readonly { from: number; to: number; points: readonly [x: number, y: number][] }[];
}

/** A box, or where an edge passes. */
interface Item {
  readonly width: number;
  rank: number;
  /** Its middle. */
  x: number;
  readonly above: Item[];
  readonly below: Item[];
}

const BETWEEN = { x: 28, y: 36 };
const PASSING = 14;

export function layoutOf(boxes: readonly Box[]): Layout {
  const items: Item[] = boxes.map(({ width }) => ({ width, rank: 0, x: 0, above: [], below: [] }));
  boxes.forEach(({ from }, i) => {
    for (const source of from) items[i]!.rank = Math.max(items[i]!.rank, items[source]!.rank + 1);
  });
  const bottom = Math.max(...items.map(({ rank }) => rank));
  boxes.forEach(({ last }, i) => {
    if (last) items[i]!.rank = bottom;
  });
  const ranks: Item[][] = Array.from({ length: bottom + 1 }, () => []);
  for (const item of items) ranks[item.rank]!.push(item);
  const join = (a: Item, b: Item) => {
    a.below.push(b);
    b.above.push(a);
  };
  const ways = boxes.flatMap(({ from }, to) =>
    [...new Set(from)].map((source) => {
      const way = [items[source]!];
      for (let rank = way[0]!.rank + 1; rank < items[to]!.rank; rank++) {
        const passing: Item = { width: PASSING, rank, x: 0, above: [], below: [] };
        ranks[rank]!.push(passing);
        join(way.at(-1)!, passing);
        way.push(passing);
      }
      join(way.at(-1)!, items[to]!);
      way.push(items[to]!);
      return { from: source, to, way };
    }),
  );
  order(ranks);
  place(ranks);
  const all = ranks.flat();
  const left = Math.min(...all.map(({ x, width }) => x - width / 2));
  const width = Math.max(...all.map((item) => item.x + item.width / 2)) - left;
  const heights = ranks.map((rank) =>
    Math.max(...rank.map((item) => boxes[items.indexOf(item)]?.height ?? 0)),
  );
  const tops = heights.map((_, r) =>
    heights.slice(0, r).reduce((sum, height) => sum + height + BETWEEN.y, 0),
  );
  const middle = (i: number) => (heights[items[i]!.rank]! - boxes[i]!.height) / 2;
  const places = boxes.map((box, i) => ({
    x: items[i]!.x - box.width / 2 - left,
    y: tops[items[i]!.rank]! + middle(i),
  }));
  const edges = ways.map(({ from, to, way }) => {
    const points = way.slice(1, -1).flatMap(({ x, rank }): [number, number][] => [
      [x - left, tops[rank]!],
      [x - left, tops[rank]! + heights[rank]!],
    ]);
    const start: [number, number] = [items[from]!.x - left, places[from]!.y + boxes[from]!.height];
    const end: [number, number] = [items[to]!.x - left, places[to]!.y];
    return { from, to, points: [start, ...points, end] };
  });
  return { width, height: tops.at(-1)! + heights.at(-1)!, places, edges };
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** Sorts each rank by the mean place of its neighbours, down and up again; keeps the order with the fewest crossings. */
function order(ranks: Item[][]): void {
  let best = ranks.map((rank) => [...rank]);
  let fewest = crossings(ranks);
  for (let sweep = 0; sweep < 12 && fewest > 0; sweep++) {
    const down = sweep % 2 === 0;
    const way = down ? ranks.slice(1) : ranks.slice(0, -1).reverse();
    for (const rank of way) {
      const key = new Map(
        rank.map((item, i) => {
          const near = down ? item.above : item.below;
          const beside = near.length > 0 ? ranks[near[0]!.rank]! : [];
          return [item, near.length > 0 ? mean(near.map((other) => beside.indexOf(other))) : i];
        }),
      );
      rank.sort((a, b) => key.get(a)! - key.get(b)!);
    }
    const now = crossings(ranks);
    if (now < fewest) {
      fewest = now;
      best = ranks.map((rank) => [...rank]);
    }
  }
  ranks.splice(0, ranks.length, ...best);
}

function crossings(ranks: readonly Item[][]): number {
  let count = 0;
  for (const [r, rank] of ranks.slice(0, -1).entries()) {
    const lines = rank.flatMap((item, i) => item.below.map((other) => [i, ranks[r + 1]!.indexOf(other)]));
    for (const [i, [a, b]] of lines.entries())
      for (const [c, d] of lines.slice(i + 1)) if ((a! - c!) * (b! - d!) < 0) count++;
  }
  return count;
}

/** Moves each rank below (and above) the middles of its neighbours, as near as boxes beside each other let it. */
function place(ranks: readonly Item[][]): void {
  for (const rank of ranks)
    settle(
      rank,
      rank.map(() => 0),
    );
  for (let sweep = 0; sweep < 24; sweep++) {
    const down = sweep % 2 === 0;
    for (const rank of down ? ranks : [...ranks].reverse())
      settle(
        rank,
        rank.map((item) => {
          const near = down ? item.above : item.below;
          const passing = near.filter((other) => item.width === PASSING && other.width === PASSING);
          if (passing.length > 0) return passing[0]!.x;
          return near.length > 0 ? mean(near.map(({ x }) => x)) : item.x;
        }),
      );
  }
}

/** The places nearest to those wished, by least squares, with room between them: neighbours that would overlap move together. */
function settle(rank: readonly Item[], wished: readonly number[]): void {
  let at = 0;
  const offsets = rank.map((item, i) => {
    if (i > 0) at += (rank[i - 1]!.width + item.width) / 2 + BETWEEN.x;
    return at;
  });
  const groups: { sum: number; weight: number; count: number }[] = [];
  for (const [i, wish] of wished.entries()) {
    // what only passes makes way last, so that long edges are straight
    const weight = rank[i]!.width === PASSING ? 8 : 1;
    groups.push({ sum: weight * (wish - offsets[i]!), weight, count: 1 });
    for (
      let [a, b] = groups.slice(-2);
      a && b && a.sum / a.weight > b.sum / b.weight;
      [a, b] = groups.slice(-2)
    )
      groups.splice(-2, 2, { sum: a.sum + b.sum, weight: a.weight + b.weight, count: a.count + b.count });
  }
  let next = 0;
  for (const { sum, weight, count } of groups)
    for (const end = next + count; next < end; next++) rank[next]!.x = sum / weight + offsets[next]!;
}
