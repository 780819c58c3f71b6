/** Which rows fit() validates on instead of training on them: validationSplit. */
import { sha256Hex } from "../checkpoint/sha256.ts";
import type { Dataset } from "../data/dataset.ts";
import { splitRows } from "../data/split.ts";
import { NablaError, prefixed } from "../errors.ts";
import { choice, type Field, number, show, string } from "../fields/fields.ts";
import { object, withDefault } from "../fields/objects.ts";

/** As it is kept with a training, plain JSON: a share of the rows, chosen at random; another way to choose them; or which a function chose. */
export type SplitRule = number | { fraction: number; from: SplitFrom } | { chosen: string };
/** Any rows, the last ones, or whole groups. */
export type SplitFrom = "random" | "end" | "groups";

/** As people write it: a share, where the rows of that share are, or whether a row is one of them. */
export type ValidationSplit =
  | number
  | { readonly fraction: number; readonly from?: SplitFrom }
  /** In files alone: that a function chose them. */
  | { readonly chosen: string }
  | ((row: number) => boolean);

const share = () => number({ min: 0, exclusiveMax: 1 });
const place = () =>
  object({
    fraction: share(),
    from: choice(["random", "end", "groups"], { default: "random" }),
  });
const told = () => object({ chosen: string() });

/** Of a document's `training`. */
export function splitField(doc: string): Field<SplitRule, SplitRule, "defaulted"> {
  const field: Field<SplitRule, SplitRule, "required"> = {
    presence: "required",
    expected: share().expected,
    check: (value, path) => ruleOf(value, path),
    jsonSchema:
      DOCS &&
      (() => ({
        anyOf: [share().jsonSchema(), place().jsonSchema(), told().jsonSchema()],
        description: doc,
      })),
  };
  return withDefault(field, 0);
}

function ruleOf(value: unknown, path = "validationSplit"): SplitRule {
  if (typeof value !== "object" || value === null) return share().check(value, path);
  if ("chosen" in value) return told().check(value, path);
  return place().check(value, path);
}

/** As it is kept: a share alone stands for any rows. */
export const keptRule = (rule: SplitRule): SplitRule =>
  typeof rule === "object" && "from" in rule && (rule.from === "random" || rule.fraction === 0)
    ? rule.fraction
    : rule;

/** The share of the rows, where it is known before the rows are. */
export const fractionOf = (rule: SplitRule): number =>
  typeof rule === "number" ? rule : "fraction" in rule ? rule.fraction : 0;

/** The rule, and the rows it chooses. */
export interface ChosenRows {
  readonly rule: SplitRule;
  /** To train on, and to validate on. Undefined where none are split off. */
  readonly rows?: readonly [Uint32Array, Uint32Array];
}

/**
 * @param given fit()'s validationSplit @param before the rule of the training that is resumed
 * @param shuffle where rows are visited in their order, the last ones are validated on
 * @throws NablaError for values that make no sense, and where no row is left for one of the parts
 */
export function chosenRows(
  data: Dataset,
  given: unknown,
  before: SplitRule | undefined,
  { seed, shuffle }: { readonly seed: number; readonly shuffle: boolean },
): ChosenRows {
  if (typeof given === "function") return byFunction(data, given as (row: number) => unknown);
  const wanted = ruleOf(given, "fit: validationSplit");
  if (typeof wanted === "object" && "chosen" in wanted)
    throw new NablaError(
      "fit: validationSplit: the rows to validate on were chosen by a function, of which files keep nothing; pass it again",
    );
  // a share means what it meant, also to files of a version that chose any rows
  const same = before !== undefined && fractionOf(before) === fractionOf(wanted);
  const rule = typeof wanted === "object" ? keptRule(wanted) : same ? before : usual(data, wanted, shuffle);
  const fraction = fractionOf(rule);
  if (fraction === 0) return { rule };
  const from = typeof rule === "object" && "from" in rule ? rule.from : "random";
  if (from === "groups" && !data.groups)
    throw new NablaError(
      `fit: validationSplit: rows were to be split by groups, but ${data.name} has none; open it with split: { group: column }`,
    );
  const by = from === "groups" ? {} : ({ split: from === "end" ? "time" : "random" } as const);
  const rows = prefixed("validationSplit: ", () => splitRows(data, fraction, { seed, ...by }));
  return { rule, rows };
}

/** What a share alone means. */
function usual({ groups, inOrder }: Dataset, fraction: number, shuffle: boolean): SplitRule {
  if (fraction === 0) return 0;
  if (groups) return { fraction, from: "groups" };
  return inOrder || !shuffle ? { fraction, from: "end" } : fraction;
}

function byFunction(data: Dataset, chooses: (row: number) => unknown): ChosenRows {
  const parts: [number[], number[]] = [[], []];
  for (let row = 0; row < data.length; row++) {
    const chosen = chooses(row);
    if (typeof chosen !== "boolean")
      throw new NablaError(
        `fit: validationSplit: expected true or false for each row, whether it is validated on; got ${show(chosen)} for row ${row}`,
      );
    parts[chosen ? 1 : 0].push(row);
  }
  const rows = parts.map((part) => Uint32Array.from(part)) as [Uint32Array, Uint32Array];
  const empty = rows.findIndex((part) => part.length === 0);
  if (empty >= 0)
    throw new NablaError(
      `fit: validationSplit: the function chose ${empty === 1 ? "none" : "all"} of ${data.length} rows; expected at least one in each part`,
    );
  const bytes = new Uint8Array(4 * rows[1].length);
  const view = new DataView(bytes.buffer);
  rows[1].forEach((row, i) => view.setUint32(4 * i, row, true));
  return { rule: { chosen: sha256Hex(bytes) }, rows };
}
