/** nabla predict */

import type { Voting } from "../../ensemble/ensemble.ts";
import { NablaError } from "../../errors.ts";
import { outputThreshold } from "../../losses/resolve.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { classNames } from "../input/examine.ts";
import { type InputRow, readInputs } from "../input/inputs.ts";
import { openModel } from "../input/openModel.ts";
import { checkSingle } from "../input/single.ts";
import { type ReadingFlags, readingOptions } from "../options/tables.ts";
import type { Terminal } from "../terminal.ts";
import { count, figure, percent, result as shownResult } from "../text/format.ts";
import { extraOf } from "../training/resume.ts";
import { openVoters } from "./vote.ts";

/** Rows of a file or data set that are shown when none is named. */
const MOST = 10;

export async function predictCommand(
  path: string,
  words: string[],
  flags: { json?: boolean; voting?: Voting; asIs?: boolean } & ReadingFlags,
  terminal: Terminal,
): Promise<number> {
  const { bold, dim, green, print, printJson, red } = terminal;
  // no input is called like that, so these are models as well
  const first = words.findIndex((word) => !/\.safetensors$/i.test(word));
  const specs = words.slice(first < 0 ? words.length : first);
  const paths = [path, ...words.slice(0, words.length - specs.length)];
  if (specs.length === 0) throw new NablaError(`predict: expected an INPUT after ${paths.join(" ")}`);
  if (paths.length === 1 && flags.voting !== undefined)
    throw new NablaError("--voting: expected several models, got one");
  const { model, vote } =
    paths.length === 1 ? { model: await openModel(path) } : await openVoters(paths, flags.voting);
  checkSingle(model, path);
  // everything is read before anything is printed
  const inputs: { spec: string; rows: InputRow[]; more: number; notes?: readonly string[] }[] = [];
  const limit = flags.json ? Number.POSITIVE_INFINITY : MOST;
  for (const spec of specs)
    inputs.push({
      spec,
      ...(await readInputs(model, spec, limit, terminal, flags.asIs, readingOptions(flags))),
    });
  const names = classNames(model);
  const numbers = isRegression(model);
  const target = extraOf(model)?.csv?.target;
  const say = (value: number) => (vote ? percent(value) : confidence(model, value));
  const show = (row: InputRow) => {
    const votes = vote?.predict(row.values);
    const raw = [...(votes ?? model.predict(row.values)).row(0)];
    const outputs = target ? raw.map((value) => value * target.scale + target.mean) : raw;
    const result = votes
      ? rank(raw, names, votes.argMax()[0])
      : numbers
        ? { outputs }
        : classify(model, outputs, names);
    const truth = row.label === undefined ? undefined : names[row.label];
    if (flags.json) {
      printJson({
        input: row.name,
        ...result,
        ...(truth !== undefined && { label: truth }),
        ...(row.note && { prepared: row.note }),
      });
    } else if ("class" in result) {
      const [first, ...others] = result.ranking;
      const mark = truth === undefined ? "" : truth === result.class ? green("  ✓") : red(`  ✗ (${truth})`);
      const runners = others.slice(0, 3).map((other) => `${other.class} ${say(other.confidence)}`);
      print(
        `${row.name}: ${bold(result.class)} ${say(first!.confidence)}${mark}${dim(runners.length ? `   then ${runners.join(", ")}` : "")}`,
      );
    } else print(`${row.name}: ${bold(outputs.map(shownResult).join(", "))}`);
    if (row.note && !flags.json) print(dim(`  (${row.note})`));
  };
  for (const { spec, rows, more, notes = [] } of inputs) {
    if (!flags.json) for (const note of notes) print(dim(`${spec}: ${note}`));
    rows.forEach(show);
    if (more > 0)
      print(dim(`… and ${count(more)} more; name one with ${spec}#index, or see all with --json`));
  }
  return 0;
}

/** Whether the outputs are plain numbers: several linear outputs are, unless the loss is for classes. */
function isRegression(model: Model): boolean {
  const { loss } = internalsOf(model).state.required;
  const last = model.layers[model.layers.length - 1]!;
  return !loss.classification && last.activation === "linear" && !model.metadata.classes;
}

function classify(model: Model, outputs: number[], names: readonly string[]) {
  const margin = outputThreshold(
    internalsOf(model).state.required.loss,
    internalsOf(model).built.activations[0]!,
  );
  const shares = outputs.length === 1 ? [2 * margin - outputs[0]! || 0, outputs[0]!] : outputs;
  return rank(shares, names);
}

/** @param winner comes first, also among equals */
function rank(shares: readonly number[], names: readonly string[], winner?: number) {
  // a single output exactly at the threshold is class 0, as everywhere
  const ranking = shares
    .map((share, c) => ({ class: names[c] ?? String(c), confidence: share, c }))
    .sort(
      (a, b) => Number(b.c === winner) - Number(a.c === winner) || b.confidence - a.confidence || a.c - b.c,
    )
    .map(({ class: name, confidence: share }) => ({ class: name, confidence: share }));
  return { class: ranking[0]!.class, confidence: ranking[0]!.confidence, ranking };
}

/** Margins and step outputs are not probabilities. */
const confidence = (model: Model, value: number): string =>
  ["softmax", "sigmoid"].includes(model.layers[model.layers.length - 1]!.activation ?? "")
    ? percent(value)
    : figure(value);
