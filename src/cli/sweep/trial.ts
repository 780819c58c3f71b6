/** One trial: `nabla train` with the options of its number, and what came of it. */

import { rm } from "node:fs/promises";
import type { Logs } from "../../callbacks/callback.ts";
import { NablaError } from "../../errors.ts";
import { figureMeant } from "../../metrics/direction.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { weightsSha256 } from "../../model/save.ts";
import { lockFile } from "../../node/lock.ts";
import { makeFolder } from "../../node/makeFolder.ts";
import { type Terminal, terminalOf } from "../../report/terminal.ts";
import { inUnits, unitsOf } from "../../report/units.ts";
import { openModel } from "../input/openModel.ts";
import { trainProgram } from "../options/train.ts";
import { extraOf } from "../training/resume.ts";
import { type Place, placeOf, type Result, readResult, writeResult } from "./folder.ts";
import { type Values, valuesOf } from "./sampling.ts";
import type { Specification } from "./specification.ts";

export const INTERRUPTED = 130;

/** What has become of a trial: its result, or the exit code of the training that was interrupted. */
export type Outcome = { readonly result: Result; readonly kept: boolean } | { readonly code: number };

/** Which trial, where, and for how long. */
export interface Job {
  readonly out: string;
  readonly trial: number;
  /** With --asha: epochs in place of those of the specification. */
  readonly rung?: number;
  /** With --asha: those it has been trained for. */
  readonly before?: number;
}

/** The command that trains what a trial trained. @param epochs where they are not those of the specification */
export function wordsOf(specification: Specification, values: Values, epochs?: number): string[] {
  const { document, base, parameters, given } = specification;
  const own = parameters.flatMap(({ name, option }) =>
    name in values ? option.words(values[name], name) : [],
  );
  const validated =
    document.score.startsWith("val") &&
    !["validationSplit", "config"].some((name) => given.has(name)) &&
    !base.some((word) => word.endsWith(".json"));
  const at = epochs === undefined ? -1 : base.indexOf("--epochs");
  return [
    document.data,
    ...base.filter((_, i) => at < 0 || (i !== at && i !== at + 1)),
    ...own,
    ...(epochs === undefined ? [] : ["--epochs", String(epochs)]),
    // what a score is measured on
    ...(validated ? ["--validation-split", "0.1"] : []),
  ];
}

/** Runs a trial unless it is finished. One that was ended goes on from its last checkpoint, or begins again: the result is the same. */
export async function runTrial(specification: Specification, job: Job, terminal: Terminal): Promise<Outcome> {
  const place = placeOf(job.out, job.trial, job.rung);
  const kept = await readResult(place.result);
  if (kept) return { result: kept, kept: true };
  makeFolder(place.folder);
  // another process that is at it says so here
  const lock = await lockFile(place.result);
  try {
    const now = await readResult(place.result);
    if (now) return { result: now, kept: true };
    return await train(specification, job, place, terminal);
  } finally {
    lock.release();
  }
}

async function train(
  specification: Specification,
  job: Job,
  place: Place,
  terminal: Terminal,
): Promise<Outcome> {
  const { trial, rung } = job;
  const values = valuesOf(specification, trial);
  const begun = performance.now();
  const common = () => ({
    nablaSweep: 1 as const,
    trial,
    parameters: values,
    version: process.env.NABLA_VERSION ?? "",
    seconds: Number(((performance.now() - begun) / 1000).toFixed(3)),
  });
  const words = [
    "train",
    ...wordsOf(specification, values, rung),
    ...(specification.given.has("threads") ? [] : ["--threads", "1"]),
  ];
  const done = async (result: Result): Promise<Outcome> => {
    await writeResult(place.result, result);
    return { result, kept: false };
  };
  try {
    const begins = await beginning(job, place);
    const code = await run([...words, "--out", place.model, ...begins], terminal);
    if (code !== 0) return { code };
  } catch (error) {
    if (!isDivergence(error)) throw error;
    return done({
      ...common(),
      status: "diverged",
      figures: {},
      epochs: Number(error.details?.epoch ?? 0),
      problem: error.message,
    });
  }
  const model = await openModel(place.model);
  const { epochs, figures, score } = scoreOf(model, specification);
  return done({
    ...common(),
    status: Number.isFinite(score) ? "done" : "diverged",
    ...(Number.isFinite(score) ? { score } : { problem: `${specification.document.score} is ${score}` }),
    figures: Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value))),
    epochs,
    weightsSha256: weightsSha256(model),
  });
}

/** Where the loss is no number: another run would come to the same. */
function isDivergence(error: unknown): error is NablaError {
  const { details, message } = error as NablaError;
  return (
    error instanceof NablaError &&
    details?.step !== undefined &&
    details.row === undefined &&
    /NaN or infinite/.test(message)
  );
}

/** What a training goes on from. */
async function beginning({ out, trial, rung, before }: Job, place: Place): Promise<string[]> {
  const old = await openModel(place.model).catch(() => undefined);
  if (old && internalsOf(old).state.settings) return ["--resume", place.model];
  await rm(place.model, { force: true });
  if (rung === undefined || before === undefined) return [];
  const path = placeOf(out, trial, before).model;
  const shorter = await openModel(path).catch(() => undefined);
  if (!shorter) return [];
  const { required, run } = internalsOf(shorter).state;
  // where a schedule follows the number of epochs, a longer training is another one from its first step
  if (required.dependsOnEpochs) return [];
  // weights of an earlier epoch are no place to go on from, unless the training has ended for good
  return broughtBack(shorter) === undefined || run.stopped !== undefined ? ["--resume", path] : [];
}

/** Runs a command line as it stands, silently but for what it warns of. @returns the exit code */
async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const silent = terminalOf({
    stdout: { write() {} },
    stderr: terminal.errors,
    interruptible: terminal.interruptible,
  });
  // mpirun shares out trials, not the rows of one
  const quiet = { ...silent, alone: true };
  await trainProgram(quiet, (given) => {
    code = given;
  }).parseAsync([...words, "--quiet"], { from: "user" });
  return code;
}

/** The figures that a trial is judged by: the last epoch's, or those of the epoch whose weights it has. */
export function scoreOf(
  model: Model,
  { document }: Specification,
): { epochs: number; figures: Record<string, number>; score: number } {
  const { run } = internalsOf(model).state;
  const units = unitsOf(extraOf(model));
  const history = run.history.map((logs) => inUnits(logs, units));
  const last: Logs = history.at(-1) ?? { loss: Number.NaN };
  const figure = figureMeant(document.score, Object.keys(last));
  if (figure === undefined) {
    const names = Object.keys(last).filter((name) => name !== "learningRate");
    const hint = document.score.startsWith("val")
      ? "; options.validationSplit keeps rows to validate on"
      : "";
    throw new NablaError(
      `score: there is no ${document.score} among the figures of the training: ${names.join(", ")}${hint}`,
    );
  }
  const figures = history[broughtBack(model) ?? -1] ?? last;
  return { epochs: history.length, figures, score: figures[figure]! };
}

/** The epoch, from 0, whose weights early stopping has brought back: it knows best. Undefined where they are the last epoch's. */
function broughtBack(model: Model): number | undefined {
  const { state } = internalsOf(model);
  const epoch = Number(state.callbackStates.earlyStopping?.values.bestEpoch ?? -1);
  const restored = extraOf(model)?.training?.earlyStopping?.restoreBestWeights;
  return restored && epoch >= 0 && epoch < state.run.history.length - 1 ? epoch : undefined;
}
