/** How much there is on each side of an image or a sequence, as options say it: padding and cropping. */
import { didYouMean, NablaError } from "../errors.ts";
import { type Field, int, pair, show, within } from "../fields/fields.ts";

export type Side = [before: number, after: number];
export type Sides = [vertical: Side, horizontal: Side];
type SideInput = number | readonly [number, number];
type SidesInput = SideInput | readonly [readonly [number, number], readonly [number, number]];

const count = () => int({ min: 0 });
const two = (items: unknown) => ({ type: "array", items, minItems: 2, maxItems: 2 });

/** A number for all sides, [height, width], or [[top, bottom], [left, right]]. */
export function sides(fallback: SidesInput, doc: string): Field<Sides, SidesInput, "defaulted"> {
  const both = pair({ min: 0 });
  const expected = "a whole number ≥ 0, [height, width], or [[top, bottom], [left, right]]";
  return {
    presence: "defaulted",
    fallback,
    expected,
    check(value, path = "") {
      if (Array.isArray(value) && value.length === 2 && value.every(isPair)) {
        return value.map((side, i) =>
          side.map((n: unknown, j: number) => count().check(n, within(within(path, i), j))),
        ) as Sides;
      }
      if (typeof value !== "number" && !isPair(value)) return refuse(path, expected, value);
      const [height, width] = both.check(value, path);
      return [
        [height, height],
        [width, width],
      ];
    },
    jsonSchema:
      DOCS &&
      (() => {
        const n = count().jsonSchema();
        return { anyOf: [n, two(n), two(two(n))], description: doc, default: fallback };
      }),
  };
}

/** A number for both sides, or [before, after]. */
export function side(fallback: SideInput, doc: string): Field<Side, SideInput, "defaulted"> {
  const expected = "a whole number ≥ 0, or [before, after]";
  return {
    presence: "defaulted",
    fallback,
    expected,
    check(value, path = "") {
      if (typeof value !== "number" && !isPair(value)) return refuse(path, expected, value);
      return pair({ min: 0 }).check(value, path);
    },
    jsonSchema:
      DOCS &&
      (() => {
        const n = count().jsonSchema();
        return { anyOf: [n, two(n)], description: doc, default: fallback };
      }),
  };
}

const isPair = (value: unknown) => Array.isArray(value) && value.length === 2;

function refuse(path: string, expected: string, value: unknown, hint = ""): never {
  throw new NablaError(`${path || "document"}: expected ${expected}, got ${show(value)}${hint}`, {
    details: { path },
  });
}

/** Zeros around what windows walk over: by the rule of a word, or so many. Default "valid". */
function wordOr<W extends string, Out, In>(
  words: readonly W[],
  numbers: Field<Out, In, "defaulted">,
  doc: string,
): Field<W | Out, W | In, "defaulted"> {
  const expected = `one of ${words.join(", ")}, ${numbers.expected}`;
  return {
    presence: "defaulted",
    fallback: words[0],
    expected,
    check(value, path = "") {
      if (typeof value === "number" || Array.isArray(value)) return numbers.check(value, path);
      return (
        words.find((word) => word === value) ??
        refuse(path, expected, value, typeof value === "string" ? didYouMean(value, words) : "")
      );
    },
    jsonSchema:
      DOCS &&
      (() => {
        const { anyOf } = numbers.jsonSchema() as { anyOf: unknown[] };
        return { anyOf: [{ enum: [...words] }, ...anyOf], description: doc, default: words[0] };
      }),
  };
}

const ways =
  DOCS &&
  "valid: windows lie inside. same: padding around, so that with stride 1 the size stays. Or so many on each side:";

/** Of layers whose windows walk over an image. */
export const padding = () =>
  wordOr(
    ["valid", "same"],
    sides(0, ""),
    DOCS && `${ways} a number, [height, width], or [[top, bottom], [left, right]].`,
  );

/** Of layers whose windows walk along a sequence. */
export const paddingAlong = () =>
  wordOr(["valid", "same"], side(0, ""), DOCS && `${ways} a number, or [before, after].`);

/** The same, with padding before the first step alone. */
export const causalPadding = () =>
  wordOr(
    ["valid", "same", "causal"],
    side(0, ""),
    DOCS &&
      `${ways} a number, or [before, after]. causal: all of it before the first step, so that no output depends on later steps.`,
  );
