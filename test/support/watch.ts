/**
 * Runs a plan one instruction at a time and looks at all of linear memory after each: only buffers the instruction's record
 * points to may have changed. Buffers begin as NaN, so that what is read before it was written shows.
 */
import { vi } from "vitest";
import type { Core } from "../../src/core/core.ts";
import { type Image, type KernelName, PlanBuilder, type Range, type Value } from "../../src/plan/builder.ts";
import { type Plan, type PlanRequest, plan } from "../../src/plan/plan.ts";

const POISON = 0x7fc0dead;

export interface Instruction {
  kernel: KernelName;
  fields: Record<string, Value>;
}

export interface Watched {
  plan: Plan;
  instructions: Instruction[];
}

/** A plan together with what its builder knew. */
export function watchedPlan(request: PlanRequest): Watched {
  let seen: unknown;
  const original = PlanBuilder.prototype.finish;
  const spy = vi.spyOn(PlanBuilder.prototype, "finish").mockImplementation(function (
    this: PlanBuilder,
    ...args
  ): Image {
    seen = this;
    return original.apply(this, args);
  });
  try {
    const made = plan(request);
    return { plan: made, instructions: (seen as { instructions: Instruction[] }).instructions };
  } finally {
    spy.mockRestore();
  }
}

/** Puts the plan in place, with NaN in all its buffers. */
export function place(core: Core, { base, bytes, end }: Plan): void {
  core.reserve(end);
  const all = core.exports.memory.buffer.byteLength;
  core.u8(base, bytes.length).set(bytes);
  const from = base + bytes.length;
  core.i32(from, (all - from) / 4).fill(POISON);
}

const isRange = (value: Value): value is Range => typeof value === "object";

/**
 * Instructions from … to, in `parts` shares, the last share first where `backwards`.
 * @param parameters what the model owns: not looked at as ranges, but by the offsets that records hold
 * @throws where an instruction wrote outside the buffers it was given
 */
export function runWatched(
  core: Core,
  { plan: made, instructions }: Watched,
  [from, to]: readonly [number, number],
  rows: number,
  parameters: readonly Range[],
  parts = 1,
  backwards = false,
): void {
  const words = core.exports.memory.buffer.byteLength / 4;
  const before = core.i32(0, words).slice();
  const now = core.i32(0, words);
  for (let i = from; i < to; i++) {
    for (let turn = 0; turn < parts; turn++) {
      const part = backwards ? parts - 1 - turn : turn;
      core.exports.runPart(made.tape, i, i + 1, rows, made.step, part, parts);
    }
    const { kernel, fields } = instructions[i];
    const given = Object.values(fields).flatMap((value) =>
      isRange(value) ? [value] : parameters.filter(({ offset }) => offset === value),
    );
    for (let w = 0; w < words; w++) {
      if (now[w] === before[w]) continue;
      const at = w * 4;
      if (!given.some(({ offset, bytes }) => at >= offset && at < offset + bytes))
        throw new Error(
          `instruction ${i}, ${kernel}, wrote at ${at}, outside the buffers it was given: ${given
            .map(({ name, offset, bytes }) => `${name} ${offset}…${offset + bytes}`)
            .join(", ")}`,
        );
      before[w] = now[w];
    }
  }
}
