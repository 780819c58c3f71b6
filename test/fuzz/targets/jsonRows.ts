import * as fc from "fast-check";
import { fromJson } from "../../../src/cli/input/json.ts";
import { encodeCsvRow } from "../../../src/data/tables/csvRow.ts";
import { utf8 } from "../files.ts";
import type { Sample, Target } from "../guide/target.ts";
import { json } from "./config.ts";
import { tabular } from "./models.ts";

const cell = fc.oneof(
  fc.constantFrom(
    "Paris",
    "Rome",
    "",
    "NA",
    "1e400",
    "-",
    "__proto__",
    null,
    true,
    31,
    -0,
    1e300,
    {},
    [],
    "1".repeat(30_000),
  ),
  fc.double(),
  fc.string(),
);
const row = fc.oneof(
  fc.dictionary(fc.constantFrom("age", "city", "pet", "__proto__", "\u001b[31m", "Age"), cell),
  fc.array(cell, { maxLength: 6 }),
  fc.array(fc.array(cell, { maxLength: 3 }), { maxLength: 3 }),
  fc.record({ age: cell, city: cell }),
);
const written: fc.Arbitrary<Sample> = fc
  .tuple(fc.oneof(row, fc.array(row, { maxLength: 4 })), fc.constantFrom("", "\ufeff", "\n"))
  .map(([rows, before]) => ({ bytes: utf8(before + JSON.stringify(rows)) }));
const lines: fc.Arbitrary<Sample> = fc
  .tuple(fc.array(row, { maxLength: 6 }), fc.constantFrom("\n", "\r\n", "\n\n", ","))
  .map(([rows, end]) => ({ bytes: utf8(rows.map((each) => JSON.stringify(each)).join(end)) }));
const long: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.constantFrom("1", "[", '{"age":', "1,", "0.", " ", "-"),
    fc.integer({ min: 1, max: 60_000 }),
    fc.constantFrom("", "x", "]"),
  )
  .map(([piece, times, end]) => ({
    bytes: utf8(piece.repeat(Math.min(times, Math.floor(60_000 / piece.length))) + end),
  }));

const trained = tabular();
const { standardisation, extra } = trained.metadata;

export const jsonRows: Target = {
  name: "rows",
  seeds: () =>
    [
      '{"age":31,"city":"Paris"}',
      '[{"age":"31","city":null},{"age":2,"city":"Oslo"}]',
      '[31,"Rome"]',
      '{"age":1,"city":"Rome"}\n{"age":2,"city":"Rome"}\n',
      "31,Paris",
      '"3 1",Rome',
    ].map((text) => ({ bytes: utf8(text) })),
  arbitrary: fc.oneof(
    { weight: 6, arbitrary: written },
    { weight: 4, arbitrary: lines },
    { weight: 1, arbitrary: long },
  ),
  layers: [json],
  words: ["age", "city", "pet", "Paris", "Rome", "null", "NaN", "1e309", "Infinity"],
  memory: (bytes) => 2000 * bytes + 2 ** 24,
  run(bytes) {
    const text = new TextDecoder().decode(bytes);
    // a line of CSV, or JSON
    if (!/^\s*[[{"]/.test(text.replace(/^\ufeff/, "")))
      return encodeCsvRow(text, {
        ...(extra!.csv as { columns: string[] }),
        ...(standardisation && { standardisation }),
      });
    return fromJson(trained, text, "stdin");
  },
};
