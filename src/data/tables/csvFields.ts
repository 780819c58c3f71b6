/** The options of tables, as fields: csv.ts says in docstrings what they do. */

import { NablaError } from "../../errors.ts";
import { isObject } from "../../fields/expected.ts";
import { anything, bool, choice, type Field, int, list, number, show, string } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import { standardisationField } from "../standardisationField.ts";
import { askedField } from "./asked.ts";
import type { CsvInfo } from "./csv.ts";
import { checkInfo, MISSING_WAYS } from "./tableData.ts";
import { tableSplitField } from "./tableSplit.ts";

/** How a table is read. */
export const tableFields = () => ({
  header: optional(bool()),
  delimiter: optional(string()),
  decimal: optional(choice([".", ","])),
  label: optional(column()),
  ignore: optional(list(string())),
  task: optional(choice(["auto", "classification", "regression"])),
  columns: optional(askedField()),
  maxCategories: optional(int({ min: 2 })),
  missing: optional(choice(MISSING_WAYS)),
  like: optional(info()),
  inputsLike: optional(info()),
});

/** How its bytes become text. */
export const textFields = () => ({ encoding: optional(string()) });

/** How it is cut in two, and standardised. */
export const splitFields = () => ({
  testFraction: optional(number({ min: 0, exclusiveMax: 1 })),
  split: optional(tableSplitField()),
  seed: optional(int({ min: 0, wide: true })),
  standardise: optional(bool()),
  standardisation: optional(standardisationField()),
  targetScale: optional(anything()),
});

/** What is known of a table that was read before. */
function info(): Field<CsvInfo> {
  const expected = "the csv of a table that was read before";
  return {
    presence: "required",
    expected,
    check(value, path = "") {
      if (!isObject(value)) throw new NablaError(`${path}: expected ${expected}, got ${show(value)}`);
      const known = value as unknown as CsvInfo;
      checkInfo(known, path);
      return known;
    },
    jsonSchema: DOCS && (() => ({ type: "object" })),
  };
}

/** By name, or by number. */
function column(): Field<string | number> {
  const expected = "the name of a column, or its number (from -1 at the end)";
  return {
    presence: "required",
    expected,
    check(value, path) {
      if (typeof value === "string" || Number.isInteger(value)) return value as string | number;
      throw new NablaError(`${path}: expected ${expected}, got ${show(value)}`);
    },
    jsonSchema: DOCS && (() => ({ type: ["string", "integer"] })),
  };
}
