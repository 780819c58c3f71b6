/** Models that are given the steps of sequences one by one, and carry their states from step to step. */
import type { Core } from "../core/core.ts";
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { checkOptions, checkWhole } from "../fields/options.ts";
import { ld, PlanBuilder, type Range, unpadded } from "../plan/builder.ts";
import { type ForwardRequest, type Plan, predictPlan } from "../plan/forward.ts";
import type { Architecture, InputKind, Layer } from "../plan/operation.ts";
import { showShape, sizeOf } from "../shape.ts";
import { isA, isBytes } from "../tags.ts";
import type { Builder } from "./chain.ts";
import type { Topology } from "./configs.ts";
import { type OneStep, oneStepOf } from "./oneStep.ts";
import { byName, flat, inFloats, type StepOutputs, type StepValues, stepShape } from "./stepValues.ts";

/** How steps are taken one by one. */
export interface StreamOptions {
  /** How many sequences go side by side: push() takes a step of each. Default 1. */
  batchSize?: number;
}

/** A built network, as streams see it. */
export interface StreamNetwork {
  readonly core: Core;
  readonly architecture: Architecture;
  readonly reading: readonly InputKind[] | undefined;
  readonly about: { readonly metadata: { readonly targetScale?: Scale } };
  /** First byte that plans may use. */
  readonly workspace: number;
  outputsRequest(rows: number, inputs: readonly InputKind[]): ForwardRequest;
  use(plan: Plan): Plan;
  inUse(plan: Plan): boolean;
  run(plan: Plan, from: number, to: number, rows: number): boolean;
}

type Scale = { readonly mean: number[]; readonly scale: number[] };

/**
 * Opens a stream of a network, which is asked for at each step: training may have changed its weights, or moved it to another core.
 *
 * @param kinds how values of the inputs are read @param check what inputs are asked for @param inUnits of outputs; not of this room
 */
export type OpenStream = (
  network: () => StreamNetwork,
  topology: Topology,
  builder: Builder,
  kinds: (network: never, inputs: readonly Values[], who: string) => InputKind[],
  check: (
    who: string,
    of: { readonly core: Core; readonly layers: readonly Layer[] },
    plan: Plan,
    rows: number,
    rowOf: (row: number) => number,
  ) => void,
  inUnits: (values: Float32Array, by: Scale | undefined) => Float32Array,
  options?: StreamOptions,
) => Stream;

interface Values {
  readonly data: Uint8Array | Float32Array;
  readonly rows: number;
}

/** A state that is carried. */
interface Carried {
  readonly name: string;
  readonly units: number;
  readonly range: Range;
  /** What it was after the last step, in padded rows: other plans use the same memory. */
  readonly kept: Float32Array;
}

const FLOATS: InputKind = { type: "float32", scale: 1 };
type Of = Parameters<OpenStream>;

/** A model that is given one step after the other: made by model.stream(). */
export class Stream {
  /** How many sequences go side by side. */
  readonly batchSize: number;
  readonly #now: Of[0];
  readonly #kinds: Of[3];
  readonly #check: Of[4];
  readonly #inUnits: Of[5];
  readonly #step: OneStep;
  #network: StreamNetwork;
  #core: Core | undefined;
  #plan: Plan | undefined;
  readonly #carried: Carried[] = [];
  readonly #checks: boolean;
  /** Where outputs were written to last, which has been looked at. */
  #to: Float32Array | undefined;

  constructor(
    now: Of[0],
    topology: Topology,
    builder: Builder,
    kinds: Of[3],
    check: Of[4],
    inUnits: Of[5],
    options: StreamOptions = {},
  ) {
    checkOptions("stream", options, ["batchSize"]);
    this.batchSize = options.batchSize ?? 1;
    checkWhole("stream: batchSize", this.batchSize);
    this.#now = now;
    this.#kinds = kinds;
    this.#check = check;
    this.#inUnits = inUnits;
    this.#network = now();
    this.#step = oneStepOf(this.#network.architecture, topology, builder);
    this.#checks = this.#step.architecture.layers.some(({ check }) => check);
    this.#ready();
  }

  /** Shape of what push() takes for each sequence, of the first input: one step, without the steps' axis. */
  get inputShape(): readonly number[] {
    return stepShape(this.#network.architecture.inputs[0].shape, this.#step.architecture.inputs[0].shape);
  }

  /**
   * Outputs after one more step: the bits that predict() gives at this step of the whole sequence; of a layer that returns its last state
   * alone, what it would be if the sequence ended here.
   *
   * @param x the step's values, of each sequence in turn: [batchSize · features]; of several inputs, by name. Bytes are scaled as by
   * predict(). A step that masking() or maskZero calls padding changes nothing.
   * @param to where the outputs are written, for programs that must leave no garbage. Default: an array of their own
   * @throws NablaError for another number of values, and for values that are no numbers; the states are as they were then
   */
  push(x: StepValues, to?: Float32Array): Float32Array;
  push<Result extends StepOutputs>(
    x: StepValues | Readonly<Record<string, StepValues>>,
    to?: Float32Array,
  ): Result;
  push(x: StepValues | Readonly<Record<string, StepValues>>, to?: Float32Array): StepOutputs {
    const plan = this.#ready();
    const core = this.#core!;
    const { inputs, outputs } = plan;
    if (to !== this.#to) this.#checkTo(to, plan);
    for (let i = 0; i < inputs.length; i++) {
      const { name, shape, x: at } = inputs[i];
      const n = this.batchSize * sizeOf(shape);
      const values = inputs.length === 1 ? (x as StepValues) : byName(x, name, inputs);
      this.#read(core.f32(at.offset, n), values, i, inputs.length === 1 ? "" : `${name}: `);
      if (!core.exports.allFinite(at.offset, n)) this.#refuse(plan);
    }
    if (this.#checks) this.#refuse(plan, this.#step.architecture.layers);
    this.#network.run(plan, 0, plan.marks.end, this.batchSize);
    for (let i = 0; i < this.#carried.length; i++) {
      const { kept, range } = this.#carried[i];
      kept.set(core.f32(range.offset, kept.length));
    }
    if (outputs.length === 1) return this.#outputOf(plan, 0, to);
    return Object.fromEntries(outputs.map(({ name }, i) => [name, this.#outputOf(plan, i)]));
  }

  /** Begins new sequences: all states are zero. */
  reset(): void {
    for (const { kept } of this.#carried) kept.fill(0);
    this.#restore();
  }

  /** Copies of the states, by layer: { "lstm_1.h": …, "lstm_1.c": … }, each [batchSize · units]. Assigned, a stream goes on from there. */
  get states(): Readonly<Record<string, Float32Array>> {
    return Object.fromEntries(
      this.#carried.map(({ name, units, kept }) => [name, unpadded(kept, ld(units), units)]),
    );
  }

  /** @throws NablaError for other names or lengths, and for values that are no finite numbers; nothing is changed then */
  set states(states) {
    if (typeof states !== "object" || states === null)
      throw new NablaError(`stream: states: expected an object such as states returns, got ${show(states)}`);
    const names = this.#carried.map(({ name }) => name);
    for (const name of Object.keys(states))
      if (!names.includes(name))
        throw new NablaError(`stream: states: there is no "${name}"; there are ${names.join(", ")}`);
    for (const { name, units } of this.#carried) {
      const values = states[name];
      const n = this.batchSize * units;
      if (values?.length !== n)
        throw new NablaError(
          `stream: states: "${name}": expected ${n} numbers (${this.batchSize} × ${units}), got ${values?.length ?? "none"}`,
        );
      if (!Array.prototype.every.call(values, Number.isFinite))
        throw new NablaError(`stream: states: "${name}": expected finite numbers`);
    }
    for (const { name, units, kept } of this.#carried)
      for (let row = 0; row < this.batchSize; row++)
        for (let c = 0; c < units; c++) kept[row * ld(units) + c] = states[name][row * units + c];
    this.#restore();
  }

  /** The plan, in memory with the states of this stream. */
  #ready(): Plan {
    const network = this.#now();
    const plan = this.#plan;
    if (!plan || network !== this.#network || network.core !== this.#core || !begins(plan, network)) {
      this.#network = network;
      this.#core = network.core;
      this.#plan = this.#planned();
      this.#restore();
    } else if (!network.inUse(plan)) this.#restore();
    return this.#plan!;
  }

  /** Puts the plan and the states into memory. */
  #restore(): void {
    const core = this.#core!;
    this.#network.use(this.#plan!);
    for (const { kept, range } of this.#carried) core.f32(range.offset, kept.length).set(kept);
  }

  #planned(): Plan {
    const { architecture, walking } = this.#step;
    const { batchSize } = this;
    const network = this.#network;
    const before = [...this.#carried];
    this.#carried.length = 0;
    const kinds = architecture.inputs.map(() => FLOATS);
    const request = network.outputsRequest(batchSize, kinds);
    // threads run what is put together for them
    const { builder = new PlanBuilder(batchSize, network.core) } = request;
    return predictPlan({
      ...request,
      architecture,
      builder,
      carried: (operation, state, units) => {
        if (!walking.includes(operation)) return undefined;
        const taken = (name: string) => this.#carried.some((other) => other.name === name);
        let name = `${operation.layer}.${state}`;
        // a layer that is applied again has states of its own there
        for (let i = 2; taken(name); i++) name = `${operation.layer} (${i}).${state}`;
        const floats = batchSize * ld(units);
        const range = builder.pin(builder.alloc(`${name}, carried`, floats * 4));
        const kept = before.find((other) => other.name === name)?.kept ?? new Float32Array(floats);
        this.#carried.push({ name, units, range, kept });
        return range;
      },
    });
  }

  /** Values as they lie in memory. */
  #read(view: Float32Array, x: StepValues, input: number, who: string): void {
    if (inFloats(x) && x.length === view.length && !this.#bytes(input)) view.set(x);
    else {
      const wanted = () => {
        const { shape } = this.#network.architecture.inputs[input];
        const step = stepShape(shape, this.#step.architecture.inputs[input].shape);
        const of =
          this.batchSize > 1 ? `${this.batchSize} sequences, each ${showShape(step)}` : showShape(step);
        return `push: ${who}expected a step of ${of}, so ${view.length} number${view.length > 1 ? "s" : ""}`;
      };
      const values = flat(x);
      if (!values) throw new NablaError(`${wanted()}, got ${show(x)}`);
      if (values.length !== view.length) throw new NablaError(`${wanted()}, got ${values.length}`);
      const floats = isBytes(values) ? (values as Uint8Array) : Float32Array.from(values);
      const rows: Values[] = [];
      rows[input] = { data: floats, rows: 1 };
      const { scale } = this.#kinds(this.#network as never, rows, "push")[input];
      // as the core multiplies them: in single precision
      for (let i = 0; i < view.length; i++)
        view[i] = scale === 1 ? floats[i] : floats[i] * Math.fround(scale);
    }
  }

  /** Whether the model was trained on bytes: then numbers are looked at. */
  #bytes(input: number): boolean {
    return this.#network.reading?.[input]?.type === "uint8";
  }

  #checkTo(to: Float32Array | undefined, { outputs }: Plan): void {
    if (to === undefined) return;
    const n = this.batchSize * outputs[0].units;
    if (outputs.length > 1)
      throw new NablaError(
        "push: to: the model has several outputs, which are returned by name; leave it out",
      );
    if (!isA("Float32Array", to) || to.length !== n)
      throw new NablaError(`push: to: expected a Float32Array of ${n} values, got ${show(to)}`);
    this.#to = to;
  }

  #outputOf({ outputs }: Plan, i: number, to?: Float32Array): Float32Array {
    const { units, output } = outputs[i];
    const from = this.#core!.f32(output.offset, this.batchSize * ld(units));
    const values = unpadded(from, ld(units), units, to as Float32Array<ArrayBuffer> | undefined);
    return this.#inUnits(values, this.#network.about.metadata.targetScale);
  }

  /** @throws NablaError that says which value is no number, or none that a layer takes */
  #refuse(plan: Plan, layers: readonly Layer[] = []): void {
    this.#check("push", { core: this.#core!, layers }, plan, this.batchSize, (row) => row);
  }
}

/** Whether a plan begins where the network's plans may begin now. */
const begins = ({ base }: Plan, { workspace }: StreamNetwork): boolean =>
  base === Math.ceil(workspace / 64) * 64;

export const openStream: OpenStream = (...of) => new Stream(...of);
