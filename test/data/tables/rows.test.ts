import { describe, expect, test } from "vitest";
import { parseCsvDataset } from "../../../src/data/tables/csv.ts";
import { encodeCsvRow } from "../../../src/data/tables/csvRow.ts";
import { checkEncoding, encoderOf, type TableEncoding } from "../../../src/data/tables/encoding.ts";
import { encodeRows, formatOf, type Row } from "../../../src/data/tables/rows.ts";

const COLUMNS = ["age", "city", "member", "size", "day"];
const ENCODING: TableEncoding = [
  { kind: "number", fill: 40, indicator: true },
  { kind: "category", values: ["London", "Paris"], other: true },
  { kind: "boolean" },
  { kind: "ordered", values: ["S", "M", "L"] },
  { kind: "date" },
];
const model = (extra: object = {}) => ({
  metadata: {
    extra: { csv: { columns: COLUMNS, label: "bought", encoding: ENCODING, ignored: ["note"], ...extra } },
    standardisation: {
      mean: [40, 0, 0, 0, 0, 0, 1, 18000],
      scale: [10, 1, 1, 1, 1, 1, 0.5, 100],
    },
  },
});
const row = { age: 50, city: "Paris", member: true, size: "L", day: "2021-01-31" };
const encoded = [1, 0, 0, 1, 0, 1, 2, Math.fround(6.58)];
const encode = (given: Row | readonly Row[], options = {}) =>
  Array.from(encodeRows(model(), given, options).data);

describe("encodeRows", () => {
  test("a row by the names of columns, or in their order; several", () => {
    expect(encodeRows(model(), row)).toEqual({ data: Float32Array.from(encoded), shape: [1, 8] });
    expect(encode([50, "Paris", true, "L", "2021-01-31"])).toEqual(encoded);
    expect(encode([row, { ...row, age: 40 }])).toEqual([...encoded, 0, ...encoded.slice(1)]);
    expect(encode([[50, "Paris", "yes", "L", "31.1.2021"]])).toEqual(encoded);
  });

  test("numbers as text, truths as 0 and 1, dates as Date, names in another form of Unicode", () => {
    expect(encode({ ...row, age: " 50.0 ", member: 1, day: new Date("2021-01-31T00:00:00Z") })).toEqual(
      encoded,
    );
    const accented = { metadata: { extra: { csv: { columns: ["Gr\u00f6\u00dfe"], label: "y" } } } };
    expect(Array.from(encodeRows(accented, { "Gro\u0308\u00dfe": 3 }).data)).toEqual([3]);
  });

  test("null and words for it are missing values: filled and marked, or refused where training had none", () => {
    for (const age of [null, "", "NA"]) expect(encode({ ...row, age }).slice(0, 2)).toEqual([0, 1]);
    expect(() => encode({ ...row, day: null })).toThrow(
      'row: column "day": expected a date or time like 2021-01-31, 2021-01-31 12:00 or 12:00, got nothing: the value is missing',
    );
  });

  test("what training did not see", () => {
    expect(encode({ ...row, city: "Rome" }).slice(2, 5)).toEqual([0, 0, 1]); // among all others
    expect(() => encode({ ...row, size: "XL" })).toThrow(
      'row: column "size": expected one of S, M, L, got "XL"',
    );
    expect(() => encode({ ...row, size: "s" })).toThrow('(did you mean "S"?)');
    expect(() => encode([row, { ...row, age: "old" }], { name: "people" })).toThrow(
      'people 1: column "age": expected a number, got "old"',
    );
    expect(() => encode({ ...row, age: [1] })).toThrow(
      "expected a text, a number, true, false or null, got [1]",
    );
    expect(() => encode({ ...row, age: Number.NaN })).toThrow('column "age": expected a number');
  });

  test("names that are missing, misspelt, or too many", () => {
    const { city: _, ...without } = row;
    expect(() => encode(without)).toThrow('row: there is no "city"; expected age, city, member, size, day');
    expect(() => encode({ ...without, ciy: "Paris" })).toThrow('there is no "city"; did you mean "ciy"?');
    // the target, and what the model left out
    expect(encode({ ...row, bought: "yes", note: "hi" })).toEqual(encoded);
    expect(() => encode({ ...row, colour: "red" })).toThrow(
      'row: "colour" is no column of the table the model was trained on; leave it out',
    );
    const extra: unknown[] = [];
    expect(
      encode([row, { ...row, colour: 1 }], { onExtra: (...seen: unknown[]) => extra.push(seen) }),
    ).toHaveLength(16);
    expect(extra).toEqual([[["colour"], 1]]);
    expect(() => encode([50, "Paris"])).toThrow("expected 5 values (age, city, member, size, day), got 2");
    expect(() => encodeRows({ metadata: {} }, row)).toThrow("does not say which columns it was trained on");
  });

  test("models of earlier versions: numbers, their names in the standardisation", () => {
    const old = { metadata: { standardisation: { mean: [1, 2], scale: [2, 4], columns: ["a", "b"] } } };
    expect(Array.from(encodeRows(old, { b: 4, a: "3" }).data)).toEqual([1, 0.5]);
  });
});

test("encodeCsvRow takes lines, cells and objects", () => {
  const meta = { columns: COLUMNS, encoding: ENCODING, standardisation: model().metadata.standardisation };
  for (const given of ["50,Paris,yes,L,2021-01-31", ["50", "Paris", "t", "L", "2021-01-31"], row])
    expect(Array.from(encodeCsvRow(given, meta))).toEqual(encoded);
});

test("rows of the table itself are encoded as it was", () => {
  const text = `age,city,y\n${["31,Paris", ",Rome", "40,Paris", "NA,Rome", "7,Rome"].map((r, i) => `${r},${i % 2}`).join("\n")}`;
  const { dataset, csv } = parseCsvDataset(text);
  const x = new Float32Array(5 * 4);
  dataset.read(Uint32Array.of(0, 1, 2, 3, 4), x, new Int32Array(5));
  const { data } = encodeRows({ metadata: { extra: { csv: { ...csv } } } }, [
    ...[
      ["31", "Paris"],
      ["", "Rome"],
    ],
    { age: 40, city: "Paris" },
    { age: null, city: "Rome" },
    [7, "Rome"],
  ]);
  expect(data).toEqual(x);
});

describe("documents from strangers", () => {
  const refused = (encoding: unknown, message: string) =>
    expect(() => checkEncoding(encoding, ["a"])).toThrow(message);

  test("are checked", () => {
    expect(checkEncoding([{ kind: "number" }], ["a"])).toEqual([{ kind: "number" }]);
    refused("number", "encoding: expected an array of 1");
    refused([{ kind: "number" }, { kind: "number" }], "encoding: expected an array of 1");
    refused([{ kind: "text" }], "encoding[0].kind: expected one of number, boolean, date, ordered, category");
    refused([{ kind: "__proto__" }], "encoding[0].kind: expected one of");
    refused([{ kind: "category", values: [] }], "encoding[0].values: expected an array of at least 1");
    refused([{ kind: "category", values: ["a", "a"] }], "encoding[0].values: expected different values");
    refused([{ kind: "category", values: ["a"], fill: "b" }], "encoding[0].fill: expected one of a");
    refused([{ kind: "number", indicator: true }], "an indicator of missing values needs a fill");
    refused([{ kind: "number", fill: "1" }], "encoding[0].fill: expected a finite number");
    refused([{ kind: "date", cyclic: ["moon"] }], "encoding[0].cyclic[0]: expected one of year, week, day");
    refused([{ kind: "number", extra: 1 }], "encoding[0].extra: unknown field");
  });

  test("and so is what belongs to them", () => {
    expect(() => formatOf(model({ columns: ["a", 1] }))).toThrow("csv.columns[1]: expected a string, got 1");
    expect(() => formatOf(model({ columns: COLUMNS.slice(1) }))).toThrow(
      "csv.encoding: expected an array of 4",
    );
    const by = { metadata: { ...model().metadata, standardisation: { mean: [0], scale: [1] } } };
    expect(() => encodeRows(by, row)).toThrow(
      "standardisation of 1 values does not fit 8 inputs of 5 columns",
    );
  });
});

test("names of features, and which of them are scaled", () => {
  const features = encoderOf(COLUMNS, [
    ...ENCODING.slice(0, 4),
    { kind: "date", cyclic: ["week"], fill: 1, indicator: true },
  ]).features.map(({ name, scaled }) => `${name}${scaled ? "*" : ""}`);
  expect(features).toEqual([
    ...["age*", "age missing", "city=London", "city=Paris", "city other", "member", "size*"],
    ...["day*", "day sin(week)", "day cos(week)", "day missing"],
  ]);
});
