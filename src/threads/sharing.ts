/**
 * Cuts a plan's tape into groups of instructions for several threads, when it is planned.
 *
 * Two instructions that name a common place in memory have a meeting between them, so that all shares of the first are done. What is too
 * small to share is run by one thread: neighbours of this kind need no meeting. None of this changes a result.
 */
import {
  type CoreFacts,
  type KernelFields,
  type KernelName,
  PlanBuilder,
  type PlanImage,
  type Range,
  type Value,
} from "../plan/builder.ts";
import type { Plan } from "../plan/plan.ts";
import { ALONE, MEET } from "./share.ts";

/** A plan that says how it may be shared. */
export interface SharedPlan extends Plan {
  /** First instruction, the one after the last, marks: of each group. */
  readonly groups: Int32Array;
}

interface Instruction {
  readonly kernel: KernelName;
  readonly fields: Readonly<Record<string, Value>>;
  readonly each: number;
}

/** One sum of a batch, so only part 0 does anything. They write the step record, which says whether the tape goes on: everybody waits for them. */
const WRITE_STEP = new Set<string>(["LOSS_REDUCE", "LOSS_ADD", "PENALTY_LOSS"]);
/** Several times the work of a multiplication for each value. */
const COSTLY =
  /SOFTMAX|SIGMOID|TANH|ELU|SILU|SOFTPLUS|GAUSSIAN|NOISE|DROPOUT|CROSSENTROPY|POOL|NORM|ATTENTION/;

/** What a meeting takes, bytes that pass and multiplications done, in nanoseconds and for one: they only have to be about right. */
const MEETING = 700;
const PER_BYTE = 0.1;
const PER_PRODUCT = 0.1;

export class SharingBuilder extends PlanBuilder {
  private readonly steps: Instruction[] = [];

  /** @param meeting what a meeting takes, in nanoseconds; 0 shares everything that can be */
  constructor(
    rows: number,
    core: CoreFacts,
    parts: number,
    private readonly meeting = MEETING,
  ) {
    super(rows, core, parts);
  }

  override emit<K extends KernelName>(kernel: K, fields: KernelFields<K>, each = 1): void {
    super.emit(kernel, fields, each);
    // what the instruction before worked with keeps its place: the two may have no meeting between them
    for (const value of Object.values(this.steps[this.steps.length - 1]?.fields ?? {}))
      if (typeof value !== "number") this.keep(value);
    this.steps.push({ kernel, fields: fields as Record<string, Value>, each });
  }

  override finish(base: number, parameters: readonly Range[] = []): PlanImage {
    const image = super.finish(base, parameters);
    return Object.assign(image, { groups: this.groups() });
  }

  private groups(): Int32Array {
    const { steps } = this;
    const alone = this.alone();
    const groups: number[] = [];
    /** Since the last meeting. */
    let open: number[] = [];
    for (const [i, { kernel }] of steps.entries()) {
      const meets = open.some(
        (j) => WRITE_STEP.has(steps[j].kernel) || (!(alone[i] && alone[j]) && this.clash(steps[j], steps[i])),
      );
      if (meets || (WRITE_STEP.has(kernel) && open.some((j) => !alone[j]))) {
        open = [];
        groups.push(i, i + 1, MEET | (alone[i] ? ALONE : 0));
      } else if (open.length > 0 && alone[i] === alone[i - 1]) groups[groups.length - 2] = i + 1;
      else groups.push(i, i + 1, alone[i] ? ALONE : 0);
      open.push(i);
    }
    return Int32Array.from(groups);
  }

  /** Which instructions one thread does: neighbours whose shares would not make up for the meetings between them. */
  private alone(): boolean[] {
    const { steps } = this;
    const work = steps.map((step) => this.work(step));
    const small = steps.map(({ kernel }, i) => WRITE_STEP.has(kernel) || work[i] / 2 < this.meeting);
    // a small one between two that are shared has its meetings in any case
    return small.map(
      (is, i) => is && (WRITE_STEP.has(steps[i].kernel) || small[i - 1] !== false || small[i + 1] !== false),
    );
  }

  /** Nanoseconds, roughly. */
  private work({ kernel, fields, each }: Instruction): number {
    const rows = this.rows * each;
    const n = fields as Readonly<Record<string, number>>;
    let bytes = 0;
    for (const [field, value] of Object.entries(fields))
      if (typeof value !== "number" && field !== "scratch" && field !== "step") bytes += value.bytes;
    // flat ranges have no end: their length is in n
    if (fields.n !== undefined) bytes = Math.max(bytes, n.n * 4);
    const products =
      n.kernelHeight !== undefined && n.outHeight !== undefined
        ? (n.outHeight * n.outWidth * n.filters * n.kernelHeight * n.kernelWidth * n.channels) / n.groups
        : n.units !== undefined && n.inputs !== undefined && fields.wt === undefined
          ? n.inputs * n.units
          : kernel === "DENSE_INPUT"
            ? n.inputs * n.units
            : 0;
    return bytes * PER_BYTE * (COSTLY.test(kernel) ? 4 : 1) + rows * products * PER_PRODUCT;
  }

  /** Whether they name a common place. A place that is given as a number has no known end. */
  private clash(a: Instruction, b: Instruction): boolean {
    const places = this.places(a);
    const others = this.places(b);
    if (!places || !others) return true;
    return places.some((one) =>
      others.some(
        (other) => one.offset < other.offset + other.bytes && other.offset < one.offset + one.bytes,
      ),
    );
  }

  private places({ kernel, fields }: Instruction): Range[] | undefined {
    const found: Range[] = [];
    for (const [field, { type }] of Object.entries(this.core.record(kernel))) {
      const value = fields[field];
      if (type !== "p" || value === 0) continue;
      if (typeof value === "number") return undefined;
      // it is written before meetings only
      if (field !== "step") found.push(value);
    }
    return found;
  }
}
