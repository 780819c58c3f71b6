import { NablaError } from "../../errors.ts";
import { type Field, show } from "../../fields/fields.ts";

/** A column of a table, by name or by number. */
export function columnField(): Field<string | number> {
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
