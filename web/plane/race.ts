/** One or several trainings of the same net, step by step side by side. */
import type { Model } from "nabla";
import type { Dataset } from "nabla/data";
import { dataset, makeData, type PlaneData } from "./data.ts";
import { flatWeights } from "./landscape.ts";
import { Lane } from "./lane.ts";
import { layerNames, makeModel, type Runner, runnersOf } from "./net.ts";
import { deadUnits, gradientSizes, Probe } from "./probe.ts";
import type { Curves, LayerView, Sample, Standing } from "./protocol.ts";
import { Recorder } from "./recorder.ts";
import type { PlaneState } from "./state.ts";

interface Entrant {
  readonly runner: Runner;
  readonly model: Model;
  readonly lane: Lane;
  readonly probe: Probe;
}

interface Moment {
  readonly samples: readonly Sample[];
  readonly weights: readonly Float32Array[];
}

export class Race {
  readonly data: PlaneData;
  readonly train: Dataset | undefined;
  private readonly test: Dataset | undefined;
  readonly entrants: readonly Entrant[];
  private readonly recorder = new Recorder<Moment>();
  private readonly trainInputs: Float32Array;

  /** Everything in it is a function of the state: data, first weights, order of rows. */
  constructor(readonly state: PlaneState) {
    const { features, classes } = state;
    const of = (part: "train" | "test"): Dataset | undefined =>
      this.data[part].labels.length > 0 ? dataset(this.data[part], features, classes, part) : undefined;
    this.data = makeData(state);
    this.train = of("train");
    this.test = of("test");
    this.trainInputs = new Float32Array(this.data.train.labels.length * features.length);
    this.train?.read(
      Uint32Array.from(this.data.train.labels, (_, i) => i),
      this.trainInputs,
      new Int32Array(this.data.train.labels.length),
    );
    this.entrants = this.train ? runnersOf(state).map((runner) => this.enter(runner, this.train!)) : [];
  }

  private enter(runner: Runner, train: Dataset): Entrant {
    const model = makeModel(this.state, runner.optimizer, runner.rate);
    const lane = new Lane(model, train, this.state.batch);
    return { runner, model, lane, probe: new Probe(model, this.state) };
  }

  get step(): number {
    return Math.max(0, ...this.entrants.map(({ lane }) => lane.step));
  }

  get stepsPerEpoch(): number {
    return this.entrants[0]?.lane.stepsPerEpoch ?? 1;
  }

  get over(): boolean {
    return this.entrants.every(({ lane }) => lane.over);
  }

  /** Takes at most so many steps, and stops early at one to record. */
  async advance(steps: number): Promise<void> {
    const before = this.step;
    if (before === 0) await this.record();
    const count = Math.min(steps, this.recorder.ahead(before));
    await Promise.all(this.entrants.map(({ lane }) => lane.run(count)));
    if (this.step > before) await this.record();
  }

  /** Records where all are, if this step is one to record. */
  async record(): Promise<void> {
    const { step } = this;
    if (this.entrants.length === 0 || !this.recorder.due(step)) return;
    const samples = await Promise.all(this.entrants.map((entrant) => this.sample(entrant)));
    this.recorder.add(step, { samples, weights: this.entrants.map(({ model }) => flatWeights(model)) });
  }

  /** How often curves have changed. */
  get recorded(): number {
    return this.recorder.steps.at(-1) ?? -1;
  }

  get curves(): Curves {
    const samples = this.entrants.map((_, i) => this.recorder.items.map((moment) => moment.samples[i]));
    return { steps: [...this.recorder.steps], samples };
  }

  /** Of each entrant: its weights along the way, the last as they are now. */
  get paths(): Float32Array[][] {
    return this.entrants.map(({ model }, i) => [
      ...this.recorder.items.map((moment) => moment.weights[i]),
      flatWeights(model),
    ]);
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
    const { loss, accuracy } = await model.evaluate(this.train!, { batchSize: 1024 });
    if (!this.test) return { loss, accuracy };
    const test = await model.evaluate(this.test, { batchSize: 1024 });
    return { loss, accuracy, testLoss: test.loss, testAccuracy: test.accuracy };
  }

  private async sample({ model }: Entrant): Promise<Sample> {
    const scores = await this.scores(model);
    return {
      ...scores,
      gradients: gradientSizes(model, this.train!, layerNames(this.state)),
    };
  }

  /** Which units of each hidden layer are dead; none where the activation cannot die. Leaves the probe refreshed. */
  private dead(probe: Probe): boolean[][] {
    const { net, activation } = this.state;
    probe.refresh();
    if (activation !== "relu") return net.map((units) => new Array<boolean>(units).fill(false));
    const outputs = probe.outputs(this.trainInputs, this.data.train.labels.length);
    return net.map((units, i) => deadUnits(outputs[i], units));
  }

  /**
   * Outputs of every dense layer of an entrant at places of the plane, and the figures of its units.
   * @param inputs [places, features]
   */
  look(
    entrant: Entrant,
    inputs: Float32Array,
  ): { outputs: Float32Array[]; layers: Omit<LayerView, "units">[] } {
    const { model, probe } = entrant;
    const dead = this.dead(probe);
    const weights = model.weights();
    const outputs = probe.outputs(inputs, inputs.length / this.state.features.length);
    const layers = layerNames(this.state).map((name, i) => ({
      kernel: weights[`${name}.kernel`],
      bias: weights[`${name}.bias`],
      dead: dead[i] ?? [],
    }));
    return { outputs, layers };
  }

  async dispose(): Promise<void> {
    await Promise.all(this.entrants.map(({ lane }) => lane.dispose()));
  }
}
