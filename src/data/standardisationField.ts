import { NablaError } from "../errors.ts";
import { isObject } from "../fields/expected.ts";
import { type Field, list, number, show, string } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";

/** What a program hands on of data that was read before: what fitStandardisation() gave. */
export const standardisationField = () =>
  object({ mean: list(number()), scale: list(number()), columns: optional(list(string())) });

/** Whether targets are scaled, or how they were before. */
export const targetScaleField = (): Field<unknown, unknown, "required"> => {
  const fitted = standardisationField();
  const expected = "true, false, or the { mean, scale } that was fitted before";
  return {
    presence: "required",
    expected,
    check(value, path = "") {
      if (typeof value === "boolean") return value;
      if (!isObject(value)) throw new NablaError(`${path}: expected ${expected}, got ${show(value)}`);
      return fitted.check(value, path);
    },
    jsonSchema: DOCS && (() => ({})),
  };
};
