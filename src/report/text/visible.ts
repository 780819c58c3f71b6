/**
 * Names of classes, columns, files and models come from strangers. What in them would steer a terminal is shown instead: escape
 * sequences set titles, clear the screen or write into the clipboard, and overrides of direction make a text read as another.
 */

/** Controls but tab and line feed (C0, DEL, C1), separators of lines and paragraphs, and what overrides the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const STEERING = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u2028-\u202e\u2066-\u2069]/g;
/** Those that JSON leaves as they are. */
const UNQUOTED = /[\x7f-\x9f\u061c\u2028-\u202e\u2066-\u2069]/g;

const unicode = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** The text with such characters as JSON writes them: \u001b, \u202e, as in messages of errors. Lines stay lines. */
export const visible = (text: string): string => text.replace(STEERING, unicode);

/** A name within a line: it cannot begin another one. */
export const inLine = (name: string): string =>
  visible(name).replace(/[\t\n]/g, (c) => (c === "\n" ? "\\n" : "\\t"));

/** A value as JSON of printable characters: the same value when it is read. */
export const printableJson = (value: unknown): string => JSON.stringify(value).replace(UNQUOTED, unicode);
