/** NumPy's archives of several arrays. An array is unpacked and read when it is asked for: what is not in use may be of any type. */

import { NablaError } from "../../errors.ts";
import { demand } from "../../fields/expected.ts";
import { list, number, show, string } from "../../fields/fields.ts";
import { checkGiven } from "../../fields/programs.ts";
import { showShape } from "../../shape.ts";
import { MAX_UNPACKED } from "../gzip.ts";
import { elementOf } from "./elements.ts";
import { parseNpyHeader, showDescr } from "./header.ts";
import { type Npy, type NpyText, parseNpyArray } from "./npy.ts";
import { type Meter, unzip, type ZipEntry, zipEntries } from "./zip.ts";

/** An array by its header alone. */
export interface ArrayHeader {
  readonly name: string;
  /** As NumPy calls it; undefined for what is not read. */
  readonly type?: string;
  readonly shape: readonly number[];
  /** "x: float32 [40, 5]" */
  readonly said: string;
}

export interface NpzArchive {
  readonly names: readonly string[];
  header(name: string): ArrayHeader;
  /** @throws NablaError naming file and array, for what cannot be read */
  read(name: string): Npy | NpyText;
  /** @throws NablaError where these unpack to more than the limit: to be asked before any is read */
  checkSizes(names: readonly string[]): void;
}

/** What Mac OS leaves in archives it packs. */
const CLUTTER = /^__MACOSX\/|(^|\/)\._/;

/** Enough for any header that NumPy writes. */
const HEAD = 1 << 14;

/** How much an archive may unpack to. */
export const limitField = () => number({ min: 0 });

/** @param limit bytes that what is read may unpack to. @throws NablaError naming `name`, for what is no archive */
export function openNpz(bytes: Uint8Array, name: string, limit = MAX_UNPACKED, meter?: Meter): NpzArchive {
  const entries = new Map<string, ZipEntry>();
  for (const entry of zipEntries(bytes, name)) {
    if (!entry.name.endsWith(".npy") || CLUTTER.test(entry.name)) continue;
    const array = entry.name.slice(0, -4);
    if (entries.has(array)) throw new NablaError(`${name}: it has two arrays called ${array}`);
    entries.set(array, entry);
  }
  const where = (array: string) => `${name}: ${array}.npy`;
  const checkSizes = (names: readonly string[]) => {
    let total = 0;
    for (const array of names) {
      total += entries.get(array)!.size;
      if (total > limit)
        throw new NablaError(`${name}: unpacks to more than ${limit} bytes (at ${array}.npy)`);
    }
  };
  return {
    names: [...entries.keys()],
    checkSizes,
    read(array) {
      checkSizes([array]);
      return parseNpyArray(unzip(bytes, entries.get(array)!, where(array), meter), where(array), limit);
    },
    header(array) {
      try {
        const head = unzip(bytes, entries.get(array)!, where(array), meter, HEAD);
        const { descr, shape } = parseNpyHeader(head, where(array));
        const found = elementOf(descr);
        const type = "refused" in found ? undefined : found.element.type;
        const said = `${array}: ${type ?? showDescr(descr)} ${showShape(shape)}`;
        return { name: array, shape, said, ...(type && { type }) };
      } catch (error) {
        if (!(error instanceof NablaError)) throw error;
        return { name: array, shape: [], said: `${array}: not readable` };
      }
    },
  };
}

/** What of an archive is read. */
export interface NpzOptions {
  /** Bytes it may unpack to; default 2 GiB. More are refused before anything is unpacked. */
  limit?: number;
  /** Names of the arrays that are wanted; default: all. Others are not unpacked, and may be of any type. */
  only?: readonly string[];
}

/**
 * The arrays of numbers in a `.npz` archive by name (without `.npy`).
 *
 * @param options a number is the limit
 * @throws NablaError naming file and array: for what is no archive or damaged, for wanted arrays that are not there, and for what `parseNpy()`
 * refuses
 */
export function parseNpz(
  bytes: Uint8Array,
  name: string,
  options: number | NpzOptions = {},
): Map<string, Npy> {
  if (typeof options === "object" && options)
    checkGiven("parseNpz", options, { limit: limitField(), only: list(string()) });
  else
    demand(
      typeof options === "number",
      "parseNpz",
      "its options as an object, or a number, its limit",
      options,
    );
  const { limit, only } = typeof options === "number" ? { limit: options, only: undefined } : options;
  const archive = openNpz(bytes, name, limit);
  const names = only ?? archive.names;
  for (const array of names)
    if (!archive.names.includes(array))
      throw new NablaError(
        `${name}: there is no array ${show(array)}; found ${archive.names.join(", ") || "none"}`,
      );
  archive.checkSizes(names);
  return new Map(
    names.map((array) => {
      const read = archive.read(array);
      if (read.type !== "text") return [array, read];
      throw new NablaError(
        `${name}: ${array}.npy: text ${showShape(read.shape)}, and not numbers; name the arrays that are wanted: { only: [ … ] }`,
      );
    }),
  );
}
