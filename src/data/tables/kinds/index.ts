/** Kinds of columns. */

export { boolean } from "./boolean.ts";
export { category } from "./category.ts";
export { date } from "./date.ts";
export { number } from "./number.ts";
export { ordered } from "./ordered.ts";
