/** The options of `nabla train` as a specification names them: what the command line checks, checked with the place in the document. */
import { Command, type Option } from "commander";
import { didYouMean, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { REPEATED } from "../options/tables.ts";
import { trainCommand } from "../options/train.ts";

/** What an option may be given as: a list for options that take several values. */
export type Value = string | number | boolean | readonly (string | number)[];

export interface TrainOption {
  /** As in `learningRate`. */
  readonly name: string;
  /** What the command line's help says of it. */
  readonly doc: string;
  /** Whether it has a value; otherwise it is there or not. */
  readonly valued: boolean;
  /**
   * The words of the command line that give it.
   * @param place in the document, for the error
   * @throws NablaError for what the option does not take
   */
  words(value: unknown, place: string): string[];
}

/** Options that are the sweep's own affair, and what is to be done instead. */
const OWN: Readonly<Record<string, string>> = {
  out: "each trial has its own folder in --out of the sweep",
  resume: "a trial that was ended goes on by itself",
  restart: "a trial that was ended goes on by itself",
  otherData: "a sweep is of one data set",
  report: "nabla sweep --summary DIR --report FILE writes a page of all trials",
  json: "it is an option of nabla sweep",
  quiet: "it is an option of nabla sweep",
  folds: "a trial is one model",
  keep: "a trial keeps its last checkpoint; checkpointEvery is how often it is written",
  shardOptimizer: "a trial is trained by one process",
  wide: "trials are compared, so that all run alike",
};

/** By name, in the order of the help. */
export function trainOptions(): Map<string, TrainOption> {
  const train = trainCommand(new Command(), () => async () => {});
  const byName = new Map<string, Option[]>();
  for (const option of train.options) {
    const name = option.attributeName();
    byName.set(name, [...(byName.get(name) ?? []), option]);
  }
  return new Map([...byName].map(([name, options]) => [name, trainOption(name, options)]));
}

function trainOption(name: string, options: readonly Option[]): TrainOption {
  const positive = options.find((option) => !option.negate);
  const negative = options.find((option) => option.negate);
  const doc = (options.find((option) => !option.hidden) ?? options[0]!).description;
  const valued = positive !== undefined && (positive.required || positive.optional);
  return {
    name,
    doc,
    valued,
    words(value, place) {
      if (!valued) {
        if (typeof value !== "boolean")
          throw new NablaError(`${place}: expected true or false, got ${show(value)}`);
        const word = value ? positive?.long : negative?.long;
        return word ? [word] : [];
      }
      const { long, parseArg } = positive!;
      const texts = textsOf(name, value, place);
      let before: unknown;
      for (const text of texts)
        try {
          before = parseArg?.(text, before as never) ?? text;
        } catch (error) {
          if (!(error instanceof NablaError)) throw error;
          throw new NablaError(error.message.replace(`${long}: `, `${place}: `), { cause: error });
        }
      return texts.flatMap((text) => (text.startsWith("-") ? [`${long}=${text}`] : [long!, text]));
    },
  };
}

/** A value as words say it: [100, 50] is "100,50". */
function textsOf(name: string, value: unknown, place: string): string[] {
  const one = (each: unknown) =>
    (typeof each === "number" && Number.isFinite(each)) || (typeof each === "string" && each !== "");
  if (one(value)) return [String(value)];
  if (typeof value === "boolean" && name === "header") return [value ? "yes" : "no"];
  if (!Array.isArray(value) || !value.every(one))
    throw new NablaError(`${place}: expected a number, a text or a list of them, got ${show(value)}`);
  if (REPEATED.has(name)) return value.map(String);
  return [value.length === 0 ? "none" : value.join(",")];
}

/** @throws NablaError where train has no such option, or a sweep may not set it */
export function optionNamed(
  options: ReadonlyMap<string, TrainOption>,
  name: string,
  place: string,
): TrainOption {
  const found = options.get(name);
  if (Object.hasOwn(OWN, name)) throw new NablaError(`${place}: a sweep has no such option: ${OWN[name]}`);
  if (found) return found;
  const names = [...options.keys()].filter((each) => !Object.hasOwn(OWN, each));
  const here = name.replace(/^-+/, "").replace(/[-_](.)/g, (_, letter: string) => letter.toUpperCase());
  const hint = options.has(here) ? `; here it is ${here}` : didYouMean(name, names);
  throw new NablaError(
    `${place}: nabla train has no such option${hint || "; names are those of nabla train --help, like learningRate for --learning-rate"}`,
  );
}

/** Names that a specification may use. */
export const usable = (options: ReadonlyMap<string, TrainOption>): TrainOption[] =>
  [...options.values()].filter(({ name }) => !Object.hasOwn(OWN, name));
