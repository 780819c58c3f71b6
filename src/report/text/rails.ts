/** A graph drawn with characters, a line for each node, as version control draws its history: each value goes down a rail of its own. */

/** What stands to the left of a node's line, and of the lines before it, where rails meet and part. */
export interface Drawn {
  readonly before: readonly string[];
  readonly at: string;
}

const UP = 1;
const DOWN = 2;
const LEFT = 4;
const RIGHT = 8;
/** By the sum of the directions in which lines leave a place. */
const LINES = [..." ╵╷│╴╯╮┤╶╰╭├─┴┬┼"];

/**
 * @param sources of each node, the numbers of the nodes before it that it is made of
 * @returns for each node its drawing, all of one width
 */
export function rails(sources: readonly (readonly number[])[]): Drawn[] {
  /** How often the value of a node is still used. */
  const uses = sources.map((_, i) => sources.filter((from) => from.includes(i)).length);
  /** By rail, the node whose value goes down there. */
  const on: (number | undefined)[] = [];
  const drawn = sources.map((from, i) => {
    const places = [...new Set(from)].map((node) => on.indexOf(node)).sort((a, b) => a - b);
    for (const place of places) uses[on[place]!]!--;
    const ending = places.filter((place) => uses[on[place]!] === 0);
    // where a value ends, the next one goes on; else there is a new rail, to the right of what it is made of
    const to = ending[0] ?? freeFrom(on, (places.at(-1) ?? -1) + 1);
    const before =
      places.length > 1 || ending.length < places.length ? [meeting(on, places, to, ending)] : [];
    for (const place of ending) on[place] = undefined;
    on[to] = i;
    const at = Array.from(on, (node, rail) => (rail === to ? "●" : node === undefined ? " " : "│"));
    if (uses[i] === 0) on[to] = undefined;
    while (on.length > 0 && on.at(-1) === undefined) on.pop();
    return { before, at: at.join(" ") };
  });
  const width = Math.max(...drawn.flatMap(({ before, at }) => [...before, at].map((line) => line.length)));
  return drawn.map(({ before, at }) => ({
    before: before.map((line) => line.padEnd(width)),
    at: at.padEnd(width),
  }));
}

/** The first rail from `start` on that nothing goes down. */
function freeFrom(on: readonly (number | undefined)[], start: number): number {
  let rail = start;
  while (on[rail] !== undefined) rail++;
  return rail;
}

/** The line in which values come together on the rail of the node they are used by. Others go through behind it. */
function meeting(
  on: readonly (number | undefined)[],
  places: readonly number[],
  to: number,
  ending: readonly number[],
): string {
  const [left, right] = [Math.min(to, ...places), Math.max(to, ...places)];
  let line = "";
  for (let rail = 0; rail < Math.max(on.length, right + 1); rail++) {
    const inside = rail >= left && rail <= right;
    const joins = rail === to || places.includes(rail);
    if (inside && !joins) line += on[rail] === undefined ? "─" : "│";
    else {
      const up = on[rail] === undefined ? 0 : UP;
      const down = rail === to || (up && !ending.includes(rail)) ? DOWN : 0;
      line += LINES[up + down + (joins && rail > left ? LEFT : 0) + (joins && rail < right ? RIGHT : 0)];
    }
    line += rail >= left && rail < right ? "─" : " ";
  }
  return line.trimEnd();
}
