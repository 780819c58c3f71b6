/** Values that are missing in a table that is evaluated or predicted, in columns where none was missing in training. */
import { describe, expect, test } from "vitest";
import { range } from "../../../src/data/dataset.ts";
import { csvSplit } from "../../../src/data/tables/csv.ts";
import { encodeCsvRow } from "../../../src/data/tables/csvRow.ts";
import { encodeRows } from "../../../src/data/tables/rows.ts";

const rows = Array.from({ length: 8 }, (_, i) => `${i},${10 * i},${i % 2 ? "yes" : "no"}`);
const text = `a,b,label\n${rows.join("\n")}\n`;
const read = (options = {}) => csvSplit(text, { testFraction: 0, ...options });
const inputsOf = (dataset: ReturnType<typeof read>["train"]) => {
  const x = new Float32Array(dataset.length * 2);
  dataset.read(range(dataset.length), x, new Int32Array(dataset.length));
  return Array.from(x);
};
const later = "a,b,label\n3.5,,yes\n3.5,35,no\n";

describe("a number that was never missing", () => {
  test("is the mean of the rows that were trained on, and that is said", () => {
    const { csv, standardisation } = read();
    const again = csvSplit(later, { testFraction: 0, like: csv, standardisation: standardisation! });
    // 3.5 and 35 are the means
    expect(inputsOf(again.train)).toEqual([0, 0, 0, 0]);
    expect(again.notes).toContain("b: 1 missing, filled with the mean of the rows that were trained on");
    const model = { metadata: { standardisation, extra: { csv: { ...csv } } } };
    expect(Array.from(encodeRows(model, { a: 3.5, b: null }).data)).toEqual([0, 0]);
    expect(Array.from(encodeRows(model, { a: "3.5", b: "NA" }).data)).toEqual([0, 0]);
  });

  test("is refused by models that were asked to, by those of earlier versions, and where there is no mean", () => {
    const { csv, standardisation } = read({ missing: "error" });
    const again = (like: object, scaled = true) =>
      csvSplit(later, {
        testFraction: 0,
        like: like as never,
        standardise: scaled,
        ...(scaled && { standardisation: standardisation! }),
      });
    expect(csv.missing).toBe("error");
    expect(() => again(csv)).toThrow('data.csv: line 2: column "b": the value is missing');
    const { named: _, missing: __, ...older } = csv;
    expect(() => again(older)).toThrow('data.csv: line 2: column "b": expected a number, got nothing');
    const { missing: ___, ...fills } = csv;
    expect(() => again(fills, false)).toThrow('data.csv: line 2: column "b": expected a number, got nothing');
    expect(() => encodeCsvRow("3.5,", { columns: ["a", "b"], standardisation: standardisation! })).toThrow(
      'column "b": expected a number, got nothing',
    );
  });
});

describe("a word that is missing elsewhere", () => {
  const regions = "region,y\nNA,a\nEU,b\nNA,a\nEU,b\nAS,a\nAS,b\nNA,a\n,b\n";

  test("stays a value where it was asked for as one, in every table that is read alike", () => {
    const first = csvSplit(regions, { testFraction: 0, columns: { region: "category" }, missing: "drop" });
    const again = csvSplit(regions, { testFraction: 0, like: first.csv });
    for (const { train, notes } of [first, again]) {
      expect(train.length).toBe(7);
      expect(notes).toContain("1 row left out: a value is missing (line 9)");
    }
  });

  test("a file's encoding is checked before it says what is missing", () => {
    const { csv } = csvSplit(regions, { testFraction: 0, columns: { region: "category" }, missing: "drop" });
    const strange = { ...csv, encoding: [{ kind: "colour" }] } as never;
    expect(() => csvSplit(regions, { testFraction: 0, like: strange })).toThrow(/encoding\[0\].*colour/);
  });
});
