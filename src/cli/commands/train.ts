/** nabla train */

import { callbackOptions } from "../../callbacks/table.ts";
import type { Config } from "../../config/config.ts";
import { augment } from "../../data/augment/index.ts";
import { shifted } from "../../data/augment/shifted.ts";
import { partsOf } from "../../data/split.ts";
import { splitNotes } from "../../data/splitNotes.ts";
import { NablaError } from "../../errors.ts";
import { fromConfig } from "../../model/fromConfig.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Callback, History } from "../../model/model.ts";
import type { World } from "../../mpi/index.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import { checkWritable } from "../../node/files.ts";
import { type Examination, examine, MISTAKES } from "../../report/examine.ts";
import { jsonLines, progressLine, speedometer } from "../../report/progress.ts";
import type { Terminal } from "../../report/terminal.ts";
import { count } from "../../report/text/format.ts";
import { inUnits, unitsOf } from "../../report/units.ts";
import { scoreForecast } from "../../sequences/score.ts";
import { checkFit } from "../../training/batch.ts";
import { since } from "../../training/run.ts";
import { openModel, openNewest, passedOver } from "../input/openModel.ts";
import { isSeries } from "../input/series.ts";
import { checkSingle } from "../input/single.ts";
import { isText, textScore } from "../input/texts.ts";
import { modeOf, type TrainFlags } from "../training/flags.ts";
import {
  checkBegin,
  checkInputs,
  checkTargets,
  openFrom,
  sameTargets,
  standardisedAs,
} from "../training/from.ts";
import { openFor } from "../training/opening.ts";
import { parts, splitOff, validationPart } from "../training/parts.ts";
import { reportTo, type Shown } from "../training/reporting.ts";
import { checkRestart, Restarts, restarted } from "../training/restart.ts";
import { extraOf, isFinished, metadataOf, openResumed, type Prepared, sayOver } from "../training/resume.ts";
import { type Saved, Saving } from "../training/saving.ts";
import { checkPreset, resolveConfig } from "../training/settings.ts";
import { checkUnits, partsAsBefore } from "../training/targets.ts";
import { testing } from "../training/testing.ts";
import { type Decided, deciding } from "../training/threshold.ts";
import { doneEvent, endText, startEvent, startText } from "../training/trainOutput.ts";

const INTERRUPTED = 130;

/** @returns the exit code */
export async function trainCommand(source: string, flags: TrainFlags, terminal: Terminal): Promise<number> {
  checkRestart(flags);
  if (flags.folds !== undefined && flags.forecast === undefined)
    return (await import("./folds.ts")).foldsCommand(source, flags, terminal);
  const { amongRanks } = await import("../training/ranks.ts");
  return amongRanks(flags, terminal, async (flags, terminal, ranks) => {
    // of several processes only the first one saves, also to what it goes on from
    const saving = await Saving.open(ranks && ranks.rank > 0 ? {} : flags, terminal);
    const open: { close?(): void }[] = [];
    try {
      return await trainTo(saving, source, await restarted(flags, saving.out, ranks), terminal, open, ranks);
    } finally {
      saving.release();
      for (const each of open) each.close?.();
    }
  });
}

async function trainTo(
  saving: Saving,
  source: string,
  flags: TrainFlags,
  terminal: Terminal,
  open: { close?(): void }[],
  ranks?: World,
): Promise<number> {
  const { errors, print, printJson } = terminal;
  // a resumed run is past the model it began with
  const opening = flags.resume === undefined ? undefined : openNewest(flags.resume, errors);
  const restarts = await Restarts.begin(saving.out, flags, terminal.words, opening);
  const found = await opening;
  checkBegin(flags);
  checkPreset(flags.model);
  const path = found?.path ?? flags.from;
  const old = found?.model ?? (path === undefined ? undefined : await openModel(path));
  if (old) checkSingle(old, path!, "fit() takes them");
  const raw = await openFor(old, path, source, flags, terminal, ranks?.size);
  open.push(raw);
  if (old && flags.resume === undefined) checkInputs(old, path!, raw);
  const opened = old ? standardisedAs(old, flags.resume ? { ...raw, notes: [] } : raw) : raw;
  if (flags.otherData) checkTargets(old!, path!, opened);
  const keepsHead = old !== undefined && (flags.resume !== undefined || sameTargets(old, opened));
  const targets = keepsHead ? extraOf(old)?.csv?.target : undefined;
  const data = targets ? partsAsBefore(opened, targets) : opened;
  const units = targets ?? unitsOf(opened);
  const prepared =
    old === undefined
      ? await fresh(flags, data)
      : flags.resume !== undefined
        ? await openResumed(old, path!, flags, data)
        : openFrom(old, flags.from!, flags, data, keepsHead);
  const { model, config, fit } = prepared;
  const mode = modeOf(flags, terminal);
  const json = mode === "json" || (flags.quiet === true && flags.json === true);
  checkTrainable(data, config);
  checkUnits([config.training.metrics].flat(), units);
  if (data.validation && config.training.validationSplit !== 0)
    terminal.errors.write(
      `nabla: ${data.name}: its validation part is not used; rows to train on are split off instead (--validation-split)\n`,
    );
  const { built, state } = internalsOf(model);
  const before = flags.resume === undefined ? undefined : model.metadata;
  // before anything is printed
  checkFit(data.train, built, state.required.goals);
  if (flags.testEachEpoch && !data.test)
    throw new NablaError(
      `--test-each-epoch: ${data.name} has no test part; --validation-split 0.1 keeps rows to look at`,
    );
  if (flags.report !== undefined) await checkWritable(flags.report);
  if (saving.out !== undefined && saving.out === flags.report)
    throw new NablaError("--out and --report name the same file; give each its own");
  model.metadata = metadataOf(config, keepsHead ? old : undefined);
  const kept = validationPart(data, config);
  const rows = kept ? undefined : splitOff(data.train, config, flags.resume ? state.settings : undefined);
  const { trained, validation } = parts(data, config, rows);
  // other rows are refused by fit(), also where nothing is left to do
  const again = flags.resume !== undefined && trained === state.settings?.rows;
  const validated = validation ? () => kept ?? partsOf(data.train, rows!)[1] : undefined;
  const decide = deciding(flags, model, before, data.name, validated);
  const pageOf = (seen: Pick<Shown, "history" | "seconds">, test?: Examination) =>
    reportTo(saving, flags.report, { model, config, ...seen }, data, { test, validated }, terminal.words);
  if (again && isFinished(prepared)) {
    await decide?.();
    const saved = flags.out === undefined ? undefined : await saving.last(model);
    const { history } = internalsOf(model).state;
    const report = await pageOf({ history: { ...history, history: inUnits(history.history, units) } });
    if (saved?.problem === undefined) await restarts?.over();
    sayOver(prepared, path!, flags, { json, quiet: mode === "quiet" }, terminal, report);
    const failed = saving.misplaced("model", saved);
    return saving.misplaced("report", report) || failed ? 1 : 0;
  }
  restarts?.check();
  const { batchSize, epochs } = config.training;
  const wide = flags.wide
    ? await (await import("../training/wide.ts")).widen(model, data.train, batchSize)
    : undefined;
  if (wide && mode === "terminal") terminal.errors.write(`nabla: --wide: ${wide.text}\n`);
  const said = { ...data, notes: [...(data.notes ?? []), ...(rows ? splitNotes(data.train, rows) : [])] };
  const speed = speedometer(trained, batchSize);
  const line = progressLine(speed, epochs, terminal, units);
  const shows: Callback[] =
    mode === "json" ? [jsonLines(speed, terminal, units)] : mode === "terminal" ? [line] : [];
  const begins = old && flags.resume === undefined ? { from: flags.from!, keepsHead } : undefined;
  if (mode === "json")
    printJson({
      ...startEvent(source, said, model, config),
      ...begins,
      ...passedOver(found),
      ...(wide && { wide }),
    });
  if (mode === "terminal") print(startText(said, model, config, trained, validation, terminal, begins));

  const tests: Callback[] = flags.testEachEpoch ? [testing(data.test!)] : [];
  const best = config.training.earlyStopping?.monitor ?? (validation ? "valLoss" : "loss");
  const begun = performance.now();
  const stop = terminal.interruptible();
  let history: History;
  let saved: Saved | undefined;
  let decided: Decided | undefined;
  const took = since(internalsOf(model).state.run).step;
  try {
    history = await model.fit(data.train, {
      ...fit,
      ...(kept && { validationData: kept }),
      callbacks: [...(fit.callbacks ?? []), speed.callback, ...tests, ...shows, ...saving.callbacks(best)],
      signal: stop.signal,
      resume: flags.resume !== undefined,
      otherData: flags.otherData,
      // a processor each
      threads: flags.threads ?? (ranks ? 1 : "auto"),
      ranks,
    });
    // an interruption from now on is no reason to lose what is trained
    if (!ranks || ranks.rank === 0) decided = await decide?.();
    if (saving.out !== undefined) saved = await saving.last(model);
    if (saved?.problem === undefined) await restarts?.over();
  } catch (error) {
    line.clear();
    const { epoch, step } = since(internalsOf(model).state.run);
    const interrupted = ranks?.interrupted(error) ?? error === stop.signal.reason;
    if (interrupted && ranks && ranks.rank > 0) return 0;
    if (!interrupted)
      throw saving.out !== undefined && step > took && !saved ? await saving.afterError(model, error) : error;
    const { path, problem } = await saving.last(model, true);
    if (json) printJson({ event: "interrupted", epochs: epoch, step, out: path });
    errors.write(
      `nabla: interrupted after ${count(step)} steps (${epoch} of ${epochs} epochs finished); ${problem === undefined ? "" : `${problem}; `}saved ${path}. ` +
        `To go on: the same command${saving.goingOn(path, problem)}\n`,
    );
    return problem === undefined ? INTERRUPTED : 1;
  } finally {
    stop.release();
  }
  if (ranks && ranks.rank > 0) return 0;
  const seconds = (performance.now() - begun) / 1000;
  history = { ...history, history: inUnits(history.history, units) };

  let failed = saving.misplaced("model", saved);
  const test =
    data.test && (await examine(model, data.test, { mistakes: MISTAKES, rows: flags.report !== undefined }));
  const score = isSeries(opened)
    ? scoreForecast(model, opened.test ?? opened.train)
    : isText(opened)
      ? textScore(model, opened, test?.scores.loss)
      : undefined;
  const report = await pageOf({ history, seconds }, test);
  failed = saving.misplaced("report", report) || failed;
  if (mode === "terminal") print(endText(model, data, history, test, seconds, terminal, score, decided));
  if (json) printJson(doneEvent(model, history, test, seconds, saved?.path, report?.path, score, decided));
  else if (mode === "terminal") {
    if (saved) print(`model saved in ${saved.path}`);
    if (report) print(`report written to ${report.path}`);
  }
  return failed ? 1 : 0;
}

async function fresh(flags: TrainFlags, data: OpenedData): Promise<Prepared> {
  const config = await resolveConfig(flags, data);
  return { config, ...fromConfig(config) };
}

function checkTrainable(data: OpenedData, { training }: Config): void {
  const { batchSize, validationSplit } = training;
  if (training.augment) augment(data.train, training.augment); // throws where the rows are no images
  for (const options of Object.values<object>(callbackOptions(training))) {
    const { monitor } = options as { readonly monitor?: string };
    if (monitor?.startsWith("val") && validationSplit === 0 && !data.validation)
      throw new NablaError(
        `--validation-split: ${monitor} is monitored, but no rows are kept for validation; give --validation-split 0.1`,
      );
  }
  if (training.shifted !== undefined)
    shifted(data.train, training.shifted, { imageShape: training.augment?.imageShape });
  const { trained } = parts(data, { training } as Config);
  if (batchSize > trained)
    throw new NablaError(
      `--batch-size: expected at most ${trained}, the rows of ${data.name} to train on, got ${batchSize}`,
    );
}
