/** Losses of a program's own: a pair of plain functions, asked where the forward pass ends. Loaded with what trains. */

import { shaped } from "../data/arrays.ts";
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import type { Custom } from "../fields/objects.ts";
import { target } from "../metrics/mean.ts";
import type { Scored } from "../metrics/metric.ts";
import type { Network } from "../network/network.ts";
import { Outputs } from "../network/predict.ts";
import { ld, unpadded } from "../plan/builder.ts";
import type { AskLoss, Loss, OwnLosses } from "../plan/loss.ts";
import type { Plan } from "../plan/plan.ts";
import { showShape, sizeOf } from "../shape.ts";
import { isPromise } from "../tags.ts";
import { aside } from "./aside.ts";
import type { Goal } from "./goals.ts";
import type { OwnLoss } from "./ownFunctions.ts";

/** The error for a function of which only the name is known. */
export const missing = (what: "loss" | "metric", name: string): NablaError =>
  new NablaError(
    `${what} "${name}": files and documents have its name alone; pass the function where the model is loaded: load(bytes, name, { custom: [${name}] }), or call compile()`,
  );

/** What calls the functions of a loss. */
export function asking({ own }: Loss): AskLoss {
  if (typeof own === "function") return own as AskLoss;
  const given = own as OwnLoss | Custom;
  const { name } = given;
  const who = `loss "${name}"`;
  return (...[out, wanted, gradient]) => {
    // where it came from a document
    if (!("value" in given)) throw missing("loss", name);
    const [outputs, targets] = [out, wanted] as [Outputs, Outputs];
    const losses = checkFigures(who, given.value(outputs, targets), outputs.length);
    if (!gradient) return { losses };
    return { losses, gradient: shaped(given.gradient(outputs, targets), `${who}: gradient`) };
  };
}

/**
 * Runs a plan up to the instruction `to` on `rows` rows that are in place; a loss of the program's own is asked on the way.
 *
 * @param scored what metrics would see of the batch
 * @returns whether the loss is a number; as a promise where the functions are elsewhere
 */
export function runWithLoss(
  network: Network,
  plan: Plan,
  goals: readonly Goal[],
  rows: number,
  to: number,
  scored: () => Scored,
): boolean | Promise<boolean> {
  if (!goals.some(({ loss }) => loss.own)) return network.run(plan, 0, to, rows);
  const own = goals.flatMap(({ loss }, k) => (loss.own ? [k] : []));
  network.run(plan, 0, plan.marks.loss, rows);
  const batch = scored();
  // copies: a function that is asked may run another model
  const values = own.map((k) => copiesOf(batch.all?.[k] ?? batch, network.outputShapes[k]));
  const goOnFrom = (i: number): boolean | Promise<boolean> => {
    if (i === own.length) return network.run(plan, plan.marks.loss, to, rows);
    const k = own[i];
    const { loss } = goals[k];
    const [outputs, targets] = values[i];
    const goOn = (answer: OwnLosses) => {
      put(network, plan, k, loss.name, outputs, answer);
      return goOnFrom(i + 1);
    };
    const ask = () => asking(loss)(outputs, targets, plan.mode === "train");
    const answer = aside(network, plan, `loss "${loss.name}"`, ask);
    return isPromise(answer) ? answer.then(goOn) : goOn(answer);
  };
  return goOnFrom(0);
}

/** Puts losses and gradients where the tape goes on with them. */
function put(
  { core, architecture }: Network,
  plan: Plan,
  k: number,
  name: string,
  outputs: Outputs,
  answer: OwnLosses,
): void {
  const { losses: given, gradient } = answer;
  const rows = outputs.length;
  const output = plan.outputs[k];
  const { units } = output;
  const weight = core.f32(output.weight!.offset, rows);
  const single = typeof given === "number";
  const fail = (what: string): never => {
    throw new NablaError(`loss "${name}": ${what}`);
  };
  if (single && weight.some((w) => w !== 1))
    fail("value: one number for a whole batch cannot be weighted; return the loss of each row");
  const losses = core.f32(output.losses!.offset, rows);
  for (let r = 0; r < rows; r++) losses[r] = weight[r] * Math.fround(single ? given : given[r]);
  const bad = losses.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0 && outputs.data.every(Number.isFinite))
    fail(`value: ${losses[bad]} for row ${bad} of a batch, whose outputs are ${show([...outputs.row(bad)])}`);
  if (!gradient) return;
  const { data, shape } = gradient;
  const flat = shape.length === 1 && data.length === outputs.data.length;
  if (!flat && showShape(shape) !== showShape(outputs.shape))
    fail(
      `gradient: expected ${showShape(outputs.shape)}, the shape of the outputs of layer "${architecture.layers[architecture.outputs[k].layer].name}", got ${showShape(shape)}`,
    );
  const scale = core.f32(plan.step + core.record("Step").scale.at, 1)[0];
  // one number is the loss of these rows; of the batch they may be a piece
  const share = single ? Math.fround(rows / Math.round(1 / scale)) : scale;
  const da = core.f32(output.da!.offset, rows * ld(units)).fill(0);
  for (let r = 0; r < rows; r++) {
    const factor = Math.fround(weight[r] * share);
    for (let c = 0; c < units; c++) {
      const value = factor * Math.fround(data[r * units + c]);
      if (!Number.isFinite(Math.fround(value)) && bad < 0)
        fail(
          `gradient: ${data[r * units + c]} for output ${c} of row ${r} of a batch, where the loss is ${losses[r]}`,
        );
      da[r * ld(units) + c] = value;
    }
  }
}

/** Outputs and targets without padding, in memory of their own. */
export function copiesOf(
  batch: Scored,
  outputShape: readonly number[],
): [outputs: Outputs, targets: Outputs] {
  const { rows, units, stride } = batch;
  const outputs = unpadded(batch.outputs, stride, units);
  const targets = outputs.map((_, i) => target(batch, Math.floor(i / units), i % units));
  // rows may be the pixels of images
  const shape = [(rows * units) / sizeOf(outputShape), ...outputShape];
  return [new Outputs(outputs, shape), new Outputs(targets, shape)];
}

/** Figures of one batch: of each row, or their mean. */
export type Figures = number | ArrayLike<number>;

/** @throws NablaError unless it is a number, or one for each row */
export function checkFigures(who: string, given: unknown, rows: number): Figures {
  if (typeof given === "number") return given;
  const list = given as ArrayLike<unknown> | null | undefined;
  const isList = typeof list === "object" && list !== null && typeof list.length === "number";
  const fail = (got: string): never => {
    throw new NablaError(
      `${who}: value: expected a number for each of ${rows} rows, or one number, their mean; got ${got}`,
    );
  };
  if (!isList) return fail(isPromise(given) ? "a promise" : show(given));
  if (list.length !== rows) return fail(`${list.length} values`);
  for (let r = 0; r < rows; r++)
    if (typeof list[r] !== "number") return fail(`${show(list[r])} for row ${r}`);
  return list as ArrayLike<number>;
}
