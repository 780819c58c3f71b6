/** What targets turn out to be, where the values that come decide: classes, labels or quantities. */
import { NablaError } from "../errors.ts";
import { middle, type Scored, type Subject, type Tally, type Task } from "../metrics/metric.ts";

/** What rows have shown so far, a bit each. */
const SEVERAL = 1; // a row has none or several outputs that apply: labels
const SIGNS = 2; // a target of −1
const ZEROS = 4; // a target of 0
const QUANTITY = 8; // any other value

const WHAT: Readonly<Record<Task, string>> = {
  two: "one of two classes a row",
  classes: "one class a row",
  labels: "several labels a row",
  quantities: "quantities",
};
const INSTEAD: Readonly<Record<Task, string>> = {
  two: "use accuracy, auc, f1",
  classes: "use accuracy, f1",
  labels: "use f1, subsetAccuracy, hamming",
  quantities: 'use "mae", "rmse", "r2"; if they are classes, give their numbers, or 0 and 1',
};

/** One way to read the targets, and the threshold of outputs with it; the batch's own where there is none. */
interface Way {
  readonly subject: Subject;
  readonly threshold?: number;
}

/** How the targets of one output are read. What is counted in training and what in validation share one. */
export class Reading {
  private seen = 0;
  /** The first value that is a quantity. */
  private value: number | undefined;
  private readonly ways: readonly Way[];
  private readonly quantities: boolean;
  /** What to do before a first step: throws where a metric cannot measure these targets. */
  private readonly checks: (() => void)[] = [];

  /**
   * @param subjects what the targets may be: one, or classes first, then labels, then quantities
   * @param classification whether the loss is of classes by nature
   */
  constructor(
    readonly subjects: readonly Subject[],
    private readonly classification: boolean,
  ) {
    const classes = subjects.filter(({ task }) => task !== "quantities");
    this.quantities = classes.length < subjects.length;
    // where targets are −1 and 1, outputs are parted at 0
    this.ways = this.quantities
      ? classes.flatMap((subject) => [{ subject }, { subject, threshold: 0 }])
      : classes.map((subject) => ({ subject }));
  }

  /** Whether the values decide. */
  get open(): boolean {
    return this.subjects.length > 1 && this.checks.length > 0;
  }

  /** What is measured, as far as rows have shown. */
  get subject(): Subject {
    const way = this.chosen();
    return way === undefined ? this.subjects.at(-1)! : this.ways[way].subject;
  }

  /** Takes note of a batch's targets. After a quantity nothing else matters. */
  look(batch: Scored): void {
    if (this.subjects.length === 1 || this.seen & QUANTITY) return;
    const { rows, units, labels, values } = batch;
    const note = (value: number): boolean => {
      if (value === 1) return true;
      if (value === 0) this.seen |= ZEROS;
      else if (value === -1) this.seen |= SIGNS;
      else if (!this.classification) {
        this.seen |= QUANTITY;
        this.value ??= value;
      }
      return value > middle(batch);
    };
    for (let r = 0; r < rows; r++) {
      if (labels && units > 1) continue;
      let on = 0;
      for (let c = 0; c < units; c++) if (note(labels ? labels[r] : values![r * units + c])) on++;
      if (units > 1 && on !== 1) this.seen |= SEVERAL;
    }
  }

  /** @throws NablaError where a metric cannot measure what has been seen */
  check(): void {
    for (const check of this.checks) check();
  }

  /** What a metric says of targets that it cannot measure. */
  refusal(as: string, metric: string, task: Task): NablaError {
    const example = task === "quantities" && this.value !== undefined ? ` (${this.value})` : "";
    const called = as === metric ? `"${as}"` : `"${as}" (${metric})`;
    return new NablaError(
      `metrics: ${called} does not measure what the targets are: ${WHAT[task]}${example}; ${INSTEAD[task]}`,
    );
  }

  /**
   * What is counted, each way that the targets may be meant; the result is that of the way that the rows have shown.
   *
   * @param create for one way; an error where it cannot be
   * @param ofClasses whether it matters
   * @throws NablaError where no way can be
   */
  tally(create: (subject: Subject) => Tally | NablaError, ofClasses: boolean): Tally {
    const [first] = this.subjects;
    if (!ofClasses || this.subjects.length === 1) {
      const made = create(first);
      if (made instanceof NablaError) throw made;
      return made;
    }
    const made = this.ways.map(({ subject }) => create(subject));
    if (made.every((each) => each instanceof NablaError)) throw made[0];
    const refused = () => create(this.subjects.at(-1)!) as NablaError;
    const chosen = (): Tally => {
      const way = this.chosen();
      const tally = way === undefined ? refused() : made[way];
      if (tally instanceof NablaError) throw tally;
      return tally;
    };
    this.checks.push(chosen);
    const tallies = made.map((each) => (each instanceof NablaError ? undefined : each));
    // begins with a number below 0, which no sum of an earlier version does
    const gather = (of: (tally: Tally) => number[]) => [
      -1 - this.seen,
      ...tallies.flatMap((tally) => {
        const state = tally ? of(tally) : [];
        return [state.length, ...state];
      }),
    ];
    const hand = (state: readonly number[], to: (tally: Tally, part: readonly number[]) => void): void => {
      if (!(state[0] < 0)) {
        if (tallies[0]) to(tallies[0], state);
        return;
      }
      this.seen |= -1 - state[0];
      let at = 1;
      for (const tally of tallies) {
        const end = at + 1 + state[at];
        if (tally) to(tally, state.slice(at + 1, end));
        at = end;
      }
    };
    return {
      reset: () => {
        for (const tally of tallies) tally?.reset();
      },
      add: (batch) => {
        this.look(batch);
        chosen();
        for (const [i, tally] of tallies.entries()) {
          const { threshold = batch.threshold } = this.ways[i];
          tally?.add(threshold === batch.threshold ? batch : { ...batch, threshold });
        }
      },
      result: () => chosen().result(),
      state: () => gather((tally) => tally.state()),
      restore: (state) => hand(state, (tally, part) => tally.restore(part)),
      basis: () => gather((tally) => tally.basis?.() ?? tally.state()),
      append: (state) =>
        hand(state, (tally, part) => (tally.append ? tally.append(part) : tally.restore(part))),
    };
  }

  /** The number of the way that rows have shown; undefined for quantities. */
  private chosen(): number | undefined {
    const { seen } = this;
    const signs = (seen & SIGNS) > 0;
    if (this.quantities && (seen & QUANTITY || (signs && seen & ZEROS))) return undefined;
    const task = seen & SEVERAL ? "labels" : this.subjects[0].task;
    return this.ways.findIndex(
      ({ subject, threshold }) => subject.task === task && (!this.quantities || (threshold === 0) === signs),
    );
  }
}
