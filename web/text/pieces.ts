/** What a text has around its places and in them, in its order: for places that are not text. */
export const pieces = <T>(text: string, values: Readonly<Record<string, T>>): (string | T)[] =>
  text.split(/\{(\w+)\}/).map((part, i) => (i % 2 === 1 ? (values[part] ?? part) : part));
