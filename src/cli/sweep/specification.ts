/** The specification of a sweep: read, and checked before any trial runs. */
import { NablaError } from "../../errors.ts";
import { type Infer, show } from "../../fields/fields.ts";
import { parseJson } from "../../fields/json.ts";
import { higherIsBetter } from "../../metrics/direction.ts";
import { readBytes } from "../../node/paths.ts";
import { type RangeInput, sweepFields, type ValuesInput } from "./fields.ts";
import { optionNamed, type TrainOption, trainOptions, type Value } from "./options.ts";
import { type Condition, countGrid, type Parameter, pointsOf } from "./sampling.ts";
import { DIMENSIONS } from "./sobol.ts";

export type SweepDocument = Infer<ReturnType<typeof sweepFields>>;

export interface Specification {
  readonly document: SweepDocument;
  /** How many trials there are. */
  readonly trials: number;
  readonly parameters: readonly Parameter[];
  /** The words of the options that all trials share. */
  readonly base: readonly string[];
  /** 1 where a higher score is better, else -1. */
  readonly sign: 1 | -1;
  /** Names of all options of `nabla train` that are given, shared or not. */
  readonly given: ReadonlySet<string>;
}

/** @param path a .json file */
export async function readSpecification(path: string): Promise<Specification> {
  const text = new TextDecoder().decode(await readBytes(path));
  return checkSpecification(parseJson(text, path), path);
}

/** @throws NablaError that says where, what was expected and what came */
export function checkSpecification(value: unknown, where = "specification"): Specification {
  const document = sweepFields().check(value, where);
  const options = trainOptions();
  const shared = document.options ?? {};
  const base = Object.entries(shared).flatMap(([name, given]) => {
    const place = `${where}.options.${name}`;
    return optionNamed(options, name, place).words(given, place);
  });
  const parameters: Parameter[] = [];
  for (const [name, written] of Object.entries(document.parameters)) {
    const place = `${where}.parameters.${name}`;
    if (Object.hasOwn(shared, name))
      throw new NablaError(`${place}: it is among the options, too, with one value; leave one of them out`);
    const option = optionNamed(options, name, place);
    const when = conditionOf(written, parameters, place);
    parameters.push({
      name,
      option,
      when,
      ...("values" in written ? list(written, option, place) : range(written, option, place)),
    });
  }
  if (parameters.length === 0)
    throw new NablaError(
      `${where}.parameters: expected at least one option to vary, like {"learningRate": {"min": 0.0001, "max": 0.1, "scale": "log"}}`,
    );
  const { sampling, score, goal } = document;
  if (sampling === "sobol" && parameters.length > DIMENSIONS)
    throw new NablaError(
      `${where}.sampling: expected at most ${DIMENSIONS} parameters for sobol, got ${parameters.length}; random has no limit`,
    );
  if (sampling === "grid") checkGrid(parameters, where);
  else if (document.trials === undefined)
    throw new NablaError(
      `${where}.trials: missing; expected how many trials there are: ${sampling} has no end of its own`,
    );
  const points = sampling === "grid" ? countGrid(parameters) : Number.POSITIVE_INFINITY;
  if (document.trials !== undefined && document.trials > points)
    throw new NablaError(
      `${where}.trials: expected at most ${points}, the combinations of the grid, got ${document.trials}`,
    );
  if (!/^[a-zA-Z]\w*$/.test(score))
    throw new NablaError(
      `${where}.score: expected the name of a figure, like valLoss or valAccuracy, got ${show(score)}`,
    );
  return {
    document,
    trials: document.trials ?? points,
    parameters,
    base,
    sign: (goal ?? (higherIsBetter(score) ? "max" : "min")) === "max" ? 1 : -1,
    given: new Set([...Object.keys(shared), ...parameters.map(({ name }) => name)]),
  };
}

function list(written: ValuesInput, option: TrainOption, place: string): Pick<Parameter, "values"> {
  const values = written.values as Value[];
  const seen = new Map<string, number>();
  for (const [i, value] of values.entries()) {
    option.words(value, `${place}[${i}]`);
    const before = seen.get(JSON.stringify(value));
    if (before !== undefined)
      throw new NablaError(`${place}[${i}]: it is the value of place ${before} once more: ${show(value)}`);
    seen.set(JSON.stringify(value), i);
  }
  return { values };
}

function range(written: RangeInput, option: TrainOption, place: string): Pick<Parameter, "range" | "values"> {
  const { min, max, scale, count } = written;
  if (!option.valued) throw new NablaError(`${place}: it has no number; expected [true, false]`);
  if (!(min < max))
    throw new NablaError(`${place}.max: expected a number > ${min}, which is min, got ${max}`);
  const log = scale === "log";
  if (log && min <= 0)
    throw new NablaError(`${place}.min: expected a number > 0 for a log scale, got ${min}`);
  const takes = (value: number) => {
    try {
      option.words(value, place);
      return true;
    } catch {
      return false;
    }
  };
  option.words(min, `${place}.min`);
  option.words(max, `${place}.max`);
  const broken = min + (max - min) * 0.4142135;
  const integer = written.integer ?? !takes(broken);
  if (integer)
    for (const [key, end] of [
      ["min", min],
      ["max", max],
    ] as const)
      if (!Number.isSafeInteger(end))
        throw new NablaError(`${place}.${key}: expected a whole number, got ${end}`);
  if (!integer && !takes(broken))
    throw new NablaError(`${place}.integer: expected true, for the option takes only whole numbers`);
  const made = { min, max, log, integer };
  const values = count === undefined ? undefined : pointsOf(made, count);
  if (values && values.length < count!)
    throw new NablaError(
      `${place}.count: expected at most ${values.length}, the whole numbers there are on this scale, got ${count}`,
    );
  return { range: made, ...(values && { values }) };
}

function conditionOf(
  { when }: ValuesInput | RangeInput,
  before: readonly Parameter[],
  place: string,
): Condition {
  return new Map(
    Object.entries(when ?? {}).map(([name, wanted]) => {
      const at = `${place}.when.${name}`;
      const other = before.find((each) => each.name === name);
      if (!other)
        throw new NablaError(
          `${at}: expected the name of a parameter that comes before this one${before.length ? `: ${before.map((each) => each.name).join(", ")}` : "; there is none"}`,
        );
      if (!other.values)
        throw new NablaError(
          `${at}: expected a parameter with values; ${name} is any number from min to max, so give it a count or values`,
        );
      const known = other.values.map((value) => JSON.stringify(value));
      // a list may be one value, as of hidden
      const one = known.includes(JSON.stringify(wanted));
      const all: unknown[] = one || !Array.isArray(wanted) ? [wanted] : wanted;
      for (const value of all)
        if (!known.includes(JSON.stringify(value)))
          throw new NablaError(`${at}: ${name} is never ${show(value)}; expected one of ${known.join(", ")}`);
      return [name, new Set(all.map((value) => JSON.stringify(value)))];
    }),
  );
}

function checkGrid(parameters: readonly Parameter[], where: string): void {
  for (const { name, values } of parameters)
    if (!values)
      throw new NablaError(
        `${where}.parameters.${name}.count: missing; a grid needs values, or how many there are from min to max`,
      );
  const most = 1_000_000;
  let product = 1;
  for (const { values } of parameters) product *= values!.length;
  if (product > most)
    throw new NablaError(
      `${where}.sampling: the grid would have up to ${product} trials, expected at most ${most}; random or sobol take a part of them`,
    );
}
