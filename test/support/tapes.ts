/** What plans put on their tapes, written down: to hold that a change of the structure changes no instruction. */
import { vi } from "vitest";
import { PlanBuilder } from "../../src/plan/builder.ts";

/** A tape as text: a line for each instruction, with every field of its record and where ranges lie. */
export type Tape = string[];

/** Every tape that is planned while `run` runs, in order. */
export async function tapesOf(run: () => unknown): Promise<Tape[]> {
  const emitted = new Map<PlanBuilder, [kernel: string, fields: object, each: number][]>();
  const tapes: Tape[] = [];
  const { emit, finish } = PlanBuilder.prototype;
  const emits = vi.spyOn(PlanBuilder.prototype, "emit").mockImplementation(function (
    this: PlanBuilder,
    kernel,
    fields,
    each = 1,
  ) {
    if (!emitted.has(this)) emitted.set(this, []);
    emitted.get(this)!.push([kernel, fields, each]);
    emit.call(this, kernel, fields as never, each);
  });
  const finishes = vi.spyOn(PlanBuilder.prototype, "finish").mockImplementation(function (
    this: PlanBuilder,
    ...args
  ) {
    const image = finish.apply(this, args);
    const lines = (emitted.get(this) ?? []).map(([kernel, fields, each]) => {
      const values = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
      const shown = values.map(
        ([name, value]) => `${name}=${typeof value === "number" ? Math.fround(value) : value.offset}`,
      );
      return `${each > 1 ? `${each} · ` : ""}${kernel} ${shown.join(" ")}`;
    });
    // the kernels' numbers belong to the compiled core, everything else to the plan
    tapes.push([...lines, `${image.bytes.length} bytes, tape at ${image.tape}, ends at ${image.end}`]);
    return image;
  });
  try {
    await run();
  } finally {
    emits.mockRestore();
    finishes.mockRestore();
  }
  return tapes;
}
