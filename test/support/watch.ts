/**
 * Runs a plan one instruction at a time and looks at all of linear memory after each: only buffers the instruction's record
 * points to may have changed. Buffers begin as NaN, so that what is read before it was written shows.
 */
import { vi } from "vitest";
import type { Core, KernelName } from "../../src/core/core.ts";
import { PlanBuilder, type PlanImage, type Range, type Value } from "../../src/plan/builder.ts";
import { type Plan, type PlanRequest, plan } from "../../src/plan/plan.ts";
import { ld } from "./kernel.ts";
import { type Shape, size } from "./layers/index.ts";

const POISON = 0x7fc0dead;
/** Words compared at once. */
const BLOCK = 2048;

export interface Instruction {
  kernel: KernelName;
  fields: Record<string, Value>;
}

export interface Watched {
  plan: Plan;
  instructions: Instruction[];
  /** Bytes that buffers were asked for with. */
  asked: ReadonlyMap<Range, number>;
  /** Shapes of one row, of buffers that hold one for each row. */
  shapes: ReadonlyMap<Range, Shape>;
}

/** What comes after every buffer and belongs to nobody. */
const GAP = 64;

/** A plan together with what its builder knew, with gaps between its buffers. */
export function watchedPlan(request: PlanRequest): Watched {
  const asked = new Map<Range, number>();
  const shapes = new Map<Range, Shape>();
  let instructions: Instruction[] = [];
  const { alloc, tensor, finish } = PlanBuilder.prototype;
  const spies = [
    vi.spyOn(PlanBuilder.prototype, "alloc").mockImplementation(function (
      this: PlanBuilder,
      name,
      bytes,
      ...more
    ) {
      const range = alloc.call(this, name, bytes + GAP, ...more);
      asked.set(range, bytes);
      return range;
    }),
    vi.spyOn(PlanBuilder.prototype, "tensor").mockImplementation(function (this: PlanBuilder, name, shape) {
      const range = tensor.call(this, name, shape);
      shapes.set(range, shape);
      return range;
    }),
    vi.spyOn(PlanBuilder.prototype, "finish").mockImplementation(function (
      this: PlanBuilder,
      ...args
    ): PlanImage {
      instructions = (this as unknown as { instructions: Instruction[] }).instructions;
      return finish.apply(this, args);
    }),
  ];
  try {
    return { plan: plan(request), instructions, asked, shapes };
  } finally {
    for (const spy of spies) spy.mockRestore();
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
 * @param goesOn whether a piece of the same batch ran before: what the plan keeps for all of it stays
 * @throws where an instruction wrote outside the buffers it was given
 */
export function runWatched(
  core: Core,
  { plan: made, instructions, asked, shapes }: Watched,
  [from, to]: readonly [number, number],
  rows: number,
  parameters: readonly Range[],
  parts = 1,
  backwards = false,
  goesOn = false,
): void {
  const words = core.exports.memory.buffer.byteLength / 4;
  const before = core.i32(0, words).slice();
  const now = core.i32(0, words);
  // buffers that something was written to, by us or by an instruction
  const written = new Set<Range>(
    [...made.inputs.map(({ x }) => x), ...made.outputs.flatMap(({ y, weight }) => [y, weight])].filter(
      (range) => range !== undefined,
    ),
  );
  const met = new Set(written);
  const kept = new Set(instructions.map(({ kernel, fields }) => kernel === "ADD_GRADIENT" && fields.from));
  for (let i = from; i < to; i++) {
    const ranges = Object.values(instructions[i].fields).filter(isRange);
    for (const range of ranges) {
      // others may have left something here
      if (!met.has(range) && asked.has(range) && !(goesOn && kept.has(range))) {
        before.fill(POISON, range.offset / 4, range.offset / 4 + asked.get(range)! / 4);
        now.fill(POISON, range.offset / 4, range.offset / 4 + asked.get(range)! / 4);
      }
      met.add(range);
    }
    for (let turn = 0; turn < parts; turn++) {
      const part = backwards ? parts - 1 - turn : turn;
      core.exports.runPart(made.tape, i, i + 1, rows, made.step, part, parts);
    }
    const { kernel, fields } = instructions[i];
    const given = Object.values(fields).flatMap((value) =>
      isRange(value)
        ? [{ name: value.name, offset: value.offset, bytes: asked.get(value) ?? value.bytes }]
        : parameters.filter(({ offset }) => offset === value),
    );
    const moved = changed(before, now);
    // neighbours mostly lie in one buffer
    let home = { offset: 0, bytes: 0 };
    for (const w of moved) {
      const at = w * 4;
      const within = ({ offset, bytes }: typeof home) => at >= offset && at < offset + bytes;
      if (at < home.offset || at >= home.offset + home.bytes)
        home = given.find(within) ?? { offset: 0, bytes: 0 };
      if (home.bytes === 0)
        throw new Error(
          `instruction ${i}, ${kernel}, wrote at ${at}, outside the buffers it was given: ${given
            .map(({ name, offset, bytes }) => `${name} ${offset}…${offset + bytes}`)
            .join(", ")}`,
        );
      before[w] = now[w];
    }
    for (const range of ranges) {
      const { offset, bytes } = range;
      if (!written.has(range) && moved.some((w) => 4 * w >= offset && 4 * w < offset + bytes))
        written.add(range);
    }
    for (const [field, value] of Object.entries(fields)) {
      if (!isRange(value) || !written.has(value)) continue;
      // what is put together piece by piece is whole after the last
      const next = instructions[i + 1];
      if (next?.kernel === kernel && next.fields[field] === value) continue;
      const shape = shapes.get(value);
      if (shape) checkPadding(core, `${field} of instruction ${i}, ${kernel}`, value, rows, shape);
    }
  }
}

/** Indices of words that differ. (Not a generator: some engines never make the loops of those fast.) */
function changed(before: Int32Array, now: Int32Array): number[] {
  const found: number[] = [];
  // Node is quick to say that a block is as it was, and most are
  const view = ({ buffer, byteOffset, byteLength }: Int32Array) =>
    typeof Buffer === "undefined" ? undefined : Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  const [a, b] = [view(before), view(now)];
  for (let from = 0; from < now.length; from += BLOCK) {
    const to = Math.min(from + BLOCK, now.length);
    if (b && a?.compare(b, 4 * from, 4 * to, 4 * from, 4 * to) === 0) continue;
    for (let w = from; w < to; w++) if (now[w] !== before[w]) found.push(w);
  }
  return found;
}

/** In the padding of gradients lie zeros, in that of other values anything finite. */
function checkPadding(core: Core, what: string, { name, offset }: Range, rows: number, shape: Shape): void {
  const columns = shape[shape.length - 1];
  const stride = ld(columns);
  const lines = (rows * size(shape)) / columns;
  const values = core.f32(offset, lines * stride);
  const isGradient = name.includes("gradients");
  for (let line = 0; line < lines; line++)
    for (let c = columns; c < stride; c++) {
      const v = values[line * stride + c];
      if (isGradient ? v !== 0 : !Number.isFinite(v))
        throw new Error(`${what}: padding column ${c} of line ${line} holds ${v}`);
    }
}
