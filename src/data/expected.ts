/** Whether a data set is one. */
import { demand, isObject } from "../fields/expected.ts";
import type { Dataset } from "./dataset.ts";

const TYPES = ["uint8", "float32"];

/**
 * Looks at what a data set says of itself, not at its rows.
 *
 * @param who begins the error
 * @throws NablaError for what is no data set, and for fields of one that are missing or no such thing
 */
export function demandDataset(who: string, given: unknown): void {
  const of = isObject(given) ? given : {};
  demand(
    typeof of.read === "function",
    who,
    "a data set, as arrayDataset() makes them: an object with a function read()",
    given,
  );
  const field = (name: keyof Dataset, ok: boolean, what: string) =>
    demand(ok, `${who}: ${name} of the data set`, what, of[name]);
  const { name, length, inputShape, inputType, inputScale, target, labels } = of as unknown as Dataset;
  field("name", typeof name === "string", "text");
  field("length", Number.isInteger(length) && length >= 0, "its number of rows");
  field("inputShape", Array.isArray(inputShape), "the shape of a row, as [28, 28, 1]");
  field("inputType", TYPES.includes(inputType), TYPES.map((type) => `"${type}"`).join(" or "));
  field("inputScale", typeof inputScale === "number", "a number, what inputs are multiplied by");
  field(
    "labels",
    !labels || (isObject(labels) && (labels as ArrayLike<number>).length === length),
    "one for each row, or none",
  );
  const wanted = { class: "classes", values: "size" } as Readonly<Record<string, string>>;
  const kind = isObject(target) ? wanted[target.kind] : undefined;
  field(
    "target",
    kind !== undefined && Number.isInteger((target as unknown as Record<string, unknown>)[kind]),
    '{ kind: "class", classes } or { kind: "values", size }',
  );
}
