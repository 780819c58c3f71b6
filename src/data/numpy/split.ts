/** The data set in a `.npz` archive. */

import { NablaError } from "../../errors.ts";
import { demand, isObject } from "../../fields/expected.ts";
import { choice, list, string } from "../../fields/fields.ts";
import { object, optional } from "../../fields/objects.ts";
import { checkGiven } from "../../fields/programs.ts";
import { showShape } from "../../shape.ts";
import { type DataSplit, type Dataset, type Standardisation, targetSize } from "../dataset.ts";
import { MAX_UNPACKED } from "../gzip.ts";
import { headerOf } from "../portable.ts";
import { rowsDataset } from "../rows.ts";
import { standardisationField } from "../standardisationField.ts";
import type { Values } from "../values/arranged.ts";
import { type ReadInputs, readInputs, SCALINGS, type Scaling } from "../values/inputs.ts";
import { readTargets, type TargetTask } from "../values/targets.ts";
import { limitField, type NpzArchive, openNpz } from "./archive.ts";
import { CLASS_NAMES, findArrays, type Pair, type Parts, roleOf } from "./names.ts";
import type { Npy, NpyText } from "./npy.ts";

/** How arrays were read; goes into checkpoints, so that others are read alike. */
export interface ArraysInfo {
  /** The arrays that were used. */
  names?: Parts<Pair>;
  scaling?: Scaling;
  task?: Exclude<TargetTask, "auto">;
  /** Names by class number, where labels in the file are names (or numbers that do not count from 0). */
  classes?: readonly string[];
}

/** How it is read: npzSplit() takes these, and a limit. */
export const npzFields = () => ({
  arrays: optional(list(string())),
  scaling: optional(choice(SCALINGS)),
  task: optional(choice(["auto", "classification", "regression"])),
  likeArrays: optional(arraysField()),
  standardisation: optional(standardisationField()),
});

/** {@link ArraysInfo}, as a field. */
export const arraysField = () => {
  const pair = () => object({ x: string(), y: string() });
  return object({
    names: optional(object({ train: pair(), validation: optional(pair()), test: optional(pair()) })),
    scaling: optional(choice(SCALINGS.slice(1))),
    task: optional(choice(["classification", "regression"])),
    classes: optional(list(string())),
  });
};

/** How a `.npz` archive is read. */
export interface NpzSplitOptions {
  /**
   * Names of the arrays, where their names do not say it: inputs, targets, both of a test part, both of a validation part. Default: x_train and y_train, x and y,
   * data and labels, images and target, … in any case and order of words; arr_0 and arr_1.
   */
  arrays?: readonly string[];
  /**
   * How inputs are read. Default "auto", which the values decide: pixels from 0 to 255 are scaled by 1/255, values from −1 to 1 stay as they
   * are, others are standardised column by column.
   */
  scaling?: (typeof SCALINGS)[number];
  /** Default "auto": text, bool, and few different whole numbers are classes; anything else is regression. */
  task?: TargetTask;
  /** How other arrays were read, for reading these alike. */
  likeArrays?: ArraysInfo;
  /** The standardisation that was fitted then. */
  standardisation?: Standardisation;
  /** Bytes that the arrays in use may unpack to; default 2 GiB. */
  limit?: number;
}

const PARTS = ["train", "validation", "test"] as const;

/** A data set, and how it was read. */
export interface NpzData extends DataSplit {
  arrays: ArraysInfo;
  /** What was read and how, in sentences. */
  notes: string[];
  /** The training part cut in two, standardised by the first rows alone: for cross-validation. Where it is standardised. */
  refit?(train: Uint32Array, test: Uint32Array): { train: Dataset; test: Dataset };
}

/**
 * The data set in a `.npz` archive. Only the arrays in use are unpacked, so others may be of any type.
 *
 * @param options a number is the limit
 * @throws NablaError naming file, array and type: where names do not say which arrays are meant, and for what cannot be read
 */
export function npzSplit(bytes: Uint8Array, name: string, options: number | NpzSplitOptions = {}): NpzData {
  const given = typeof options === "number" ? { limit: options } : options;
  demand(isObject(given), "npzSplit", "its options as an object, or a number, its limit", given);
  checkGiven("npzSplit", given, { ...npzFields(), limit: limitField() });
  const { likeArrays: like, standardisation, limit = MAX_UNPACKED } = given;
  const archive = openNpz(bytes, name, limit);
  const known =
    like?.names && Object.values(like.names).every(({ x, y }) => has(archive, x) && has(archive, y));
  const layout = known
    ? { ...like!.names!, notes: [] }
    : findArrays(archive.names, archive.header, name, given.arrays);
  const pairs = [layout.train, layout.validation, layout.test];
  const names = pairs.flatMap((pair) => (pair ? [pair.x, pair.y] : []));
  archive.checkSizes(names);
  const notes = [...layout.notes, ...leftOut(archive, names)];
  const all = pairs.map((pair) => pair && readPair(archive, pair));
  const [first] = all;
  if (first!.rows === 0)
    throw new NablaError(`${first!.x.name}: ${first!.x.type} ${showShape(first!.x.shape)}: no rows`);
  const places = [0, 1, 2].filter((p) => all[p] && all[p].rows > 0);
  for (const p of [1, 2])
    if (all[p]?.rows === 0)
      notes.push(`${pairs[p]!.x} and ${pairs[p]!.y} have no rows: there is no ${PARTS[p]} part`);
  const read = places.map((p) => all[p]!);
  const inputs = readInputs(
    read.map(({ x }) => x),
    { scaling: given.scaling ?? like?.scaling ?? "auto", ...(standardisation && { standardisation }) },
  );
  const targets = readTargets(
    read.map(({ y }) => y),
    {
      task: given.task ?? like?.task,
      classes: like?.classes,
      counted: like?.task === "classification" && !like.classes,
      names: classNames(archive, names),
    },
  );
  const dataset = (part: ReadInputs, p: number): Dataset => {
    const { values, ...types } = part;
    const header = {
      name: p === 0 ? name : `${name} (${PARTS[places[p]!]})`,
      length: read[p]!.rows,
      ...types,
      target: targets.target,
      ...(inputs.standardisation && { standardisation: inputs.standardisation }),
    };
    // what is standardised later keeps differences that float32 loses
    const exact = inputs.scaling === "none" ? () => read[p]!.x.data : undefined;
    return rowsDataset(header, values, targets.parts[p]!, exact);
  };
  const datasets = inputs.parts.map(dataset);
  const at = (place: number): Dataset | undefined => datasets[places.indexOf(place)];
  const [validation, test] = [at(1), at(2)];
  const { notes: _, ...used } = layout;
  return {
    train: datasets[0]!,
    ...(validation && { validation }),
    ...(test && { test }),
    ...(inputs.standardisation && { standardisation: inputs.standardisation }),
    arrays: {
      names: used,
      scaling: inputs.scaling,
      task: targets.target.kind === "class" ? "classification" : "regression",
      ...(targets.classes && { classes: targets.classes }),
    },
    notes: [...notes, ...inputs.notes, ...targets.notes],
    ...(inputs.scaling === "standardise" &&
      !standardisation && {
        refit(trained, tested) {
          const picked = [trained, tested].map((rows) => rowsOf(first!.x, rows));
          const again = readInputs(picked, { scaling: "standardise" });
          const [a, b] = again.parts.map(({ values, ...types }, p) => {
            const rows = p === 0 ? trained : tested;
            const header = {
              ...headerOf(datasets[0]!),
              ...types,
              name: `${name} (${p === 0 ? "train" : "validation"})`,
              length: rows.length,
              standardisation: again.standardisation!,
            };
            return rowsDataset(header, values, pick(targets.parts[0]!, rows, targetSize(targets.target)));
          });
          return { train: a!, test: b! };
        },
      }),
  };
}

/**
 * The inputs of an archive that has no targets for them: the one array that is called like inputs, or that is there at all.
 *
 * @throws NablaError for what is no archive
 */
export function onlyInputs(bytes: Uint8Array, name: string, limit = MAX_UNPACKED): Npy | undefined {
  const archive = openNpz(bytes, name, limit);
  const { names } = archive;
  const called = (role: keyof Pair) => names.filter((array) => roleOf(array)?.role === role);
  const [inputs, targets] = [called("x"), called("y")];
  const only =
    names.length === 1 ? names[0] : targets.length === 0 && inputs.length === 1 ? inputs[0] : undefined;
  if (only === undefined) return undefined;
  const array = archive.read(only);
  if (array.type !== "text") return array;
  throw new NablaError(`${array.name}: text ${showShape(array.shape)}: expected numbers as inputs`);
}

/** Some rows of an array. */
function rowsOf(array: Values, rows: Uint32Array): Values {
  const [n = 0, ...row] = array.shape;
  return { ...array, shape: [rows.length, ...row], data: pick(array.data, rows, array.data.length / n) };
}

function pick<T extends Values["data"]>(data: T, rows: Uint32Array, width: number): T {
  const out = new (data.constructor as new (n: number) => T)(rows.length * width);
  rows.forEach((row, i) => out.set(data.subarray(row * width, (row + 1) * width), i * width));
  return out;
}

interface Loaded {
  readonly x: Values;
  readonly y: Npy | NpyText;
  readonly rows: number;
}

function readPair(archive: NpzArchive, pair: Pair): Loaded {
  const [x, y] = [archive.read(pair.x), archive.read(pair.y)];
  if (x.type === "text")
    throw new NablaError(`${x.name}: text ${showShape(x.shape)}: expected numbers as inputs`);
  const [rows, others] = [x.shape[0], y.shape[0]];
  if (rows !== undefined && others !== undefined && rows !== others)
    throw new NablaError(
      `${x.name}: ${x.type} ${showShape(x.shape)}, so ${rows} rows, but ${pair.y} (${y.type} ${showShape(y.shape)}) has ${others}; expected one target for each row`,
    );
  if (rows && x.data.length === 0)
    throw new NablaError(`${x.name}: ${x.type} ${showShape(x.shape)}: rows without a value`);
  if (others && (y.type === "text" ? y.texts : y.data).length === 0)
    throw new NablaError(`${y.name}: ${y.type} ${showShape(y.shape)}: rows without a value`);
  return { x, y, rows: rows ?? 0 };
}

const has = (archive: NpzArchive, array: string): boolean => archive.names.includes(array);

/** Arrays that are there as well, where something may have been meant by them. */
function leftOut(archive: NpzArchive, used: readonly string[]): string[] {
  const others = archive.names.filter((array) => !used.includes(array) && !CLASS_NAMES.test(array));
  if (others.length === 0) return [];
  const some = others.slice(0, 8).join(", ") + (others.length > 8 ? ", …" : "");
  return [`used of the archive: ${used.join(", ")}; not used: ${some}`];
}

/** Text that stands by the data and says what classes are called. */
function classNames(archive: NpzArchive, used: readonly string[]): readonly string[] | undefined {
  const name = archive.names.find((array) => CLASS_NAMES.test(array) && !used.includes(array));
  if (name === undefined || archive.header(name).type !== "text") return undefined;
  const read = archive.read(name);
  if (read.type !== "text" || read.shape.length !== 1) return undefined;
  return new Set(read.texts).size === read.texts.length ? read.texts : undefined;
}
