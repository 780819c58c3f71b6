/** Several models on the command line: an ensemble. */

import { publicly } from "../../data/readers/remote.ts";
import { type Ensemble, ensemble, type Voting } from "../../ensemble/ensemble.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import { classNames } from "../../report/examine.ts";
import type { Terminal } from "../../report/terminal.ts";
import { classTable, confusionTable } from "../../report/text/confusion.ts";
import { count, percent, plural, table } from "../../report/text/format.ts";
import { noteLines, notesOf } from "../../report/text/notes.ts";
import { openModel } from "../input/openModel.ts";
import { openPart, type PartFlags } from "../input/part.ts";
import { checkSingle } from "../input/single.ts";
import { SAID } from "../options/part.ts";
import { extraOf } from "../training/resume.ts";

export interface Voters {
  /** The first, which knows how to read inputs. */
  readonly model: Model;
  readonly vote: Ensemble;
}

/** @throws NablaError naming the file that does not fit the first */
export async function openVoters(paths: readonly string[], voting: Voting | undefined): Promise<Voters> {
  const models: Model[] = [];
  for (const path of paths) {
    const model = await openModel(path);
    checkSingle(model, path);
    models.push(model);
  }
  const vote = ensemble(models, { voting, names: paths });
  const columns = (model: Model) => extraOf(model)?.csv?.columns.join(", ");
  const encoding = (model: Model) => JSON.stringify(extraOf(model)?.csv?.encoding);
  const fit = (model: Model) => extraOf(model)?.images?.fit;
  models.forEach((model, i) => {
    if (columns(model) !== columns(models[0]!))
      throw new NablaError(
        `${paths[i]}: reads the columns ${columns(model) ?? "of no table"}, ${paths[0]} ${columns(models[0]!) ?? "of no table"}; expected the same`,
      );
    // and all see the same rows, encoded once
    if (encoding(model) !== encoding(models[0]!))
      throw new NablaError(
        `${paths[i]}: reads its columns otherwise than ${paths[0]}: see nabla summary; expected the same, as of models trained on the same rows with the same options`,
      );
    // all see the same pictures, resized once
    if (fit(model) !== fit(models[0]!))
      throw new NablaError(
        `${paths[i]}: was trained on pictures resized with --fit ${fit(model) ?? "none"}, ${paths[0]} with ${fit(models[0]!) ?? "none"}; expected the same`,
      );
  });
  return { model: models[0]!, vote };
}

/** nabla evaluate with several models */
export async function voteCommand(
  paths: readonly string[],
  source: string,
  flags: PartFlags & { json?: boolean; voting?: Voting },
  terminal: Terminal,
): Promise<number> {
  const { bold, print, printJson } = terminal;
  const { model, vote } = await openVoters(paths, flags.voting);
  const { dataset, part, name, notes } = await openPart(model, source, flags, terminal);
  const { accuracy, models, confusion } = await vote.evaluate(dataset);
  const names = classNames(model, dataset);
  const rows = dataset.length;
  const wrong = rows - confusion.counts.reduce((sum, row, c) => sum + row[c]!, 0);
  if (flags.json) {
    printJson({
      data: publicly(source),
      part,
      rows,
      ...notesOf({ notes }),
      voting: vote.voting,
      models: paths.map((path, i) => ({ model: path, accuracy: models[i] })),
      wrong,
      accuracy,
      classes: confusion.perClass().map((figures, c) => ({ class: names[c], ...figures })),
      confusion: confusion.counts,
    });
    return 0;
  }
  const which = SAID[part];
  print(`${name}${which}: ${plural(rows, "row")}, ${count(wrong)} wrong`);
  for (const line of noteLines({ notes }, terminal)) print(line);
  print(`accuracy ${bold(percent(accuracy))} by ${vote.voting} vote of ${paths.length} models`);
  print(
    `\n${table(
      ["model", "accuracy"],
      paths.map((path, i) => [path, percent(models[i]!)]),
    )}`,
  );
  print(`\n${classTable(confusion, names)}`);
  print(`\n${confusionTable(confusion, names, terminal)}`);
  return 0;
}
