/** The threads of one training: this one, which is part 0 of every run, and helpers, which are started for it and end with it. */
import { cores, startHelper } from "#helper";
import type { Core } from "../core/core.ts";
import { messageOf, NablaError } from "../errors.ts";
import { now } from "../host.ts";
import { Choice } from "./choice.ts";
import {
  ALONE,
  AT,
  ask,
  FAILED,
  fail,
  GROUP,
  GROUPS,
  LOOKS,
  MEET,
  PATIENCE,
  type Place,
  ROWS,
  STEP,
  type Status,
  TABLE,
  TAPE,
  WAITS,
} from "./share.ts";
import type { SharedPlan } from "./sharing.ts";
import type { Helper } from "./start/types.ts";
import type { ThreadsUsed } from "./threads.ts";

/** Room for groups; a longer tape is run by one thread. */
const MOST_GROUPS = 20_000;
/** How often a thread looks before it sleeps: some tens of microseconds. Where there are more than processors, it would keep others waiting. */
const LOOKING = 20_000;
/** Milliseconds of a wait, and how many of them may pass without a sign of the others. */
const WAIT = 1000;
const MOST_WAITS = 30;
/** Milliseconds of runs after which helpers are started where nobody asked for a number: shorter trainings are over sooner without. */
const WORTH = 100;
/** Milliseconds helpers may take until they say that they are there. */
const STARTING = 10_000;

/** What a thread that was lost leaves behind. */
export class ThreadLost extends NablaError {
  /** Whether weights may be half changed. */
  constructor(
    message: string,
    readonly updating: boolean,
  ) {
    super(message);
  }
}

export class Team {
  private readonly helpers: Helper[] = [];
  private readonly place: Place;
  private readonly status: Status = { step: -1, view: new Int32Array(0) };
  private readonly choices = new WeakMap<SharedPlan, Choice>();
  private written: { plan: SharedPlan; from: number; to: number; shared: boolean } | undefined;
  private ready = 0;
  /** Milliseconds of runs so far. */
  private spent = 0;
  private started = false;
  /** Nobody is missed any more. */
  private over = false;
  /** Why there are fewer threads than were wanted, or none any more. */
  why: string | undefined;

  /**
   * @param size how many threads, this one among them
   * @param auto whether it is found out how many are faster
   */
  constructor(
    private readonly core: Core,
    private readonly memory: WebAssembly.Memory,
    readonly size: number,
    private readonly auto: boolean,
  ) {
    const control = new Int32Array(new SharedArrayBuffer((TABLE + MOST_GROUPS * GROUP) * 4));
    control[LOOKS] = size > cores() ? 0 : LOOKING;
    control[PATIENCE] = WAIT;
    control[WAITS] = MOST_WAITS;
    const { runPart } = core.exports;
    this.place = { control, memory, runPart, status: core.record("Step").status.at };
  }

  /** Of runs that are shared at all: this one and the helpers that are there. */
  private get threads(): number {
    return this.ready === this.size - 1 && this.why === undefined ? this.size : 1;
  }

  /** What has been computed with, also when the team is gone. */
  get used(): ThreadsUsed {
    const { threads, why } = this;
    return { threads, ...(why && { why }) };
  }

  /** Starts the helpers. @returns a promise of whether all are there */
  start(): Promise<boolean> {
    this.started = true;
    const { control, status } = this.place;
    return new Promise((resolve) => {
      const late = () => this.without("they did not answer within 10 seconds", resolve);
      const timer = setTimeout(late, STARTING);
      const done = (all: boolean) => {
        clearTimeout(timer);
        resolve(all);
      };
      for (let part = 1; part < this.size; part++) {
        const setup = { module: this.core.module, memory: this.memory, control, part, status };
        try {
          const helper = startHelper(setup, {
            ready: () => {
              if (++this.ready < this.size - 1) return;
              for (const helper of this.helpers) helper.go();
              done(true);
            },
            ended: (why) => {
              if (this.over) return;
              if (this.threads === 1) return this.without(why, done);
              this.why ??= why;
              fail(control, part + 1);
            },
          });
          this.helpers.push(helper);
        } catch (cause) {
          this.without(messageOf(cause), done);
          break;
        }
      }
    });
  }

  /** The training goes on with this thread alone. */
  private without(why: string, done: (all: boolean) => void): void {
    this.why ??= `threads could not be started: ${why}`;
    void this.end();
    done(false);
  }

  /** Ends the helpers. Resolves when they write nothing any more, as far as the host says. */
  async end(): Promise<void> {
    this.over = true;
    fail(this.place.control, -2);
    await Promise.all(this.helpers.splice(0).map((helper) => helper.end()));
  }

  /**
   * Runs instructions `from` … `to` of a plan that is in memory.
   *
   * @returns whether all of them ran
   * @throws ThreadLost where a helper has failed, or does not answer
   */
  run(plan: SharedPlan, from: number, to: number, rows: number): boolean {
    // between two steps
    if (this.helpers.length > 0 && Atomics.load(this.place.control, FAILED) !== 0) throw this.lost(false);
    if (!this.auto) return this.runWith(this.threads, plan, from, to, rows);
    // full batches are alike; how others are run makes no difference
    const choice = rows * 2 > plan.rows ? this.choice(plan) : undefined;
    const begun = now();
    const whole = this.runWith(choice?.parts ?? 1, plan, from, to, rows);
    const took = now() - begun;
    choice?.ran(took);
    this.spent += took;
    if (!this.started && this.spent > WORTH) void this.start();
    return whole;
  }

  private choice(plan: SharedPlan): Choice | undefined {
    if (this.threads === 1) return undefined;
    let found = this.choices.get(plan);
    if (!found) this.choices.set(plan, (found = new Choice(this.size)));
    return found;
  }

  private runWith(parts: number, plan: SharedPlan, from: number, to: number, rows: number): boolean {
    if (parts === 1 || !this.write(plan, from, to))
      return this.core.run(plan.tape, from, to, rows, plan.step) === to - from;
    const { control } = this.place;
    control[TAPE] = plan.tape;
    control[STEP] = plan.step;
    control[ROWS] = rows;
    control[AT] = 0;
    let group: number;
    try {
      group = ask(this.place, this.status, parts);
    } catch (error) {
      fail(control, 1);
      throw error;
    }
    if (group < 0) throw this.lost(this.updating(plan));
    return group === control[GROUPS];
  }

  /** Puts the groups of a stretch of the tape where all threads find them. @returns whether any of it is shared */
  private write(plan: SharedPlan, from: number, to: number): boolean {
    const { written } = this;
    if (written?.plan === plan && written.from === from && written.to === to) return written.shared;
    const { control } = this.place;
    const { groups } = plan;
    const own: number[] = [];
    for (let g = 0; g < groups.length; g += GROUP) {
      const first = Math.max(from, groups[g]);
      const end = Math.min(to, groups[g + 1]);
      if (first >= end) continue;
      own.push(first, end, groups[g + 2]);
    }
    // all have met where the job begins
    if (own.length > 0) own[2] &= ~MEET;
    const count = own.length / GROUP;
    const shared = count <= MOST_GROUPS && own.some((marks, i) => i % GROUP === 2 && (marks & ALONE) === 0);
    if (shared) {
      control.set(own, TABLE);
      control[GROUPS] = count;
    }
    this.written = { plan, from, to, shared };
    return shared;
  }

  /** Whether weights may be half changed: others may be ahead, up to where all would have met. */
  private updating({ marks }: SharedPlan): boolean {
    const { control } = this.place;
    let g = control[AT] + 1;
    while (g < control[GROUPS] && (control[TABLE + g * GROUP + 2] & MEET) === 0) g++;
    return control[TABLE + (g - 1) * GROUP + 1] > marks.update;
  }

  private lost(updating: boolean): ThreadLost {
    const { control } = this.place;
    const part = Atomics.load(control, FAILED) - 1;
    const what =
      part > 0
        ? `thread ${part + 1} of ${this.size} has ended in the middle of the training${this.why ? ` (${this.why})` : ""}`
        : `a thread has not answered for ${(control[WAITS] * control[PATIENCE]) / 1000} seconds: it was killed, or stands still`;
    this.why = what;
    return new ThreadLost(
      `${what}. What was saved is whole; go on from it with resume: true, with threads: 1 where it happens again`,
      updating,
    );
  }
}

/** For tests: where threads tell each other what happens. @internal */
export const controlOf = (team: Team): Int32Array => (team as unknown as { place: Place }).place.control;
