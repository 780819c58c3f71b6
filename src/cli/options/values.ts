/** Reading option values: each error names the option, what was expected and what came. */
import type { Option } from "commander";
import type { Size } from "../../data/images/resize.ts";
import { didYouMean, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { type Threads, threadsField } from "../../threads/threads.ts";

const refuse = (option: string, expected: string, got: string): never => {
  throw new NablaError(`${option}: expected ${expected}, got ${show(got)}`);
};

export const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

export interface Limits {
  min?: number;
  /** The number must be larger than this. */
  above?: number;
  /** The number must be smaller than this. */
  below?: number;
}

export function numberOption(option: string, limits: Limits = {}): (text: string) => number {
  const { min, above, below } = limits;
  const wanted = [
    min !== undefined && `≥ ${min}`,
    above !== undefined && `> ${above}`,
    below !== undefined && `< ${below}`,
  ].filter(Boolean);
  const expected = `a number${wanted.length ? ` ${wanted.join(" and ")}` : ""}`;
  return (text) => {
    const value = NUMBER.test(text.trim()) ? Number(text) : Number.NaN;
    const fits =
      Number.isFinite(value) &&
      !(min !== undefined && value < min) &&
      !(above !== undefined && value <= above) &&
      !(below !== undefined && value >= below);
    return fits ? value : refuse(option, expected, text);
  };
}

export function wholeOption(option: string, min = 1): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : -1;
    if (!Number.isSafeInteger(value) || value < min) refuse(option, `a whole number ≥ ${min}`, text);
    return value;
  };
}

/** "auto", or a number. */
export function threadsOption(option: string): (text: string) => Threads {
  return (text) => {
    const value = text.trim() === "auto" ? "auto" : Number(/^\d+$/.test(text.trim()) ? text : Number.NaN);
    const { expected, check } = threadsField();
    try {
      return check(value, option);
    } catch {
      return refuse(option, expected, text);
    }
  };
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  K: 1024,
  M: 1_048_576,
  G: 1_073_741_824,
  T: 1_099_511_627_776,
};

/** "4GB" → 4 · 2³⁰; "500MB", "1000" */
export function bytesOption(option: string): (text: string) => number {
  return (text) => {
    const [, number, unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?) ?([KMGT]?)i?B?$/i.exec(text.trim()) ?? [];
    const bytes = Math.floor(Number(number) * UNITS[unit.toUpperCase()]!);
    if (!(bytes >= 1 && Number.isSafeInteger(bytes)))
      refuse(option, "a number of bytes ≥ 1 like 500MB or 4GB", text);
    return bytes;
  };
}

/** A TCP port; 0 asks for any. */
export function port(text: string): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : -1;
  if (value < 0 || value > 65535) refuse("--port", "a whole number from 0 to 65535", text);
  return value;
}

/** "100,50" → [100, 50]; "none" → []. */
export function units(option: string): (text: string) => number[] {
  const one = wholeOption(option);
  return (text) => {
    if (text.trim().toLowerCase() === "none") return [];
    try {
      return text.split(",").map((part) => one(part));
    } catch {
      return refuse(option, "whole numbers ≥ 1 like 100,50, or none", text);
    }
  };
}

export function oneOf<T extends string>(option: string, names: readonly T[]): (text: string) => T {
  return (text) => {
    if ((names as readonly string[]).includes(text)) return text as T;
    throw new NablaError(
      `${option}: there is no ${show(text)}${didYouMean(text, names) || ";"} expected one of ${names.join(", ")}`,
    );
  };
}

/** "id,note" → ["id", "note"]. */
export function names(option: string): (text: string) => string[] {
  return (text) => {
    const parts = text.split(",").map((part) => part.trim());
    return parts.includes("") ? refuse(option, "names separated by commas", text) : parts;
  };
}

/** An option, and what is given for it: undefined where it is not. */
export type Given = [option: string, given: unknown];

/** What is given for each of some options. */
export const givenOf = (options: readonly Option[], flags: object): Given[] =>
  options.map((option) => [
    option.long!,
    (flags as Readonly<Record<string, unknown>>)[option.attributeName()],
  ]);

/** "32" → 32×32; "48x32" → 48 wide, 32 high. */
export function pictureSize(option: string): (text: string) => Size {
  return (text) => {
    const [, width, height = width] = /^([1-9]\d{0,3})(?:[x×]([1-9]\d{0,3}))?$/i.exec(text.trim()) ?? [];
    if (width === undefined)
      throw new NablaError(
        `${option}: expected pixels on a side, or width and height, like 32 or 48x32, got ${show(text)}`,
      );
    return { width: Number(width), height: Number(height) };
  };
}
