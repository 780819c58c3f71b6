/** What compile() decided for a model, and how far fit() is: all that training changes, besides weights and slots. */
import { type Callback, type CallbackStates, withState } from "../callbacks/callback.ts";
import { NablaError } from "../errors.ts";
import type { Metric } from "../metrics/metric.ts";
import type { ThreadsUsed } from "../threads/threads.ts";
import type { CompiledTraining } from "./compile.ts";
import type { History } from "./options.ts";
import { freshRun, type Run } from "./run.ts";
import type { RunSettings } from "./settings.ts";

export class TrainingState {
  compiled: CompiledTraining | undefined;
  run: Run = freshRun();
  settings: RunSettings | undefined;
  callbacks: readonly Callback[] = [];
  /** States of callbacks from a checkpoint, until fit() has the callbacks they belong to. */
  waiting: CallbackStates = {};
  /** Metrics of the training under way: their sums so far belong to its state. */
  counting: readonly Metric[] = [];
  busy = false;
  /** What the last call of fit() has to say of its rows. */
  notes: readonly string[] = [];
  /** After how many steps a program last set weights. */
  setAt: number | undefined;
  /** Rows that batches of trainOnBatch() and testOnBatch() have room for so far. */
  capacity = 0;
  /** What the last training or evaluation was computed with, where threads were asked for. */
  declare threads?: ThreadsUsed;
  /** Where trainOnBatch() can go back to: the weights of a step, and what is true unless others have changed them since. */
  good: { weights: Uint8Array; step: number; next: number; changes: number } | undefined;

  /** @throws NablaError where compile() was not called */
  get required(): CompiledTraining {
    if (this.compiled) return this.compiled;
    throw new NablaError(
      'the model has no loss and no optimizer yet: call compile({ optimizer: "adam", loss: "categoricalCrossentropy" }) first',
    );
  }

  /** @throws NablaError while a training is under way */
  checkIdle(who: string): void {
    if (this.busy)
      throw new NablaError(`${who}: this model is being trained already; wait for that training, or stop it`);
  }

  /** Forgets an earlier training. */
  begin(compiled: CompiledTraining): void {
    this.compiled = compiled;
    this.settings = undefined;
    this.callbacks = [];
    this.goOnFrom(freshRun(), undefined, {});
  }

  /** Restores what a checkpoint has; fit({ resume: true }) continues from there. */
  goOnFrom(run: Run, settings: RunSettings | undefined, waiting: CallbackStates): void {
    this.run = run;
    this.setAt = undefined;
    this.settings = settings;
    this.waiting = waiting;
    this.good = undefined;
  }

  /** Brings the run's copy of the metrics' sums up to date. */
  settle(): Run {
    for (const metric of this.counting) this.run.metrics[metric.name] = metric.state();
    return this.run;
  }

  /** What callbacks have learned in this run, by name. */
  get callbackStates(): CallbackStates {
    const states = { ...this.waiting };
    for (const [key, callback] of withState(this.callbacks)) states[key] = callback.state!();
    return states;
  }

  /** Figures of the epochs of the last call of fit(); of one that was stopped in the middle those so far. */
  get history(): History {
    const { partial, stopped } = this.run;
    const history = partial ? [...this.run.history, partial] : this.run.history;
    const columns = new Map<string, number[]>();
    for (const logs of history)
      for (const [name, value] of Object.entries(logs))
        columns
          .set(name, columns.get(name) ?? [])
          .get(name)!
          .push(value);
    return {
      epoch: history.map((_, i) => i),
      history: Object.fromEntries(columns),
      ...(stopped && { stopped }),
      ...(this.notes[0] && { notes: this.notes }),
    };
  }
}
