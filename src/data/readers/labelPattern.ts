/** Classes that are told by the names of files: "{label}_*". */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { nameOf } from "../images/classes.ts";
import type { Told } from "./labelled.ts";
import type { DataFile, DataHost } from "./reader.ts";

const FORM =
  'expected {label} where the class stands, * for any text and # for digits, like "{label}_*" or "*/{label}-#"';

const MOST_STARS = 4;

/**
 * @param pattern compared with the name of a file without its extension, unless it has one itself; with as many folders as it has
 * @throws NablaError for a pattern without {label}, and for a name that can be read in two ways
 */
export function labelPattern(pattern: string, files: readonly DataFile[], { pictures }: DataHost): Told {
  if (typeof pattern !== "string" || pattern.split("{label}").length !== 2)
    throw new NablaError(`labelPattern: ${FORM}, got ${show(pattern)}`);
  // each may be of any length: more of them take too long to tell apart
  if (pattern.split(/\*+/).length > MOST_STARS + 1)
    throw new NablaError(
      `labelPattern: expected at most ${MOST_STARS} * in a pattern, got ${show(pattern)}; a * stands for several parts as well`,
    );
  const [short, long] = [false, true].map((greedy) => expression(pattern, greedy));
  const whole = /\.\w+$/.test(pattern);
  const folders = pattern.split("/").length;
  const of = new Map<DataFile, number>();
  const numbers = new Map<string, number>();
  for (const file of files) {
    const name = nameOf(file.relative.replaceAll("\\", "/")).split("/").slice(-folders).join("/");
    const text = whole ? name : name.replace(/\.[^./]*$/, "");
    const [first, last] = [short, long].map((form) => form!.exec(text)?.[1]);
    if (first === undefined) continue;
    if (first !== last)
      throw new NablaError(
        `labelPattern: ${file.path}: the class may be ${show(first)} or ${show(last)} by ${pattern}; say more of the names, with # for digits: ${pattern.replace("*", "#")}${pictures.flag(`--label-pattern "${pattern.replace("*", "#")}"`)}`,
      );
    const number = numbers.get(first) ?? numbers.size;
    numbers.set(first, number);
    of.set(file, number);
  }
  if (of.size === 0)
    throw new NablaError(
      `labelPattern: no picture is called like ${pattern}: ${files[0]?.path ?? "there are none"}; ${FORM}`,
    );
  return {
    classes: [...numbers.keys()],
    of,
    problems: [],
    notes: [`classes are told by names like ${pattern}`],
    without: `is not called like ${pattern}, so it has no class`,
  };
}

/** @param greedy whether the class takes as much as there is, and * as little; else the other way round */
function expression(pattern: string, greedy: boolean): RegExp {
  const source = pattern
    .normalize("NFC")
    .split(/(\{label\}|\*+|#+)/)
    .map((part) => {
      if (part === "{label}") return greedy ? "([^/]+)" : "([^/]+?)";
      if (part.startsWith("*")) return greedy ? "[^/]*?" : "[^/]*";
      // all digits there are
      if (part.startsWith("#")) return "(?<!\\d)\\d+(?!\\d)";
      return part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    });
  return new RegExp(`^${source.join("")}$`, "u");
}
