/** The parameters of simpleRnn, lstm and gru, the states of stateful ones among them. */

import { NablaError } from "../errors.ts";
import type { InitializerConfig } from "../initializers/table.ts";
import { ld, type Range } from "../plan/builder.ts";
import type { Parameter, Site } from "../plan/operation.ts";
import { type Shape, sameShape, showShape } from "../shape.ts";
import { misfit } from "./layer.ts";
import { orthogonal } from "./orthogonal.ts";
import type { RecurrentConfig } from "./recurrentFields.ts";
import { kernelAndBias } from "./weights.ts";

/** What differs from one recurrent layer to another. */
export interface Cell {
  readonly forward: "SIMPLE_RNN_FORWARD" | "LSTM_FORWARD" | "GRU_FORWARD";
  readonly backward: "SIMPLE_RNN_BACKWARD" | "LSTM_BACKWARD" | "GRU_BACKWARD";
  /** How many gates there are. */
  readonly gates: number;
  readonly recurrentActivation?: RecurrentConfig["activation"];
  /** Whether there are cells beside the state. */
  readonly cells?: boolean;
  /** Of gru: whether the reset gate multiplies the product of the state, or the state. */
  readonly after?: boolean;
  /** What biases begin as, of those that are drawn. */
  bias?(drawn: Float32Array): ArrayLike<number>;
}

/** The second row of a parameter of two. Where that lies may be known later: see again.ts. */
export const second = (bias: Range, columns: number): Range => ({
  name: bias.name,
  bytes: bias.bytes / 2,
  get offset() {
    return bias.offset + ld(columns) * 4;
  },
});

export function parametersOf(
  config: RecurrentConfig,
  inputs: number,
  columns: number,
  { after, bias, cells }: Cell,
): Parameter[] {
  const { units, useBias, recurrentInitializer: start, recurrentRegularizer = { l1: 0, l2: 0 } } = config;
  const [kernel, ...biases] = kernelAndBias(config, {
    shape: [inputs, columns],
    layout: "packed",
    fanIn: inputs,
    fanOut: columns,
  });
  const drawn: InitializerConfig =
    start.name === "orthogonal" ? { name: "gaussian", mean: 0, stddev: 1 } : start;
  const recurrent: Parameter = {
    ...kernel,
    ...recurrentRegularizer,
    name: "recurrentKernel",
    shape: [units, columns],
    fanIn: units,
    initializer: drawn,
    ...(TRAINING && start.name === "orthogonal" && { shaped: (values) => orthogonal(values, units) }),
  };
  const own = biases.map(
    (each): Parameter => ({
      ...each,
      // in Keras' layout: of the inputs, then of the states
      ...(after && { shape: [2, columns], layout: "rows" }),
      ...(bias && { shaped: bias }),
    }),
  );
  return [kernel, recurrent, ...(useBias ? own : []), ...statesOf(config, cells)];
}

/** What the states are called that a stateful layer carries: parameters, as nothing else outlasts a batch. */
const CARRIED: Readonly<Record<string, string>> = { h: "state", c: "cells" };

/** What is carried from batch to batch, a row for each row of a batch. */
function statesOf({ stateful, batchSize, units }: RecurrentConfig, cells = false): Parameter[] {
  if (!stateful) return [];
  return (cells ? [CARRIED.h, CARRIED.c] : [CARRIED.h]).map((name) => ({
    name,
    shape: [batchSize!, units],
    layout: "rows",
    initializer: { name: "zeros" },
    fanIn: units,
    fanOut: units,
    l1: 0,
    l2: 0,
    trainable: false,
    carried: true,
  }));
}

/** Where a walk begins and ends, in memory; 0: it begins with zeros, and nobody asks for its end. */
export interface Ends {
  readonly h0: Range | 0;
  readonly hn: Range | 0;
  readonly c0: Range | 0;
  readonly cn: Range | 0;
}

/**
 * The states a walk begins with, and where those at its end go. While training they have a place of their own until the step has turned out
 * well: see keepStates().
 */
export function endsOf(
  site: Site,
  { stateful, units, returnState }: RecurrentConfig,
  states: readonly string[],
  starts: readonly Range[],
): Ends {
  const { builder, training, saved } = site;
  const of = (key: string): [Range | 0, Range | 0] => {
    const i = states.indexOf(key);
    if (i < 0) return [0, 0];
    const name = CARRIED[key];
    const carried =
      site.carried?.(site.node.operation!, key, units) ?? (stateful && site.parameter(name).value);
    let end: Range | 0 = carried || 0;
    if (carried ? training : returnState) {
      end = builder.alloc(`${name} at the end`, builder.rows * ld(units) * 4);
      if (carried) saved.set(name, end);
    }
    if (end) saved.set(key === "h" ? "hn" : "cn", end);
    return [starts[i] ?? (carried || 0), end];
  };
  const [h0, hn] = of("h");
  const [c0, cn] = of("c");
  return { h0, hn, c0, cn };
}

/** Puts the states at the end of a step where the next begins. */
export function keepStates({ builder, saved, parameter }: Site, { units }: RecurrentConfig): void {
  for (const name of Object.values(CARRIED)) {
    const x = saved.get(name);
    const n = ld(units);
    if (x)
      builder.emit("COPY_COLUMNS", {
        y: parameter(name).value,
        yAt: 0,
        x,
        xAt: 0,
        each: 1,
        n,
        yStride: n,
        xStride: n,
        clear: 0,
      });
  }
}

/** @throws NablaError for options of stateful layers that do not go together */
export function checkStateful({ stateful, batchSize, goBackwards }: RecurrentConfig, called: string): void {
  if (stateful && batchSize === undefined)
    throw misfit(
      TRAINING &&
        `${called}: stateful: expected batchSize as well, the rows of every batch; add batchSize: 32`,
    );
  if (!stateful && batchSize !== undefined)
    throw misfit(
      TRAINING && `${called}: batchSize: only a stateful layer has one; add stateful: true, or leave it out`,
    );
  if (stateful && goBackwards)
    throw misfit(
      TRAINING &&
        `${called}: stateful: a walk that begins with the last step has nothing to go on from in the next batch; leave out one of the two`,
    );
}

/**
 * @param given shapes of the states it is given; undefined: it stands in no graph
 * @throws NablaError for states of another number or length, and where nobody could ask for its own
 */
export function checkStates(
  { returnState, stateful, units }: RecurrentConfig,
  called: string,
  cells = false,
  given?: readonly Shape[],
): void {
  const count = cells ? 2 : 1;
  const fits = given?.length === count && given.every((shape) => sameShape(shape, [units]));
  if (given ? given.length === 0 || (fits && !stateful) : !returnState) return;
  const why = () => {
    if (!given)
      return "returnState: its states are values of a graph; write it with input(), apply() and model(), or leave returnState out";
    if (fits)
      return "stateful: it goes on where the batch before ended, so it cannot begin with states it is given; leave out one of the two";
    return `initialState: expected ${cells ? "the state and the cells" : "one state"}, each ${showShape([units])}, got ${given.map(showShape).join(" and ")}; give the states that a layer of ${units} units returns, or bring them to that length with dense({ units: ${units} })`;
  };
  throw misfit(TRAINING && `${called}: ${why()}`);
}

/** Asked before a plan is made, and before each batch. @throws NablaError for other numbers of rows than a stateful layer's */
export function checkBatch(who: string, called: string, batchSize: number | undefined, rows: number): void {
  if (batchSize !== undefined && rows !== batchSize)
    throw new NablaError(
      `${who ? `${who}: ` : ""}${called} is stateful with batchSize ${batchSize}, and has a state for each of so many rows, but a batch has ${rows}; give whole batches, or make a stream()`,
    );
}
