/** One reader, and one shape of input that costs as much as it can. */
export interface Row {
  readonly shape: string;
  /** An input of about so many bytes. */
  make(n: number): unknown;
  /** Its bytes, where it is no text and no bytes; with what an option allows. */
  size?(n: number): number;
  run(input: never): unknown;
}

/** @param names of the bounds in this folder's table */
export interface Reader {
  readonly reader: string;
  /** Bytes that may be allocated in all for each byte of an input, those included that are given back. */
  readonly most: number;
  readonly rows: readonly Row[];
}

export const repeated = (part: string, n: number): string => part.repeat(Math.ceil(n / part.length));
export const numbered = (n: number, each: (i: number) => string): string => {
  let text = "";
  for (let i = 0; text.length < n; i++) text += each(i);
  return text;
};
export const latin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
/** As many items as are about so many bytes. */
export const list = <T>(n: number, bytes: number, each: (i: number) => T): T[] =>
  Array.from({ length: Math.ceil(n / bytes) }, (_, i) => each(i));
export const joined = (...parts: readonly (string | Uint8Array)[]): Uint8Array => {
  const all = parts.map((part) => (typeof part === "string" ? latin(part) : part));
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
