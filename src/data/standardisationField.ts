import { list, number, string } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";

/** What a program hands on of data that was read before: what fitStandardisation() gave. */
export const standardisationField = () =>
  object({ mean: list(number()), scale: list(number()), columns: optional(list(string())) });
