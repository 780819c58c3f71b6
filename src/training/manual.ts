/**
 * Training by hand: forward(), backward(), applyGradients(), for losses that a program computes itself. Loaded when it is used.
 *
 * One tape, stopped where the program has its turn:  forward | (gradients of the outputs are written) | backward | penalties … update
 */

import { type ArrayLike2, type ArrayRecord, isRecord, shaped } from "../data/arrays.ts";
import { didYouMean, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { checkOptions } from "../fields/options.ts";
import { checkRows } from "../network/checkRows.ts";
import type { Network } from "../network/network.ts";
import { planFor } from "../network/plans.ts";
import { byName, inputsOf, kindsOfRows, type OutputRecord, Outputs } from "../network/predict.ts";
import { floatsOf, ld, unpadded } from "../plan/builder.ts";
import type { Plan } from "../plan/plan.ts";
import { beginStep, setRate } from "../plan/step.ts";
import { showShape, sizeOf } from "../shape.ts";
import { isBytes } from "../tags.ts";
import type { CompiledTraining } from "./compile.ts";
import { prepare } from "./prepare.ts";
import type { TrainingState } from "./state.ts";
import { updateOf } from "./update.ts";

/** A model to train by hand. */
export interface ModelByHand {
  readonly seed: number;
  readonly state: TrainingState;
  readonly built: Network;
}

/** What applyGradients() takes. */
export interface ApplyOptions {
  /** The rate of this step, in place of the optimizer's; rates of single layers change in proportion. */
  learningRate?: number;
}

/** Where a model is between the calls. */
interface Session {
  readonly compiled: CompiledTraining;
  /** Steps taken when it began. */
  readonly step: number;
  plan?: Plan;
  /** Of the last forward pass. */
  rows: number;
  /** Whether it has not been gone back yet. */
  open: boolean;
  /** Rows whose gradients have been added up. */
  summed: number;
  /** Rows that plans have room for. */
  capacity: number;
  /** Counts of the network, for seeing whether others have worked on it. */
  changes: number;
  taken: number;
}

const sessions = new WeakMap<Network, Session>();

/** @see Model.forward */
export function forward(subject: ModelByHand, x: ArrayLike2 | ArrayRecord): Outputs | OutputRecord {
  const { state, built: network, seed } = subject;
  checkIdle("forward", state);
  const compiled = state.required;
  const inputs = inputsFor(x, network);
  const [{ rows }] = inputs;
  const session = sessionOf(subject);
  if (session.summed > 0) checkGradients("forward", network, session);
  session.capacity = Math.max(session.capacity, rows);
  const kinds = kindsOfRows(network, inputs, "forward");
  network.reading ??= kinds;
  const plan = planFor(network, "train", session.capacity, kinds, {
    objectives: network.architecture.outputs.map(() => ({ target: "values" })),
    update: updateOf(compiled, network),
    inputGradient: true,
  });
  if (session.summed > 0 && plan.sums && !(session.plan === plan && network.inUse(plan)))
    fail(
      "forward: a layer that is applied more than once adds up its gradients in buffers that are lost now: another number of rows, or the model has run since backward(). Call applyGradients() before",
    );
  const { core } = network;
  network.use(plan);
  for (const [i, { x: place }] of plan.inputs.entries()) {
    const { data } = inputs[i];
    if (isBytes(data)) core.u8(place.offset, data.length).set(data);
    else core.f32(place.offset, data.length).set(data);
  }
  checkRows("forward", network, plan, rows, Number);
  beginStep(core, plan.step, {
    rows: 1,
    step: state.run.step,
    seed: state.settings?.seed ?? seed,
    // rows after those before: their gradients are added, and their random draws are others
    first: session.summed,
  });
  network.run(plan, 0, plan.marks.loss, rows);
  Object.assign(session, { plan, rows, open: true, changes: network.changes, taken: network.taken });
  return byName(
    network,
    plan.outputs.map(({ output, units }, k) => {
      const shape = [rows, ...network.outputShapes[k]];
      return new Outputs(unpadded(core.f32(output.offset, rows * ld(units)), ld(units), units), shape);
    }),
  );
}

/** @see Model.backward */
export function backward(
  { state, built: network }: ModelByHand,
  outputGradients: ArrayLike2 | ArrayRecord,
): Outputs | OutputRecord {
  checkIdle("backward", state);
  const session = sessions.get(network);
  const { plan, rows } = session ?? {};
  if (!session?.open || !plan || !rows || !isCurrent(session, state))
    return fail("backward: call forward() first; what it keeps is good for one backward()");
  if (session.changes !== network.changes)
    fail("backward: weights have been set since forward(); call forward() again");
  if (!network.inUse(plan))
    fail(
      "backward: the model has run since forward() (predict, evaluate, fit, …), and what that kept is lost; call forward() again",
    );
  const { core, outputShapes, architecture } = network;
  const given = gradientsFor(outputGradients, network, rows);
  for (const [k, { da, losses, units }] of plan.outputs.entries()) {
    const stride = ld(units);
    const to = core.f32(da!.offset, rows * stride).fill(0);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < units; c++) to[r * stride + c] = given[k][r * units + c];
    const finite = core.exports.allFinite(da!.offset, rows * stride);
    const { name } = architecture.outputs[k];
    if (!finite)
      fail(
        `backward: the gradient of output "${name}" ${showShape([rows, ...outputShapes[k]])} has values that are not finite numbers`,
      );
    core.f32(losses!.offset, rows).fill(0);
  }
  network.run(plan, plan.marks.loss, plan.marks.penalties, rows);
  session.open = false;
  session.summed += rows;
  const gradients = plan.inputs.map(({ dx, shape }) => {
    const channels = shape[shape.length - 1];
    const all = [rows, ...shape];
    if (!dx) return new Outputs(new Float32Array(sizeOf(all)), all);
    const values = core.f32(dx.offset, rows * floatsOf(shape));
    return new Outputs(unpadded(values, ld(channels), channels), all);
  });
  if (gradients.length === 1) return gradients[0];
  return Object.fromEntries(architecture.inputs.map(({ name }, i) => [name, gradients[i]]));
}

/** @see Model.applyGradients */
export function applyGradients({ state, built: network, seed }: ModelByHand, options: ApplyOptions): void {
  checkOptions("applyGradients", options, ["learningRate"]);
  checkIdle("applyGradients", state);
  const session = sessions.get(network);
  const { plan } = session ?? {};
  if (!session?.summed || !plan || !isCurrent(session, state))
    return fail("applyGradients: there are no gradients; call forward() and backward() first");
  checkGradients("applyGradients", network, session);
  const { run } = state;
  const { step } = run;
  const { optimizer } = session.compiled;
  run.rate = rateOf(state, options.learningRate);
  const { core, flat, tensors } = network;
  if (!core.exports.allFinite(flat.dw, flat.n)) {
    const bad = network.trained.find(
      ({ gradient, value }) => !core.exports.allFinite(gradient.offset, value.bytes / 4),
    );
    session.summed = 0;
    fail(
      `applyGradients: the gradient of layer "${bad?.layer}" is not finite; no weight was changed, and the gradients are cleared. Likely cause: the gradients given to backward() are too large`,
    );
  }
  if (!network.inUse(plan)) {
    // moving means, too, come from what the forward pass keeps
    const keeps = network.layers.some(({ operations }) => operations.some(({ update }) => update));
    if (plan.sums || keeps)
      fail(
        "applyGradients: the model has run since backward() (predict, evaluate, …), and what its layers kept for this is lost; call applyGradients() before",
      );
    network.use(plan);
  }
  beginStep(core, plan.step, { rows: 1, rate: run.rate, step, seed: state.settings?.seed ?? seed });
  for (const own of plan.rates ?? [])
    setRate(core, own.step.offset, step, run.rate * (own.learningRate / optimizer.learningRate));
  if (!network.run(plan, plan.marks.penalties, plan.marks.end, session.rows)) {
    const { layer } = tensors.find((tensor) => !network.finite(tensor)) ?? tensors[0];
    fail(`applyGradients: the penalties on the weights are not finite; see layer "${layer}"`);
  }
  run.step++;
  run.firstStep++;
  state.good = undefined;
  sessions.set(network, { ...session, step: run.step, summed: 0, open: false, taken: network.taken });
}

/** @see Model.clearGradients */
export function clearGradients({ state, built: network }: ModelByHand): void {
  checkIdle("clearGradients", state);
  sessions.delete(network);
}

/** That of the last call, unless there was a step or a compile() since. */
function sessionOf({ state, built: network }: ModelByHand): Session {
  const last = sessions.get(network);
  if (last && isCurrent(last, state) && (last.summed > 0 || state.setAt === undefined)) return last;
  // a model that has taken no step begins anew, with gradients and slots of its own
  prepare(state, network);
  const { step } = state.run;
  const fresh = { rows: 0, open: false, summed: 0, capacity: 0, changes: 0, taken: 0 };
  const session: Session = { compiled: state.required, step, ...fresh };
  sessions.set(network, session);
  return session;
}

const isCurrent = ({ compiled, step }: Session, { compiled: now, run }: TrainingState): boolean =>
  compiled === now && step === run.step;

function fail(message: string): never {
  throw new NablaError(message);
}

function checkIdle(who: string, { busy }: TrainingState): void {
  if (busy) fail(`${who}: fit() trains this model; wait for it, or stop it`);
}

/** @throws NablaError where others have written gradients since backward() */
function checkGradients(who: string, network: Network, session: Session): void {
  if (network.taken === session.taken) return;
  session.summed = 0;
  fail(
    `${who}: the gradients of backward() are lost: gradients(), trainOnBatch() or fit() have written theirs; call forward() and backward() again`,
  );
}

function inputsFor(x: ArrayLike2 | ArrayRecord, { architecture }: Network) {
  try {
    return inputsOf(x, architecture);
  } catch (cause) {
    if (!(cause instanceof NablaError)) throw cause;
    return fail(cause.message.replace(/\bpredict: /, "forward: "));
  }
}

/** The values of each output's gradient. */
function gradientsFor(given: ArrayLike2 | ArrayRecord, network: Network, rows: number): ArrayLike<number>[] {
  const { architecture, outputShapes } = network;
  const names = architecture.outputs.map(({ name }) => name);
  const single = names.length === 1 && !isRecord(given);
  if (!single && !isRecord(given))
    return fail(
      `backward: the model has ${names.length} outputs: expected { ${names.join(", ")} }, got one array`,
    );
  const record = (single ? { [names[0]]: given } : given) as ArrayRecord;
  for (const name of Object.keys(record))
    if (!names.includes(name))
      fail(`backward: there is no output "${name}"${didYouMean(name, names)}; there are ${names.join(", ")}`);
  return architecture.outputs.map(({ name, layer }, k) => {
    const wanted = [rows, ...outputShapes[k]];
    if (record[name] === undefined) return fail(`backward: the gradient of output "${name}" is missing`);
    const { data, shape } = shaped(record[name], `backward: ${name}`);
    const flat = shape.length === 1 && shape[0] === sizeOf(wanted);
    if (flat || showShape(shape) === showShape(wanted)) return data;
    const { type, name: last } = architecture.layers[layer];
    return fail(
      `backward: expected a gradient ${showShape(wanted)}, the shape of the outputs of ${type} "${last}" in forward(), got ${showShape(shape)}`,
    );
  });
}

/** The learning rate of the next step. */
function rateOf({ required, run }: TrainingState, learningRate: number | undefined): number {
  const { config, optimizer } = required;
  if (learningRate !== undefined) {
    if (Number.isFinite(learningRate) && learningRate >= 0) return learningRate;
    fail(`applyGradients: learningRate: expected a number ≥ 0, got ${show(learningRate)}`);
  }
  if (config.schedule)
    fail(
      `applyGradients: the schedule "${config.schedule.name}" counts epochs, which single steps do not have; pass a learningRate, or compile without a schedule`,
    );
  return (run.baseRate ?? optimizer.learningRate) * run.rateFactor;
}
