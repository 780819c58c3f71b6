/**
 * Every error a user is meant to read. The message says where, what was expected, what came, and what to do.
 * Anything that is not a `NablaError` is a bug in Nabla, and callers (the CLI, for one) may treat it so.
 */
export class NablaError extends Error {
  override readonly name = "NablaError";
  /** Machine-readable facts about the error (a line number, a file name); never needed to understand it. */
  declare readonly details?: Readonly<Record<string, unknown>>;

  constructor(message: string, options?: { cause?: unknown; details?: Record<string, unknown> }) {
    super(
      // written out a control character takes six; before, whatever a file's name is, the text is made short
      short(escaped(short(`${message}`))),
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    if (options?.details) this.details = options.details;
  }
}

/**
 * Exports of the programs that are loaded when they are used, where nabla/static has brought them along. Here, because this is the one
 * file that they share with the rest.
 */
export const STATIC: Record<string, unknown> = {};

/**
 * What `load` imports; where it is refused, what nabla/static has brought along.
 *
 * @throws NablaError where it cannot be loaded
 */
export async function loaded<T extends object>(load: () => Promise<T>, who = "fit"): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    // it is all or nothing
    if ("train" in STATIC) return STATIC as T;
    throw new NablaError(
      `${who}: its code could not be loaded (${messageOf(cause)}); the weights are as they were. Load the page again; in Next add serverExternalPackages: ["nabla"]; where import() is forbidden, add import "nabla/static"`,
      { cause },
    );
  }
}

/** At most 2,000 characters, of what is longer the beginning and the end: what a message names may be of any length. */
const short = (text: string) => (text.length > 2000 ? `${text.slice(0, 1500)} … ${text.slice(-497)}` : text);

/**
 * A text whose control characters and signs of writing direction are written out, as \u001b: on a terminal those of a file's names could
 * erase or rearrange what is there. Line ends stay.
 */
export const escaped = (text: string): string =>
  text.replace(
    /(?!\n)[\p{Cc}\p{Bidi_Control}]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** What an error says; of whatever else was thrown, the value. */
export const messageOf = (cause: unknown): string =>
  typeof (cause as Error | null | undefined)?.message === "string" ? (cause as Error).message : String(cause);

/** Runs it; a NablaError it throws gets this before its message. */
export function prefixed<T>(prefix: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw error instanceof NablaError ? new NablaError(`${prefix}${error.message}`, { cause: error }) : error;
  }
}

/** Longer names are not compared. */
const LONGEST = 100;

/**
 * The tail of an "unknown name" message: `; did you mean "relu"?`, or "" when nothing is near enough.
 * Near enough: at most a third of the characters differ (at least one edit is always allowed, case is ignored),
 * so that `reul` finds `relu` while `xyz` finds nothing.
 */
export function didYouMean(got: string, candidates: Iterable<string>): string {
  const wanted = `${got}`.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    // each letter more is an edit; and comparing takes the product of the lengths
    if (Math.abs(wanted.length - candidate.length) > allowed || wanted.length > LONGEST) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    // A one-letter candidate is one edit from every one-letter word, which is not a hint at all.
    if (distance > allowed || distance >= candidate.length) continue;
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best === undefined ? "" : `; did you mean ${JSON.stringify(best)}?`;
}

/** Damerau–Levenshtein distance (adjacent letters swapped count as one edit), over UTF-16 units. */
export function editDistance(a: string, b: string): number {
  // of the first i letters of a and the first j of b
  const edits = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    const above = edits[i - 1]!;
    for (let j = 1; j <= b.length; j++) {
      const other = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        above[j]! + 1,
        row[j - 1]! + 1,
        above[j - 1]! + other,
        swapped ? edits[i - 2]![j - 2]! + 1 : Infinity,
      );
    }
    edits.push(row);
  }
  return edits[a.length]![b.length]!;
}
