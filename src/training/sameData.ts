/** Whether a training that is resumed has the data that it had. */
import { buffersFor, type Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { unlessAborted } from "./aborted.ts";
import { rowHashes, SEEN } from "./known.ts";
import type { Hashes, Known, KnownRows } from "./run.ts";

export interface Comparison {
  /** Of the training that stopped; none in files of earlier versions. */
  readonly before: unknown;
  readonly now: Known;
  /** What is trained on, whose rows are those `from` of the data, or all. */
  readonly train: Dataset;
  readonly from?: Uint32Array;
  readonly stream: boolean;
  readonly validation?: Dataset;
  /** Whether it decides anything: when to stop, which weights are best. */
  readonly decides: boolean;
  readonly signal?: AbortSignal;
}

/**
 * @returns what is known from now on: with the rows that were seen before
 * @throws NablaError that says what differs
 */
export async function sameData(request: Comparison): Promise<Known> {
  const { now, train, from, stream, validation, decides, signal } = request;
  const before = readKnown(request.before);
  if (!before) return now;
  const rowOf = (row: number) =>
    from?.[row % from.length] ?? row % (now.data.rows ?? Number.POSITIVE_INFINITY);
  const differs =
    rowsDiffer(before.data, now.data, "the data") ??
    hashesDiffer(before.weights, now.weights, "sampleWeight") ??
    functionsDiffer(before.functions, now.functions) ??
    (stream ? undefined : await seenDiffer(before.data, now.data, train, "the data", signal, rowOf));
  if (differs) throw other(differs);
  if (decides) {
    const name = "validationData";
    const was = before.validation;
    const is = now.validation;
    const changed =
      was && is
        ? (rowsDiffer(was, is, name) ??
          hashesDiffer(before.validationWeights, now.validationWeights, `sampleWeight of ${name}`) ??
          (await seenDiffer(was, is, validation!, name, signal)))
        : was && `${name} was given, now it is not`;
    if (changed) throw other(`${changed}, by which callbacks decide`);
  }
  const kept = (was: KnownRows, is: KnownRows) => (was.seen ? { ...is, seen: was.seen } : is);
  return {
    ...now,
    data: kept(before.data, now.data),
    ...(now.validation && before.validation && { validation: kept(before.validation, now.validation) }),
  };
}

const other = (what: string): NablaError =>
  new NablaError(
    `fit: resume: ${what}; a resumed run needs the same data. To go on with other data, pass otherData: true (nabla train: --other-data)`,
  );

function rowsDiffer(was: KnownRows, is: KnownRows, name: string): string | undefined {
  const list = (all: readonly string[] | undefined) => {
    const most = 10;
    return all ? `${all.slice(0, most).join(", ")}${all.length > most ? ", …" : ""}` : "without names";
  };
  if (was.inputs !== is.inputs) return `inputs of ${name} were ${was.inputs}, now ${is.inputs}`;
  if (was.targets !== is.targets) return `targets of ${name} were ${was.targets}, now ${is.targets}`;
  if (was.classes && is.classes && JSON.stringify(was.classes) !== JSON.stringify(is.classes)) {
    const at = is.classes.findIndex((each, i) => each !== was.classes![i]);
    const first = at >= 10 ? ` (class ${at} was ${was.classes[at]}, now ${is.classes[at]})` : "";
    return `classes were ${list(was.classes)}; now ${list(is.classes)}${first}`;
  }
  if (was.rows !== is.rows) {
    const rows = (n: number | undefined) => (n === undefined ? "batches of an iterator" : `${n} rows`);
    return `${name} had ${rows(was.rows)}, now ${rows(is.rows)}`;
  }
  for (const key of Object.keys({ ...was.prepared, ...is.prepared }))
    if (was.prepared?.[key] !== is.prepared?.[key])
      return `${name} ${key === "standardisation" || key === "targetScale" ? "is standardised otherwise" : `is prepared otherwise ("${key}" of what describes it)`}`;
  if (!was.content || !is.content) return undefined;
  return (
    hashesDiffer(was.content.x, is.content.x, name, "other values") ??
    hashesDiffer(was.content.y, is.content.y, name, "another target", "other targets")
  );
}

/** @param one, many what a row, or several, have */
function hashesDiffer(
  was: Hashes | undefined,
  is: Hashes | undefined,
  name: string,
  one = "another value",
  many = "other values",
): string | undefined {
  if (!was && !is) return undefined;
  if (!was || !is) return `${name} was ${was ? "given" : "not given"}, now it is ${is ? "given" : "not"}`;
  if (was.rows !== is.rows) return `${name} was of ${was.rows} rows, now of ${is.rows}`;
  const blocks = different(was.blocks, is.blocks);
  if (blocks.length === 0) return undefined;
  const { size, rows } = is;
  const places = was.places && is.places ? different(was.places, is.places) : [];
  const first = blocks[0] * size;
  const last = Math.min(rows, first + size) - 1;
  const more = blocks.length > 1 ? ", and more," : "";
  if (size === 1 || (blocks.length === 1 && places.length === 1))
    return `row ${first + (places[0] ?? 0)} of ${name}${more} ${more ? `have ${many}` : `has ${one}`}`;
  return `rows among ${first} to ${last} of ${name}${more} have ${many}`;
}

/** The numbers of the hashes that are not the same. */
function different(was: string, is: string): number[] {
  const at: number[] = [];
  for (let i = 0; i < Math.max(was.length, is.length); i += 8)
    if (was.slice(i, i + 8) !== is.slice(i, i + 8)) at.push(i / 8);
  return at;
}

function functionsDiffer(was: readonly string[], is: readonly string[]): string | undefined {
  const gone = was.find((name) => !is.includes(name));
  if (gone === undefined) return undefined;
  return `callbacks had ${gone}, now ${is.length > 0 ? is.join(", ") : "none of its kind"}`;
}

/** Reads the rows again that were seen, where they are not known otherwise. */
async function seenDiffer(
  was: KnownRows,
  is: KnownRows,
  dataset: Dataset,
  name: string,
  signal: AbortSignal | undefined,
  rowOf = (row: number) => row,
): Promise<string | undefined> {
  const { seen } = was;
  if (!seen || (was.content && is.content) || seen.rows.some((row) => row >= dataset.length))
    return undefined;
  const wanted = Uint32Array.from(seen.rows);
  const read = async () => {
    const { x, y } = buffersFor(dataset, wanted.length);
    // where it is made differently in each epoch, as it was made then
    await unlessAborted(Promise.resolve(dataset.read(wanted, x, y, seen.epoch)), signal);
    return Array.from(wanted, (_, i) => rowHashes(dataset, x, y)(i));
  };
  let hashes: string[];
  try {
    hashes = await read();
    if (hashes.every((each, i) => each === seen.hashes[i])) return undefined;
    // what gives other rows each time is known by its shape alone
    if ((await read()).some((each, i) => each !== hashes[i])) return undefined;
  } catch (error) {
    if (signal?.aborted) throw error;
    // the training will say so, with the number of the batch
    return undefined;
  }
  const at = hashes.findIndex((each, i) => each !== seen.hashes[i]);
  const values = hashes[at].slice(0, 8) !== seen.hashes[at].slice(0, 8);
  return `row ${rowOf(wanted[at])} of ${name} has ${values ? "other values" : "another target"}`;
}

/** What a file says, as far as it can be made sense of: it decides what is refused, and nothing else. */
function readKnown(value: unknown): Known | undefined {
  const isObject = (at: unknown): at is Record<string, unknown> => typeof at === "object" && at !== null;
  const isHashes = (at: unknown) =>
    isObject(at) && typeof at.blocks === "string" && typeof at.rows === "number";
  const isSeen = (at: unknown) =>
    isObject(at) &&
    [at.rows, at.hashes].every((list) => Array.isArray(list) && list.length <= SEEN) &&
    (at.rows as unknown[]).every((row) => Number.isInteger(row) && (row as number) >= 0) &&
    (at.hashes as unknown[]).every((each) => typeof each === "string") &&
    (at.epoch === undefined || Number.isInteger(at.epoch));
  const isRows = (at: unknown) =>
    isObject(at) &&
    typeof at.inputs === "string" &&
    typeof at.targets === "string" &&
    (at.classes === undefined ||
      (Array.isArray(at.classes) && at.classes.every((each) => typeof each === "string"))) &&
    (at.prepared === undefined || isObject(at.prepared)) &&
    (at.content === undefined ||
      (isObject(at.content) && isHashes(at.content.x) && isHashes(at.content.y))) &&
    (at.seen === undefined || isSeen(at.seen));
  if (!isObject(value) || !isRows(value.data) || !Array.isArray(value.functions)) return undefined;
  if (value.validation !== undefined && !isRows(value.validation)) return undefined;
  for (const weights of [value.weights, value.validationWeights])
    if (weights !== undefined && !isHashes(weights)) return undefined;
  return value as unknown as Known;
}
