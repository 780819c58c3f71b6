/**
 * Kinds of columns, by name, in the order in which they are tried. An object and no namespace: bundlers leave it out of programs that
 * read no tables.
 */
import { boolean } from "./boolean.ts";
import { category } from "./category.ts";
import { date } from "./date.ts";
import { number } from "./number.ts";
import { ordered } from "./ordered.ts";

export const kinds = { number, boolean, date, ordered, category };
