/** What an option may say about a column: { size: { kind: "ordered", values: ["S", "M", "L"] }, zip: "category" }. */
import type { Field } from "../../fields/fields.ts";
import { orName, record, variant } from "../../fields/objects.ts";
import type { Cycle, DateOrder } from "./dates.ts";
import type { ColumnKindName } from "./encoding.ts";
import { kinds as all } from "./kinds/index.ts";
import type { Decimal } from "./numbers.ts";

/** How a column is to be read. */
export type AskedColumn =
  | { readonly kind: "number"; readonly decimal?: Decimal }
  | { readonly kind: "boolean" }
  | { readonly kind: "date"; readonly order?: DateOrder; readonly cyclic?: readonly Cycle[] }
  | { readonly kind: "ordered"; readonly values: readonly string[] }
  | { readonly kind: "category"; readonly maxCategories?: number };

/** As options have it: a kind alone, or with what belongs to it. */
export type AskedColumns = Readonly<Record<string, AskedColumn | Exclude<ColumnKindName, "ordered">>>;

/** By the names of columns. */
export const askedField = (): Field<Record<string, AskedColumn>, AskedColumns> => {
  const kinds = Object.fromEntries(Object.entries(all).map(([name, { asked }]) => [name, { fields: asked }]));
  return record(orName(variant("kind", kinds))) as unknown as Field<
    Record<string, AskedColumn>,
    AskedColumns
  >;
};

/** What checked options say about a column. A column may be called like what every object has. */
export const askedOf = (
  { columns }: { readonly columns?: AskedColumns },
  name: string,
): AskedColumn | undefined =>
  columns && Object.hasOwn(columns, name) ? (columns[name] as AskedColumn) : undefined;
