/**
 * The folder of a sweep, which processes on any number of machines may share:
 *
 *     sweep.json                          the specification that all of it belongs to
 *     trials/7/model.safetensors          the model of trial 7
 *     trials/7/result.json                what came out; written last, so a trial that has it is finished
 *     trials/7/model-3.safetensors        with --asha: the same after 3 epochs
 *     trials/7/result-3.json
 *
 * Each file is written beside its name and renamed. There is no other state.
 */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, NablaError } from "../../errors.ts";
import { anything, choice, exactly, type Infer, int, number, string } from "../../fields/fields.ts";
import { parseJson } from "../../fields/json.ts";
import { object, optional, record } from "../../fields/objects.ts";
import { codeOf } from "../../node/fileSystem.ts";
import { writeFileAtomic } from "../../node/files.ts";
import { makeFolder } from "../../node/makeFolder.ts";
import { difference } from "../training/resume.ts";
import { checkSpecification, type Specification } from "./specification.ts";

/** What a trial came to. Its figures are those of the epoch that its score is of. */
const resultFields = () =>
  object({
    nablaSweep: exactly(1),
    trial: int({ min: 0 }),
    status: choice(["done", "diverged"]),
    parameters: record(anything()),
    /** Not there of a trial that diverged. */
    score: optional(number()),
    figures: record(number()),
    epochs: int({ min: 0 }),
    weightsSha256: optional(string()),
    /** Why there is no score. */
    problem: optional(string()),
    version: string(),
    seconds: number({ min: 0 }),
  });

export type Result = Infer<ReturnType<typeof resultFields>>;

/** Where a trial's files are. @param rung epochs after which they are written, with --asha */
export interface Place {
  readonly folder: string;
  readonly model: string;
  readonly result: string;
}

export function placeOf(out: string, trial: number, rung?: number): Place {
  const folder = join(out, "trials", String(trial));
  const ending = rung === undefined ? "" : `-${rung}`;
  return {
    folder,
    model: join(folder, `model${ending}.safetensors`),
    result: join(folder, `result${ending}.json`),
  };
}

const bytesOf = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** What must be alike in all processes: more trials of the same may be added later, and where an editor finds the schema does not matter. */
function identity({ document }: Pick<Specification, "document">, asha: boolean): object {
  const { trials: _, $schema: _s, asha: rungs, ...rest } = document;
  return { ...rest, asha: asha ? (rungs ?? {}) : false };
}

/**
 * Makes the folder of a sweep, or checks that it is this sweep's.
 * @throws NablaError where it belongs to another specification
 */
export async function openFolder(out: string, specification: Specification, asha: boolean): Promise<void> {
  const path = join(out, "sweep.json");
  try {
    makeFolder(join(out, "trials"));
  } catch (cause) {
    throw new NablaError(`--out: the folder ${out} cannot be made: ${messageOf(cause)}`, { cause });
  }
  const content = bytesOf({ asha, specification: specification.document });
  try {
    await writeFileAtomic(path, content, { replace: false });
    return;
  } catch (error) {
    if ((error as NablaError).details?.code !== "EEXIST") throw error;
  }
  const known = await readFolder(out);
  const other = difference(identity(known.specification, known.asha), identity(specification, asha), "");
  if (other) {
    const [where, was, is] = other;
    const shown = (value: unknown) => JSON.stringify(value) ?? "not set";
    throw new NablaError(
      `--out: ${out} has the trials of another sweep: ${where.slice(1) || "the specification"} was ${shown(was)}, now it is ${shown(is)}; give another folder, or the same specification`,
    );
  }
  if (specification.trials > known.specification.trials) await writeFileAtomic(path, content);
}

/** The specification that a folder's trials belong to. */
export async function readFolder(out: string): Promise<{ specification: Specification; asha: boolean }> {
  const path = join(out, "sweep.json");
  const text = await readFile(path, "utf8").catch((cause) => {
    throw new NablaError(
      `${path}: ${codeOf(cause) === "ENOENT" ? "there is no such file; expected the folder that nabla sweep --out wrote" : messageOf(cause)}`,
      { cause },
    );
  });
  const { asha, specification } = object({ asha: anything(), specification: anything() }).check(
    parseJson(text, path),
    path,
  );
  return { specification: checkSpecification(specification, path), asha: asha === true };
}

/** undefined where the trial is not finished. */
export async function readResult(path: string): Promise<Result | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined;
    throw new NablaError(`${path}: ${messageOf(cause)}`, { cause });
  }
  try {
    return resultFields().check(parseJson(text, path), path);
  } catch (cause) {
    throw new NablaError(`${messageOf(cause)}; remove the file, and the trial is run again`, { cause });
  }
}

export const writeResult = (path: string, result: Result): Promise<void> =>
  writeFileAtomic(path, bytesOf(result));

/** All finished trials, by number. @param rung with --asha: of these epochs */
export async function readResults(out: string, rung?: number): Promise<Map<number, Result>> {
  const names = await readdir(join(out, "trials")).catch(() => []);
  const numbers = names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  const found = await Promise.all(
    numbers.map(async (trial) => [trial, await readResult(placeOf(out, trial, rung).result)] as const),
  );
  return new Map(found.flatMap(([trial, result]) => (result ? [[trial, result] as const] : [])));
}
