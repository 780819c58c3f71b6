/** One or several trainings of the same net, step by step side by side. */
import type { Model } from "nabla";
import type { Dataset } from "nabla/data";
import { after, changesOf } from "../state/changes.ts";
import type { Change, Edit, PlaneState, Settings } from "../state/planeState.ts";
import { activationOf } from "../state/state.ts";
import { hasConverged } from "./converged.ts";
import { dataset, inputsOf, makeData, type PlaneData } from "./data.ts";
import { type Plane, project } from "./directions.ts";
import { goOn } from "./goOn.ts";
import { flatWeights } from "./landscape.ts";
import { Lane } from "./lane.ts";
import { layerNames, makeModel, type Runner, runnersOf } from "./net.ts";
import { deadUnits, gradientSizes, gradientsOf, Probe } from "./probe.ts";
import type { Curves, LayerView, Sample, Standing } from "./protocol.ts";
import { Recorder } from "./recorder.ts";

export interface Entrant {
  readonly runner: Runner;
  readonly model: Model;
  readonly lane: Lane;
  readonly probe: Probe;
}

/** Which figures of units are wanted. */
export interface Figures {
  /** Which units are dead, of each hidden layer, where that is known from before. */
  readonly dead?: readonly (readonly boolean[])[];
  /** Whether the gradient of each weight is wanted as well. */
  readonly gradient?: boolean;
}

interface Moment {
  readonly epoch: number;
  readonly samples: readonly Sample[];
  readonly weights: readonly Float32Array[];
}

export class Race {
  data!: PlaneData;
  train: Dataset | undefined;
  private test: Dataset | undefined;
  entrants: readonly Entrant[];
  /** What was and will be changed. */
  changes: readonly Change[];
  /** Epochs of those that were. */
  readonly changedAt: number[] = [];
  private readonly recorder = new Recorder<Moment>();
  private trainInputs!: Float32Array;

  /** Everything in it is a function of the state: data, first weights, order of rows, and what changes at which step. */
  constructor(private readonly origin: PlaneState) {
    this.changes = origin.changes;
    this.makeData();
    this.entrants = this.train ? runnersOf(origin).map((runner) => this.enter(runner, this.train!)) : [];
  }

  /** Settings as they are by now. */
  get state(): PlaneState {
    return after({ ...this.origin, changes: this.changes }, this.changedAt.length);
  }

  private makeData(): void {
    const { state } = this;
    const { features, classes } = state;
    const of = (part: "train" | "test"): Dataset | undefined =>
      this.data[part].labels.length > 0 ? dataset(this.data[part], features, classes, part) : undefined;
    this.data = makeData(state);
    this.train = of("train");
    this.test = of("test");
    this.trainInputs = inputsOf(this.data.train.places, features);
  }

  private enter(runner: Runner, train: Dataset): Entrant {
    const { state } = this;
    const model = makeModel(state, runner.optimizer, runner.rate);
    const lane = new Lane(model, train, state.batch);
    return { runner, model, lane, probe: new Probe(model, state) };
  }

  /** Changes settings, or a weight, at the step where all are. What was to be changed later is not any more. */
  async change(changes: { readonly set?: Settings; readonly weight?: Edit }): Promise<void> {
    await this.applyDue();
    const { step } = this;
    const now = changes.set ? changesOf(step, changes.set) : [{ step, weight: changes.weight! }];
    this.changes = [...this.changes.slice(0, this.changedAt.length), ...now];
    for (const change of now) await this.apply(change);
  }

  /** Changes what is to be changed at the step where all are. */
  async applyDue(): Promise<void> {
    for (;;) {
      const next = this.changes[this.changedAt.length];
      if (!next || next.step > this.step) return;
      await this.apply(next);
    }
  }

  private async apply({ set, weight }: Change): Promise<void> {
    if (weight) this.setWeight(weight);
    this.changedAt.push(this.epoch);
    if (!set) return;
    if ("noise" in set) this.makeData();
    const runners = runnersOf(this.state);
    this.entrants = await Promise.all(this.entrants.map((entrant, i) => this.turned(entrant, runners[i])));
  }

  /** The same entrant with the settings that hold now. One that has ended stays as it is. */
  private async turned(
    { runner: before, model: old, lane, probe }: Entrant,
    runner: Runner,
  ): Promise<Entrant> {
    if (lane.over) return { runner: before, model: old, lane, probe };
    await lane.leave();
    const { state } = this;
    const model = makeModel(state, runner.optimizer, runner.rate);
    goOn(old, model, runner.optimizer === before.optimizer);
    const from = { step: lane.step, epoch: Math.ceil(lane.epoch - 1e-9) };
    return {
      runner,
      model,
      lane: new Lane(model, this.train!, state.batch, from),
      probe: new Probe(model, state),
    };
  }

  private setWeight({ layer, part, index, value }: Edit): void {
    const name = `${layerNames(this.origin)[layer]}.${part}`;
    for (const { model } of this.entrants) {
      const values = model.weights()[name];
      values[index] = value;
      model.setWeights({ [name]: values });
    }
  }

  get step(): number {
    return Math.max(0, ...this.entrants.map(({ lane }) => lane.step));
  }

  get stepsPerEpoch(): number {
    return this.entrants[0]?.lane.stepsPerEpoch ?? 1;
  }

  /** Epochs done, with the share of the one that is under way. */
  get epoch(): number {
    return Math.max(0, ...this.entrants.map(({ lane }) => lane.epoch));
  }

  /** The step that ends the epoch of the step `at`. */
  epochEnd(at: number): number {
    return this.entrants[0]?.lane.epochEnd(at) ?? at + 1;
  }

  get over(): boolean {
    return this.entrants.every(({ lane }) => lane.over);
  }

  /** Takes at most so many steps, and stops early at one to record, and where something changes. */
  async advance(steps: number): Promise<void> {
    const before = this.step;
    if (before === 0) await this.record();
    await this.applyDue();
    const next = this.changes[this.changedAt.length]?.step ?? Number.POSITIVE_INFINITY;
    const count = Math.min(steps, this.recorder.ahead(before), next - before);
    await Promise.all(this.entrants.map(({ lane }) => lane.run(count)));
    if (this.step === before) return;
    await this.record();
    await this.applyDue();
  }

  /** Records where all are, if this step is one to record. */
  async record(): Promise<void> {
    const { step } = this;
    if (this.entrants.length === 0 || !this.recorder.due(step)) return;
    const samples = await Promise.all(this.entrants.map((entrant) => this.sample(entrant)));
    this.recorder.add(step, {
      epoch: this.epoch,
      samples,
      weights: this.entrants.map(({ model }) => flatWeights(model)),
    });
  }

  /** Whether the losses of all who run have stopped falling, as far as is recorded: the same at any speed. */
  get converged(): boolean {
    const { items } = this.recorder;
    const epochs = items.map(({ epoch }) => epoch);
    return (
      this.entrants.length > 0 &&
      this.entrants.every((_, i) =>
        hasConverged(
          epochs,
          items.map(({ samples }) => samples[i].loss),
        ),
      )
    );
  }

  /** How often curves have changed. */
  get recorded(): number {
    return this.recorder.steps.at(-1) ?? -1;
  }

  get curves(): Curves {
    const samples = this.entrants.map((_, i) => this.recorder.items.map((moment) => moment.samples[i]));
    const epochs = this.recorder.items.map(({ epoch }) => epoch);
    return { steps: [...this.recorder.steps], epochs, samples };
  }

  /** Of each entrant: its weights along the way, the last as they are now. */
  get paths(): Float32Array[][] {
    return this.entrants.map(({ model }, i) => [
      ...this.recorder.items.map((moment) => moment.weights[i]),
      flatWeights(model),
    ]);
  }

  /** Where each entrant is in a plane of weights. */
  places(plane: Plane): Float32Array[] {
    return this.entrants.map(({ model }) => project([flatWeights(model)], plane));
  }

  async standings(): Promise<Standing[]> {
    return Promise.all(
      this.entrants.map(async ({ runner, model, lane }) => ({
        optimizer: runner.optimizer,
        rate: lane.step > 0 ? lane.rate : runner.rate,
        ...(await this.scores(model)),
        ...(lane.failed !== undefined && { failed: lane.failed }),
      })),
    );
  }

  private async scores(model: Model): Promise<Omit<Sample, "gradients">> {
    const { loss, accuracy = Number.NaN } = await model.evaluate(this.train!, { batchSize: 1024 });
    if (!this.test) return { loss, accuracy };
    const test = await model.evaluate(this.test, { batchSize: 1024 });
    return { loss, accuracy, testLoss: test.loss, testAccuracy: test.accuracy ?? Number.NaN };
  }

  private async sample({ model }: Entrant): Promise<Sample> {
    const scores = await this.scores(model);
    return {
      ...scores,
      gradients: gradientSizes(model, this.train!, layerNames(this.state)),
    };
  }

  /** Which units of each hidden layer are dead; none where the activation cannot die. Of a probe that is refreshed. */
  private dead(probe: Probe): boolean[][] {
    const { state } = this;
    const { net } = state;
    const canDie = net.map((_, i) => activationOf(state, i) === "relu");
    if (!canDie.includes(true)) return net.map((units) => new Array<boolean>(units).fill(false));
    const outputs = probe.outputs(this.trainInputs, this.data.train.labels.length);
    return net.map((units, i) =>
      canDie[i] ? deadUnits(outputs[i], units) : new Array<boolean>(units).fill(false),
    );
  }

  /**
   * Outputs of every dense layer of an entrant at places of the plane, and the figures of its units.
   * @param inputs [places, features]
   */
  look(
    entrant: Entrant,
    inputs: Float32Array,
    figures: Figures = {},
  ): { outputs: Float32Array[]; layers: Omit<LayerView, "units">[] } {
    const { model, probe } = entrant;
    probe.refresh();
    const dead = figures.dead ?? this.dead(probe);
    const weights = model.weights();
    const slopes = figures.gradient && gradientsOf(model, this.train!);
    const outputs = probe.outputs(inputs, inputs.length / this.state.features.length);
    const layers = layerNames(this.state).map((name, i) => ({
      kernel: weights[`${name}.kernel`],
      bias: weights[`${name}.bias`],
      dead: dead[i] ?? [],
      ...(slopes && { gradient: { kernel: slopes[`${name}.kernel`], bias: slopes[`${name}.bias`] } }),
    }));
    return { outputs, layers };
  }

  async dispose(): Promise<void> {
    await Promise.all(this.entrants.map(({ lane }) => lane.dispose()));
  }
}
