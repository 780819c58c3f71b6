/**
 * Threads without threads: of each group of instructions that have no meeting between them, the parts take their turns one after the
 * other, in the order asked. What one part needs of another is missing in one order or the other, every time.
 */
import { Core } from "../../src/core/core.ts";
import type { Network } from "../../src/network/network.ts";
import { move } from "../../src/threads/move.ts";
import { ALONE, GROUP, MEET } from "../../src/threads/share.ts";
import type { SharedPlan } from "../../src/threads/sharing.ts";

/** @param order numbers of parts @returns what moves the network back, and how many meetings there were */
export function inTurns(
  network: Network,
  order: readonly number[],
  meeting = 0,
): { end(): void; meetings: number } {
  const core = new Core(network.core.build);
  const size = order.length;
  const status = core.record("Step").status.at;
  const run = ({ groups, tape, step }: SharedPlan, from: number, to: number, rows: number): boolean => {
    /** Numbers of groups up to the next meeting. */
    let together: number[] = [];
    const stopped = () => core.i32(step + status, 1)[0] !== 0;
    const compute = () => {
      if (!stopped())
        for (const part of order)
          for (const g of together) {
            const [first, end, marks] = groups.subarray(g, g + GROUP);
            const alone = (marks & ALONE) !== 0;
            if (alone && part > 0) continue;
            const parts = alone ? 1 : size;
            const [begin, last] = [Math.max(first, from), Math.min(end, to)];
            if (begin < last) core.exports.runPart(tape, begin, last, rows, step, part, parts);
          }
      together = [];
      done.meetings++;
    };
    for (let g = 0; g < groups.length; g += GROUP) {
      if ((groups[g + 2] & MEET) !== 0 && groups[g] > from) compute();
      together.push(g);
    }
    compute();
    return !stopped();
  };
  const done = { end: move(network, core, { size, meeting, run }), meetings: 0 };
  return done;
}
