/** The parameters of simpleRnn, lstm and gru, the states of stateful ones among them. */

import { NablaError } from "../errors.ts";
import type { InitializerConfig } from "../initializers/table.ts";
import { ld, type Range } from "../plan/builder.ts";
import type { Parameter, Site } from "../plan/operation.ts";
import { misfit } from "./layer.ts";
import { orthogonal } from "./orthogonal.ts";
import type { Cell } from "./recurrent.ts";
import type { RecurrentConfig } from "./recurrentFields.ts";
import { kernelAndBias } from "./weights.ts";

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

/** What is carried from batch to batch, a row for each row of a batch. */
function statesOf({ stateful, batchSize, units }: RecurrentConfig, cells = false): Parameter[] {
  if (!stateful) return [];
  return (cells ? ["state", "cells"] : ["state"]).map((name) => ({
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
export function endsOf(site: Site, { stateful, units }: RecurrentConfig, cells = false): Ends {
  const { builder, training, saved } = site;
  const of = (name: string, key: string, wanted: boolean): [Range | 0, Range | 0] => {
    const carried =
      wanted &&
      (site.carried?.(site.node.operation!, key, units) ?? (stateful && site.parameter(name).value));
    if (!carried) return [0, 0];
    if (!training) return [carried, carried];
    const end = builder.alloc(`${name} at the end`, builder.rows * ld(units) * 4);
    saved.set(name, end);
    return [carried, end];
  };
  const [h0, hn] = of("state", "h", true);
  const [c0, cn] = of("cells", "c", cells);
  return { h0, hn, c0, cn };
}

/** Puts the states at the end of a step where the next begins. */
export function keepStates({ builder, saved, parameter }: Site, { units }: RecurrentConfig): void {
  for (const name of ["state", "cells"]) {
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

/** Asked before a plan is made, and before each batch. @throws NablaError for other numbers of rows than a stateful layer's */
export function checkBatch(who: string, called: string, batchSize: number | undefined, rows: number): void {
  if (batchSize !== undefined && rows !== batchSize)
    throw new NablaError(
      `${who ? `${who}: ` : ""}${called} is stateful with batchSize ${batchSize}, and has a state for each of so many rows, but a batch has ${rows}; give whole batches, or make a stream()`,
    );
}
