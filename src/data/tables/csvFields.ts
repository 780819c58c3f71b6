/** The options of tables, as fields: csv.ts says in docstrings what they do. */

import { NablaError } from "../../errors.ts";
import { isObject } from "../../fields/expected.ts";
import { bool, choice, type Field, int, list, number, show, string } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import { standardisationField, targetScaleField } from "../standardisationField.ts";
import { askedField } from "./asked.ts";
import { columnField } from "./columnField.ts";
import { checkInfo } from "./tableData.ts";
import type { CsvInfo } from "./tableInfo.ts";
import { MISSING_WAYS } from "./tableInfo.ts";
import { tableSplitField } from "./tableSplit.ts";

/** How a table is read. */
export const tableFields = () => ({
  header: optional(bool()),
  delimiter: optional(string()),
  decimal: optional(choice([".", ","])),
  label: optional(columnField()),
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
  targetScale: optional(targetScaleField()),
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
