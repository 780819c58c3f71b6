/** A layer of a file as it is read: its options, its weights, what it is applied to, and the layers here that are made of it. */
import { show } from "../../fields/fields.ts";
import { SAME, underscored } from "../../interop/keras.ts";
import { kindOf } from "../../layers/registry.ts";
import type { Shape } from "../../shape.ts";
import type { Building, Weights, WeightsOf } from "../building.ts";
import type { Problem } from "../problems.ts";
import { type Active, activeOf } from "./activationLayers.ts";
import { field, type Json } from "./json.ts";
import type { Ref, Step } from "./nodes.ts";
import { described, Options } from "./options.ts";
import { type Spot, type Store, taken } from "./store.ts";

type Given = Readonly<Record<string, unknown>>;

/** What reads layers of a class. @returns the name of the layer whose values are its own; undefined where it is refused */
export type Handler = (at: Reading) => string | undefined;

const REGULARIZERS = ["kernel", "recurrent", "embeddings", "depthwise", "pointwise"];

/** Where layers that are made go: into the model, or into a layer that holds them. */
export interface Sink {
  shapeOf(name: string): Shape;
  add(
    type: string,
    options: Given,
    inputs: readonly string[],
    name: string | undefined,
    weights: WeightsOf,
  ): string;
  /** A state at the end of a recurrent layer, which has so many units. */
  state(name: string, layer: string, units: number): string;
}

/** Thrown where a layer cannot be looked at further because one before it could not be read. */
export class Skipped extends Error {}

/** A layer as a model lists it. */
export interface Entry {
  readonly className: string;
  readonly name: string;
  readonly config: unknown;
  readonly whole: unknown;
  /** Its key among the weights of the model around it, as Keras 3 counts them. */
  readonly key: string;
}

/** How layers of models in a row are applied, for graphs of them. */
export interface Rows {
  readonly isModel: (className: string, config: unknown) => boolean;
  readonly appliedFirst: (
    given: Applied,
    entry: Entry,
    inputs: readonly (string | undefined)[],
    step: Pick<Step, "numbers" | "call">,
  ) => readonly (string | undefined)[];
}

/** What reads models that are graphs. */
export interface GraphCode {
  readGraph(given: Applied, entries: readonly Entry[], rows: Rows): (string | undefined)[];
  refsOf(value: unknown): Ref[];
}

/** What reads a file. */
export interface Code {
  /** Where there are graphs. */
  readonly graphs: GraphCode | undefined;
  readonly handlers: ReadonlyMap<string, Handler>;
  /** Why there are no layers of a class. */
  whyAbsent(className: string): string;
}

/** What all layers of a file share. */
export interface Context extends Code {
  readonly building: Building;
  readonly store: Store;
  readonly problems: Problem[];
  /** What is left out or is otherwise while training, said once each. */
  readonly notes: Set<string>;
  /** Reads a layer, or a model that stands in the place of one. */
  apply(given: Applied): (string | undefined)[];
  /** 2 or 3: hardSigmoid is another in each. */
  readonly version: number;
}

/** A layer of a file, and what it is applied to. */
export interface Applied {
  readonly context: Context;
  readonly sink: Sink;
  readonly className: string;
  readonly config: unknown;
  readonly spot: Spot;
  readonly inputs: readonly (string | undefined)[];
  readonly numbers?: readonly { readonly value: number; readonly first: boolean }[];
  /** What the call says by names. */
  readonly call?: Json;
}

export class Reading {
  readonly options: Options;
  /** Layers whose values are its outputs behind the first: states. */
  readonly states: string[] = [];

  constructor(
    readonly context: Context,
    readonly sink: Sink,
    readonly className: string,
    config: unknown,
    readonly spot: Spot,
    /** Names of the layers it is applied to; undefined where they could not be read. */
    readonly inputs: readonly (string | undefined)[],
    /** Numbers it is given beside them. */
    readonly beside: readonly { readonly value: number; readonly first: boolean }[] = [],
    readonly call: Json = {},
  ) {
    this.options = new Options(config);
  }

  get name(): string {
    return this.spot.within ?? this.spot.names[this.spot.names.length - 1]!;
  }

  /** Says that something is not here; the rest of the layer is looked at as well. */
  refuse(why: string): void {
    this.context.problems.push({ where: `${this.className} ${show(this.name)}`, why });
  }

  note(what: string): void {
    this.context.notes.add(`${this.className} ${show(this.name)}: ${what}`);
  }

  /** A layer that this one holds, which is read in its place. */
  another(className: string, config: unknown, spot: Spot): Reading {
    return new Reading(this.context, this.sink, className, config, spot, this.inputs);
  }

  /** Options by their names here. @param names default: those that the table of layers that are the same has */
  carried(
    type: string,
    names: readonly string[] = SAME.find(([own]) => own === type)!.slice(2),
  ): Record<string, unknown> {
    const options: Record<string, unknown> = {};
    for (const name of names) {
      if (/activation$/i.test(name)) continue;
      // along a sequence they are numbers, also where a list of one has them
      const value = this.options[/1d$/.test(type) ? "single" : "get"](underscored(name));
      if (value !== undefined) options[name] = value;
    }
    for (const weights of REGULARIZERS) {
      const name = `${weights}Regularizer`;
      const penalty = hasField(type, name) && this.regularizer(`${weights}_regularizer`);
      if (penalty) options[name] = penalty;
    }
    return options;
  }

  /** An option that has to be this, or left out. */
  only(name: string, why: string, ...allowed: readonly unknown[]): void {
    const value = this.options.get(name);
    if (value === undefined || value === false || allowed.some((one) => one === value)) return;
    this.refuse(`${name} ${show(value)}: ${why}`);
  }

  /** Of the input, or of another one. */
  shape(input = this.inputs[0]): Shape {
    if (input === undefined) throw new Skipped();
    return this.sink.shapeOf(input);
  }

  /** Images and sequences are read with their channels last. */
  channelsLast(): void {
    this.only(
      "data_format",
      "channels are the last axis here; convert the model to channels_last, or export it as ONNX",
      "channels_last",
    );
  }

  /** An axis that has to be the last. */
  lastAxis(): void {
    const given = this.options.get("axis");
    const axis = Array.isArray(given) && given.length === 1 ? given[0] : given;
    if (axis === undefined || axis === -1) return;
    if (this.inputs[0] !== undefined && axis === this.shape().length) return;
    if (this.inputs[0] === undefined) return;
    this.refuse(`axis ${show(given)}: it is along the last axis here; permute its input`);
  }

  /** Penalties on weights that exist here. */
  regularizer(option: string): { l1: number; l2: number } | undefined {
    const value = this.options.get(option);
    if (value === undefined) return undefined;
    const [name, config] = described(value) ?? ["", undefined];
    const number = (key: string) => {
      const n = field(config, key);
      return typeof n === "number" ? n : undefined;
    };
    const [l1, l2] = [number("l1"), number("l2")];
    if (/^(?:L1L2|L1|L2|l1|l2|l1_l2)$/.test(name) && (config === undefined || (l1 ?? l2) !== undefined))
      return {
        l1: l1 ?? (config === undefined && /1/.test(name) ? 0.01 : 0),
        l2: l2 ?? (config === undefined && /2/.test(name) ? 0.01 : 0),
      };
    this.note(`${option} ${show(value)} is left out`);
    return undefined;
  }

  /** @param option whose value it is @param value default: that of the option */
  active(option = "activation", value = this.options.get(option)): Active {
    return activeOf(value, option, this.context.version, (why) => this.refuse(why));
  }

  /** Numbers of an option that is a list, or one number. */
  numbers(option: string): number[] | undefined {
    const value = this.options.get(option);
    if (value === undefined) return undefined;
    const list = Array.isArray(value) ? value : [value];
    if (list.every((n): n is number => typeof n === "number")) return list;
    this.refuse(`${option} ${show(value)}: expected numbers`);
    return undefined;
  }

  /**
   * Puts a layer behind others, and its activation behind it where it cannot be its own.
   *
   * @param weights default: those of the file, which have the names and the order of the layer's own
   * @returns its name
   */
  add(
    type: string,
    options: Given = {},
    given: {
      inputs?: readonly (string | undefined)[];
      weights?: Weights;
      active?: Active;
      plain?: boolean;
      spot?: Spot;
    } = {},
  ): string {
    const { inputs = this.inputs, weights, active = {}, plain, spot = this.spot } = given;
    const known = inputs.filter((input): input is string => input !== undefined);
    if (known.length < inputs.length || inputs.length === 0) throw new Skipped();
    const all = {
      ...options,
      ...(active.own !== undefined && { activation: active.own }),
      ...(this.options.get("trainable") === false && hasField(type, "trainable") && { trainable: false }),
    };
    const name = this.sink.add(
      type,
      all,
      known,
      plain ? undefined : this.name,
      (parameters) => weights ?? this.own(parameters, spot),
    );
    return (active.behind ?? []).reduce(
      (before, [next, its]) => this.add(next, its, { inputs: [before], plain: true }),
      name,
    );
  }

  /** The weights of the file for these parameters. */
  own(parameters: readonly { readonly name: string }[], spot = this.spot): Weights {
    const found = taken(
      this.context.store.of(spot),
      parameters.map(({ name }) => underscored(name)),
    );
    return Object.fromEntries(
      parameters.map(({ name }, i) => [name, { shape: found[i]!.shape, data: () => found[i]!.data() }]),
    );
  }

  /** Weights by Keras' names, in Keras' order. */
  weights(...names: readonly string[]) {
    return taken(this.context.store.of(this.spot), names);
  }

  /** The name of the bias, where there is one. */
  get bias(): ["bias"] | [] {
    return this.options.get("use_bias") === false ? [] : ["bias"];
  }

  /** Says what nobody has read. */
  finish(): void {
    const { training, unknown } = this.options.rest();
    if (training.length > 0) this.note(`${training.join(", ")} is left out`);
    for (const name of unknown)
      this.refuse(`${name} ${show(this.options.get(name))}: there is no such option here`);
  }
}

/** Whether layers of a type have an option. */
export const hasField = (type: string, name: string): boolean =>
  Object.hasOwn(kindOf(type)?.fields().fields ?? {}, name);
