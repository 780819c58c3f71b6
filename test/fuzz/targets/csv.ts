import * as fc from "fast-check";
import { csvSplit, parseCsvDataset } from "../../../src/data/tables/csv.ts";
import { knownTable } from "../../support/tables/known.ts";
import { dialect, written } from "../../support/tables/written.ts";
import { utf8 } from "../files.ts";
import type { Layer, Sample, Target } from "../guide/target.ts";
import { contentOf } from "./rows.ts";

/** A line of options as JSON, then the table. */
export const withOptions = (options: object, text: string): Uint8Array =>
  utf8(`${JSON.stringify(options)}\n${text}`);

function parts(bytes: Uint8Array): { options: object; text: string; rest: Uint8Array } {
  const end = bytes.indexOf(10);
  const line = new TextDecoder().decode(bytes.subarray(0, Math.max(0, end)));
  const rest = bytes.subarray(end + 1);
  let options: unknown;
  try {
    options = JSON.parse(line);
  } catch {
    options = {};
  }
  return {
    options: typeof options === "object" && options !== null ? options : {},
    text: new TextDecoder().decode(rest),
    rest,
  };
}

const optionsLayer: Layer = {
  json: true,
  open(bytes) {
    const { options, text } = parts(bytes);
    return { inner: utf8(JSON.stringify(options)), close: (inner) => withOptions(asObject(inner), text) };
  },
};
const textLayer: Layer = {
  open(bytes) {
    const { options, rest } = parts(bytes);
    return { inner: rest, close: (inner) => withOptions(options, new TextDecoder().decode(inner)) };
  },
};

function asObject(inner: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(inner));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

const options = fc.record(
  {
    header: fc.boolean(),
    delimiter: fc.constantFrom(",", ";", "\t", " ", "|", "", ",,", "\n", '"', "🙂"),
    decimal: fc.constantFrom(".", ",", ";"),
    label: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom("a", "y", "__proto__", "")),
    ignore: fc.array(fc.constantFrom("a", "b", "y", "constructor"), { maxLength: 3 }),
    task: fc.constantFrom("auto", "classification", "regression"),
    columns: fc.dictionary(
      fc.constantFrom("a", "b", "__proto__", "toString"),
      fc.oneof(
        fc.constantFrom("number", "boolean", "category", "date", "ordered"),
        fc.record({ kind: fc.constantFrom("ordered", "date", "category"), values: fc.array(fc.string()) }),
      ),
    ),
    maxCategories: fc.constantFrom(2, 3, 30, 1e9),
    missing: fc.constantFrom("fill", "drop", "error"),
    testFraction: fc.constantFrom(0, 0.2, 0.999, 1),
    seed: fc.nat(),
  },
  { requiredKeys: [] },
);

const cell = fc.oneof(
  fc.constantFrom(
    "",
    "NA",
    "1",
    "2",
    "a",
    "b",
    "x y",
    "1,5",
    "1.5",
    "-",
    "−3",
    "1e400",
    "2020-01-02",
    "01/02/2020",
    "12.5%",
    "$1,234.50",
    "true",
    "no",
    "0x10",
    "1_000",
    "9007199254740993",
    "∞",
    "٣",
    "\u00a0",
    '"',
    '""',
    "__proto__",
    "'1",
  ),
  fc.double().map(String),
  fc.string({ maxLength: 6 }),
);
const cells = fc.tuple(
  fc.constantFrom(",", ";", "\t", " ", "|"),
  fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 12 }),
  fc.constantFrom("\n", "\r\n", "\r"),
);
const rough: fc.Arbitrary<Sample> = fc.tuple(options, cells).map(([given, [delimiter, rows, end]]) => ({
  bytes: withOptions(given, rows.map((row) => row.join(delimiter)).join(end)),
}));
/** Tables of known values; what they must give is test/data/tables' part. */
const known: fc.Arbitrary<Sample> = fc
  .tuple(fc.oneof(fc.constant({}), options), knownTable, dialect)
  .map(([given, table, form]) => ({
    bytes: withOptions(given, written(table, { ...form, encoding: "utf8", gzip: false }).text),
  }));
/** A piece many times over: whatever grows faster than the table shows itself. */
const long: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(
        "1",
        "1,",
        ",",
        " ",
        '"',
        '""',
        "a;",
        "1 ",
        "0.",
        "e",
        "-",
        "\n",
        "\r",
        "1\n",
        "#",
        "a,\n",
        "1:",
        "'",
      ),
      fc.string({ minLength: 1, maxLength: 3 }),
    ),
    fc.integer({ min: 1, max: 40_000 }),
    fc.string({ maxLength: 4 }),
    fc.constantFrom("", "a,b\n", "1,2\n3,"),
  )
  .map(([piece, times, end, begin]) => ({
    bytes: withOptions({}, begin + piece.repeat(Math.min(times, Math.ceil(60_000 / piece.length))) + end),
  }));

const SEEDS: readonly [options: object, text: string][] = [
  [{}, "age,size,label\n1,2.5,yes\n3,4.5,no\n5,6.25,yes\n7,8.5,no\n9,1.5,yes\n"],
  [{ label: "a", task: "regression" }, "a;b\n1,5;2\n2,5;3\n3,5;4\n"],
  [
    { missing: "drop", columns: { d: "date", s: "category" } },
    "d,s,y\n2020-01-02,S,1\n2021-02-03,M,2\n,L,3\n2022-01-01,S,1.5\n",
  ],
  [{ columns: { s: { kind: "ordered", values: ["S", "M", "L"] } } }, "s,y\nS,1\nM,2\nL,3\nS,4\n"],
  [{ header: false }, '1 2 3\n"4" 5 6\n7 8 "9"\n'],
  [{}, 'sep=;\n"a";"b"\n"1 000";"x"\n"2 000";"y"\n"3 000";"x"\n'],
  [{}, "a|b|c\n$1,200.50|12%|cat\n$2,000.00|13%|dog\n$3.00|14%|cat\n"],
];

export const csv: Target = {
  name: "csv",
  seeds: () => SEEDS.map(([given, text]) => ({ bytes: withOptions(given, text) })),
  arbitrary: fc.oneof(
    { weight: 4, arbitrary: rough },
    { weight: 4, arbitrary: known },
    { weight: 1, arbitrary: long },
  ),
  layers: [textLayer, textLayer, textLayer, optionsLayer],
  words: [
    "NA",
    "sep=",
    "label",
    "columns",
    "1e309",
    "2020-01-02",
    "12:30",
    "true",
    "yes",
    "$",
    "€",
    "%",
    "1.000,5",
    "1,000.5",
    "\ufeff",
    '"',
    "number",
    "category",
    "ordered",
    "kind",
    "values",
    "cyclic",
    "order",
    "dmy",
    "like",
    "inputsLike",
    "standardisation",
    "split",
    "group:a",
    "time",
  ],
  async run(bytes) {
    const { options, text } = parts(bytes);
    const { testFraction, seed, split, standardise, standardisation, ...reading } = options as Record<
      string,
      never
    >;
    const { dataset, csv, notes, readings } = parseCsvDataset(text, reading);
    const both = csvSplit(text, { ...options });
    return {
      dataset: await contentOf(dataset),
      csv,
      notes,
      readings,
      train: await contentOf(both.train),
      test: both.test && (await contentOf(both.test)),
    };
  },
  // every cell is a string, a number, and up to thirty inputs of four bytes
  memory: (bytes) => 2000 * bytes + 2 ** 24,
};
