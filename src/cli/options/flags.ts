/**
 * Flags that follow from fields: name, type, meaning and default are declared once, with the field.
 *
 *     microBatchSize: optional(int({ min: 1, doc: "Rows of a batch that …" }))   →   --micro-batch-size <N>   rows of a batch that …
 */
import { Option } from "commander";
import { NablaError } from "../../errors.ts";
import type { Field, Fields } from "../../fields/fields.ts";
import { show } from "../../fields/fields.ts";
import { NUMBER, oneOf } from "./values.ts";

/** What only the command line has. */
export interface FlagNotes {
  /** One letter. */
  short?: string;
  /** The value's placeholder in the help. Default: N for whole numbers, X for others, NAME for names. */
  value?: string;
  /** The default as the help shows it; false: none. Default: the field's own. */
  default?: string | false;
}

/** The JSON Schema of one field. */
interface Described {
  type?: string;
  anyOf?: readonly Described[];
  enum?: string[];
  default?: unknown;
  description?: string;
}
export type Descriptions = Readonly<Record<string, Described>>;

/**
 * The flags of fields, in their order. Objects and lists have none: a single word cannot express them.
 *
 * @param descriptions by field: its JSON Schema
 * @param notes by field; false: the field has no flag
 */
export function flagsOf(
  fields: Fields,
  descriptions: Descriptions,
  notes: Readonly<Record<string, FlagNotes | false>> = {},
): Option[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const note = notes[name] ?? {};
    return note === false ? [] : flagOf(name, field, descriptions[name] ?? {}, note);
  });
}

function flagOf(
  name: string,
  field: Field,
  schema: Described,
  { short, value, ...note }: FlagNotes,
): Option[] {
  const long = kebab(name);
  const word = short === undefined ? `--${long}` : `-${short}, --${long}`;
  const text = sentence(schema.description ?? "");
  const fallback = note.default ?? (schema.default === undefined ? false : String(schema.default));
  const help = fallback === false ? text : text ? `${text} (default: ${fallback})` : `default: ${fallback}`;
  const taking = (shown: string, read: (given: string) => unknown) => [
    new Option(`${word} <${value ?? shown}>`, help).argParser(read),
  ];
  if (schema.type === "integer") return taking("N", numeric(`--${long}`, field, /^\d+$/));
  // of several forms the first is what a word can say
  if ((schema.type ?? schema.anyOf?.[0]?.type) === "number")
    return taking("X", numeric(`--${long}`, field, NUMBER));
  if (schema.enum) return taking("NAME", oneOf(`--${long}`, schema.enum));
  if (schema.type !== "boolean") return [];
  // alone, or first, --no-… would mean true when it is not given
  if (schema.default === true) return [new Option(word).hideHelp(), new Option(`--no-${long}`, text)];
  return [new Option(word, text)];
}

/** Reads what the field takes; the error is the field's, with the word as it was written. */
function numeric(flag: string, field: Field, form: RegExp): (text: string) => unknown {
  return (text) => {
    const value = form.test(text.trim()) ? Number(text) : Number.NaN;
    try {
      return field.check(value);
    } catch (cause) {
      const expected = field.expected.replace("a finite number", "a number");
      throw new NablaError(`${flag}: expected ${expected}, got ${show(text)}`, { cause });
    }
  };
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The first sentence, as it is shown next to a flag: "Rows per step. More of it." → "rows per step" */
function sentence(doc: string): string {
  const [first = ""] = doc.split(/\.(?:\s|$)/);
  return first.charAt(0).toLowerCase() + first.slice(1);
}
