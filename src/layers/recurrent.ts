/** What layers that walk the steps of a sequence have in common. Twin of assembly/layers/recurrent.ts. */
import { fullBuild } from "../core/full.ts";
import { ld, type Range } from "../plan/builder.ts";
import { maskRange } from "../plan/masks.ts";
import type { AnyOperation, Site } from "../plan/operation.ts";
import type { Shape } from "../shape.ts";
import { GATES } from "./gates.ts";
import { sequenceShape } from "./geometry.ts";
import type { Built, Place } from "./kind.ts";
import { misfit } from "./layer.ts";
import type { RecurrentConfig } from "./recurrentFields.ts";
import {
  type Cell,
  checkBatch,
  checkStateful,
  checkStates,
  endsOf,
  keepStates,
  parametersOf,
  second,
} from "./recurrentWeights.ts";
import { emitStateNoise, emitStepNoise } from "./stepNoise.ts";

const BACKWARDS = "it begins with the last step, which has not come yet";

/** What no option says, but the layer that holds it. */
export interface Held {
  /** Whether outputs of a walk from the last step to the first are in the order of the input. */
  readonly aligned?: boolean;
  /** Where it stands in a graph: shapes of the states it begins with, none: zeros. */
  readonly given?: readonly Shape[];
}

/** @throws NablaError for an activation that kernels have not */
function gateNumber(
  called: string,
  field: string,
  { name }: RecurrentConfig["activation"],
  given: object,
): number {
  const number = GATES.indexOf(name);
  const plain =
    name !== "relu" ||
    Object.values(given).every((value) => value === name || value === 0 || value === undefined);
  if (number < 0 || !plain)
    throw misfit(
      TRAINING && `${called}: ${field}: expected one of ${GATES.join(", ")} without options, got ${name}`,
    );
  return number;
}

/** @param config of simpleRnn, or with what others have besides @throws NablaError for an input that is no sequence */
export function buildRecurrent(config: RecurrentConfig & Held, at: Place, cell: Cell): Built {
  const { name, called } = at;
  const [, steps, inputs] = sequenceShape(at);
  checkStateful(config, called);
  const { given = at.states && at.inputShapes.slice(1) } = config;
  checkStates(config, called, cell.cells, given);
  /** States it is given, and those it returns. */
  const states = cell.cells ? ["h", "c"] : ["h"];
  const begun = (given?.length ?? 0) > 0;
  const { units, useBias, returnSequences } = config;
  const { after = false, gates: count } = cell;
  const columns = count * units;
  const activation = gateNumber(called, "activation", config.activation, config.activation);
  const own = cell.recurrentActivation;
  const gates = own ? gateNumber(called, "recurrentActivation", own, own) : 0;
  const parameters = parametersOf(config, inputs, columns, cell);
  const outputShape = returnSequences ? [steps, units] : [units];
  const sequence = [steps, inputs];
  const numbers = {
    units,
    steps,
    every: returnSequences ? 1 : 0,
    back: config.goBackwards ? 1 : 0,
    order: config.aligned ? 0 : 1,
    after: count === 3 && !after ? 0 : 1,
    activation,
    gates,
  };
  /** Of gru: products of the states before they are reset, and after. */
  const halves = numbers.after ? 1 : 2;
  const run = (site: Site, [given, ...starts]: readonly Range[]): Range => {
    const { builder, training, parameter, output, saved } = site;
    checkBatch("", called, config.batchSize, builder.rows);
    const state = (name: string, n: number, width = units) =>
      builder.alloc(`${name} of ${site.node.operation!.layer}`, builder.rows * n * ld(width) * 4 + 16);
    const keep = (name: string, range: Range) => {
      saved.set(name, range);
      return range;
    };
    const mask = maskRange(site.node.from[0]);
    if (mask) {
      keep("mask", mask);
      if (returnSequences && config.goBackwards && !config.aligned)
        throw misfit(
          TRAINING &&
            `${called}: goBackwards with returnSequences turns steps around, and some of its input's are padding; leave out one of the two`,
        );
    }
    const x = training ? keep("x", emitStepNoise(site, given, sequence, config.dropout)) : given;
    const places = training ? steps : 1;
    const z = keep("z", state("gates", steps, columns));
    const w = parameter("kernel").value;
    const biases = useBias ? parameter("bias").value : 0;
    builder.emit("DENSE_FORWARD", { y: z, x, w, b: biases, inputs, units: columns }, steps);
    const drop = training ? emitStateNoise(site, units, config.recurrentDropout) : 0;
    if (drop) keep("drop", drop);
    const y = output(outputShape);
    builder.emit(cell.forward, {
      z,
      w: parameter("recurrentKernel").value,
      b: after && useBias ? second(parameter("bias").value, columns) : 0,
      rec: count === 3 ? keep("rec", state("products", places * halves, columns)) : 0,
      h: keep("h", state("states", places * halves)),
      hd: drop ? keep("hd", state("dropped states", places * halves)) : 0,
      drop,
      ...endsOf(site, config, states, starts),
      c: cell.cells ? keep("c", state("cells", training ? steps + 1 : 1)) : 0,
      tc: cell.cells && training ? keep("tc", state("activated cells", steps)) : 0,
      y,
      mask: mask ?? 0,
      places,
      cells: training ? steps + 1 : 1,
      ...numbers,
    });
    return y;
  };
  /** The gradients of the input, and of the states it began with. */
  const back =
    TRAINING &&
    ((site: Site, dy: Range | undefined, needed: boolean): Range[] => {
      const { builder, parameter, gradient, saved } = site;
      const { step } = builder;
      const kernel = parameter("kernel");
      const recurrent = parameter("recurrentKernel");
      const get = (name: string) => saved.get(name) ?? 0;
      const z = saved.get("z")!;
      const transposed = (w: Range, k: number) => {
        const wt = builder.alloc("transposed weights", columns * ld(k) * 4);
        builder.emit("DENSE_TRANSPOSE", { wt, w, inputs: k, units: columns });
        return wt;
      };
      const [dh, dc] = states.map(() => gradient([units]));
      builder.emit(cell.backward, {
        z,
        w: transposed(recurrent.value, units),
        rec: get("rec"),
        h: get("h"),
        hd: get("hd"),
        drop: get("drop"),
        c: get("c"),
        tc: get("tc"),
        dy: dy ?? 0,
        dh,
        dc: dc ?? 0,
        tmp: gradient([units]),
        dhn: get("dh"),
        dcn: get("dc"),
        mask: get("mask"),
        first: begun ? 1 : 0,
        ...numbers,
      });
      const x = saved.get("x")!;
      if (config.trainable) {
        const products = (
          { gradient: dw }: { gradient: Range },
          db: Range | 0,
          of: { x: Range; dy: Range; inputs: number },
          each: number,
        ) => {
          const scratch = builder.alloc(
            "scratch for weight gradients",
            builder.parts * builder.core.constant("OUTER_SCRATCH"),
          );
          builder.emit("DENSE_WEIGHTS", { dw, db, ...of, scratch, step, units: columns }, each);
        };
        const db = useBias ? parameter("bias").gradient : 0;
        products(kernel, db, { x, dy: z, inputs }, steps);
        const states = (saved.get("hd") ?? saved.get("h"))!;
        const rec = saved.get("rec") ?? z;
        products(
          recurrent,
          after && db ? second(db, columns) : 0,
          { x: states, dy: rec, inputs: units },
          steps * halves,
        );
      }
      // nobody looks at the first of them then
      if (!needed) return [dh, dh, dc];
      const dx = gradient(sequence);
      builder.emit(
        "DENSE_INPUT",
        { dx, dy: z, wt: transposed(kernel.value, inputs), inputs, units: columns },
        steps,
      );
      return [emitStepNoise(site, dx, sequence, config.dropout, true), dh, dc];
    });
  const step = {
    layer: name,
    parameters,
    outputShape,
    steps: "takes",
    alone: "walks",
    ends: config.returnState ? states : undefined,
    ...(config.goBackwards && { whole: TRAINING && BACKWARDS }),
    ...(TRAINING && config.stateful && { update: (site: Site) => keepStates(site, config) }),
  } as const;
  const operation: AnyOperation = begun
    ? {
        ...step,
        inputShapes: [sequence, ...states.map(() => [units])],
        merge: run,
        divide: TRAINING && ((site, _xs, _y, dy, [needed]) => back(site, dy, needed)),
      }
    : {
        ...step,
        inputShape: sequence,
        forward: (site, x) => run(site, [x]),
        backward: TRAINING && ((site, _x, _y, dy, needed) => back(site, dy, needed)[0]),
      };
  const { batchSize } = config;
  return {
    outputShape,
    operations: [operation],
    activation: config.activation.name,
    ...(config.returnState && { states: Object.fromEntries(states.map((key) => [key, units])) }),
    core: fullBuild,
    ...(batchSize !== undefined && {
      check: (who, _core, _input, rows) => checkBatch(who, called, batchSize, rows),
    }),
  };
}
