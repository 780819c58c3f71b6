/** Which arrays of an archive are inputs and targets, and of which part: names say it, in any case and order of words. */
import { didYouMean, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { ArrayHeader } from "./archive.ts";

/** Names of arrays. */
export interface Pair {
  readonly x: string;
  readonly y: string;
}

/** The parts of a data set. */
export interface Parts<Part> {
  readonly train: Part;
  readonly validation?: Part;
  readonly test?: Part;
}

export interface Layout extends Parts<Pair> {
  /** Where names do not say it all, what was decided. */
  readonly notes: readonly string[];
}

export type PartName = "train" | "test" | "validation" | "";

interface Role {
  readonly part: PartName;
  readonly role: keyof Pair;
}

const INPUTS = "x|xs|data|inputs?|features?|images?|imgs?|samples?";
const TARGETS = "y|ys|labels?|targets?|outputs?";
const PARTS = "training|train|trn|tr|testing|test|tst|te|ts|validation|valid|val|dev";
/** train_x, trainX, train_set_x, X-train; words are joined before they are compared. */
const BEFORE = new RegExp(`^(${PARTS})?(?:set)?(?:(${INPUTS})|(${TARGETS}))$`);
const AFTER = new RegExp(`^(?:(${INPUTS})|(${TARGETS}))(${PARTS})(?:set)?$`);

/** What an array is for by its name; undefined where it does not say. */
export function roleOf(name: string): Role | undefined {
  // a folder that was packed along is no part of the name
  const joined = name
    .slice(name.lastIndexOf("/") + 1)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "");
  const [, before, x] = BEFORE.exec(joined) ?? [];
  if (BEFORE.test(joined)) return { part: partOf(before), role: x === undefined ? "y" : "x" };
  const found = AFTER.exec(joined);
  return found ? { part: partOf(found[3]), role: found[1] === undefined ? "y" : "x" } : undefined;
}

const partOf = (word = ""): PartName =>
  word === "" ? "" : word.startsWith("tr") ? "train" : word.startsWith("t") ? "test" : "validation";

/** Arrays whose names say what classes are called. */
export const CLASS_NAMES = /^(class|target|label|category)[-_ ]?(names?|labels?)$|^(classes|categories)$/i;

const OPTION = 'arrays: ["X", "Y"] (--arrays X,Y), with two more for a test part, names them';

/**
 * @param wanted names the arrays, in the order inputs, targets, both of a test part, both of a validation part
 * @throws NablaError with what was found and how to name it, where names do not decide
 */
export function findArrays(
  names: readonly string[],
  header: (name: string) => ArrayHeader,
  where: string,
  wanted?: readonly string[],
): Layout {
  if (wanted) return named(names, where, wanted);
  const positional = inOrder(names, header, where);
  if (positional) return positional;
  const parts = new Map<PartName, Record<keyof Pair, string[]>>();
  for (const name of names) {
    const found = roleOf(name);
    // single numbers belong to no row
    if (!found || header(name).shape.length === 0) continue;
    const part = parts.get(found.part) ?? { x: [], y: [] };
    part[found.role].push(name);
    parts.set(found.part, part);
  }
  for (const part of parts.values()) {
    // text, names of files for example, is nothing to compute with
    const numbers = part.x.filter((name) => header(name).type !== "text");
    if (numbers.length > 0) part.x = numbers;
    for (const [several, what] of [[part.x, "inputs"] as const, [part.y, "targets"] as const])
      if (several.length > 1) throw refusal(`${list(several)} may each be the ${what}`, names, header, where);
  }
  const pairs = new Map<PartName, Pair>();
  for (const [part, { x, y }] of parts) if (x[0] && y[0]) pairs.set(part, { x: x[0], y: y[0] });
  if (pairs.has("") && pairs.has("train"))
    throw refusal(
      `${both(pairs, "")} and ${both(pairs, "train")} may each be what is trained on`,
      names,
      header,
      where,
    );
  return arranged(pairs, parts) ?? fail(notFound(names, header, where));
}

const fail = (error: NablaError): never => {
  throw error;
};

/** The parts that are there as training and test part. */
function arranged(
  pairs: ReadonlyMap<PartName, Pair>,
  parts: ReadonlyMap<PartName, Record<keyof Pair, string[]>>,
): Layout | undefined {
  const notes: string[] = [];
  const train = pairs.get("train") ?? pairs.get("");
  const [test, validation] = [pairs.get("test"), pairs.get("validation")];
  const only = train ?? test ?? validation;
  if (!only) return undefined;
  for (const [part, { x, y }] of parts)
    if (!pairs.has(part))
      notes.push(
        `${list([...x, ...y])} not used: there are no ${x.length ? "targets" : "inputs"} to go with it`,
      );
  if (!train) {
    const other = test && validation;
    notes.push(`there is no training part: ${list(Object.values(only))} are read as the data set`);
    return { train: only, ...(other && { validation: other }), notes };
  }
  return { train, ...(validation && { validation }), ...(test && { test }), notes };
}

function named(names: readonly string[], where: string, wanted: readonly string[]): Layout {
  if (![2, 4, 6].includes(wanted.length))
    throw new NablaError(
      `${where}: arrays: expected two names (inputs, targets), four (and those of a test part) or six (and those of a validation part), got ${wanted.length}`,
    );
  for (const name of wanted)
    if (!names.includes(name))
      throw new NablaError(
        `${where}: arrays: there is no array ${show(name)}${didYouMean(name, names) || ";"} found ${list(names) || "none"}`,
      );
  const pair = (at: number): Pair => ({ x: wanted[at]!, y: wanted[at + 1]! });
  return {
    train: pair(0),
    ...(wanted.length > 2 && { test: pair(2) }),
    ...(wanted.length > 4 && { validation: pair(4) }),
    notes: [],
  };
}

/** What numpy.savez(path, a, b, …) calls arr_0, arr_1, …: their shapes say which are which. */
function inOrder(
  names: readonly string[],
  header: (name: string) => ArrayHeader,
  where: string,
): Layout | undefined {
  const placed = names.filter((name) => /^arr_\d+$/.test(name));
  if (placed.length < 2 || names.some(roleOf)) return undefined;
  if (!placed.every((_, i) => names.includes(`arr_${i}`))) return undefined;
  const all = placed.map((_, i) => header(`arr_${i}`));
  const pair = (x: number, y: number): Pair => ({ x: `arr_${x}`, y: `arr_${y}` });
  const stop = (why: string) => fail(refusal(why, names, header, where));
  if (all.length === 2) {
    const [x, y] = all as [ArrayHeader, ArrayHeader];
    if (x.type === "text" || (x.shape.length === 1 && y.shape.length > 1))
      return stop("arr_0 looks like targets and arr_1 like inputs");
    return { train: pair(0, 1), notes: ["arr_0 are the inputs, arr_1 the targets"] };
  }
  if (all.length !== 4) return undefined;
  const rows = all.map(({ shape }) => shape[0]);
  const alike = (a: number, b: number) => all[a]!.shape.slice(1).join() === all[b]!.shape.slice(1).join();
  const first = rows[0] === rows[1] && rows[2] === rows[3] && alike(0, 2) && alike(1, 3);
  // as train_test_split() of scikit-learn returns them
  const second = rows[0] === rows[2] && rows[1] === rows[3] && alike(0, 1) && alike(2, 3);
  if (first === second)
    return stop(
      first ? "their order may be x, y, x, y or x, x, y, y" : "their shapes do not say which are which",
    );
  const [train, test] = first ? [pair(0, 1), pair(2, 3)] : [pair(0, 2), pair(1, 3)];
  return {
    train,
    test,
    notes: [
      `${list(Object.values(train))} are the training part, ${list(Object.values(test))} the test part`,
    ],
  };
}

const list = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

const both = (pairs: ReadonlyMap<PartName, Pair>, part: PartName): string =>
  list(Object.values(pairs.get(part)!));

function found(names: readonly string[], header: (name: string) => ArrayHeader): string {
  const some = names.slice(0, 12).map((name) => header(name).said);
  return (
    some.join(", ") + (names.length > some.length ? `, and ${names.length - some.length} more` : "") || "none"
  );
}

const refusal = (
  why: string,
  names: readonly string[],
  header: (name: string) => ArrayHeader,
  where: string,
): NablaError => new NablaError(`${where}: ${why}; ${OPTION}. Found ${found(names, header)}`);

function notFound(
  names: readonly string[],
  header: (name: string) => ArrayHeader,
  where: string,
): NablaError {
  const usual = ["x_train", "y_train", "x", "y", "data", "labels", "target", "images"];
  const hint =
    names
      .filter((name) => !roleOf(name))
      .map((name) => didYouMean(name, usual))
      .find(Boolean) ?? "";
  const roles = new Set(names.map((name) => roleOf(name)?.role));
  const half = roles.has("x") !== roles.has("y");
  const why = half
    ? `there are ${roles.has("x") ? "inputs, but no targets" : "targets, but no inputs"} that belong to them: `
    : "";
  return new NablaError(
    `${where}: ${why}expected arrays named x_train and y_train, or x and y, or data and labels, or images and labels, …; found ${found(names, header)}${hint || ";"} ${OPTION}`,
  );
}
