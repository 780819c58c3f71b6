/** How the rows of a table are cut into a part to train on and one to test with. */
import { describe, expect, test } from "vitest";
import { openData } from "../../../src/browser/data/open.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { kFold } from "../../../src/data/folds.ts";
import { splitDataset } from "../../../src/data/split.ts";
import { csvSplit } from "../../../src/data/tables/csv.ts";
import { contents } from "../helpers.ts";

/** 20 visits of 5 patients. */
const VISITS = [
  "patient,day,weight,result",
  ...Array.from(
    { length: 20 },
    (_, i) => `P${(i * 3) % 5},${i},${50 + ((i * 7) % 11)},${i % 2 ? "well" : "ill"}`,
  ),
].join("\n");
const raw = { standardise: false } as const;
/** The column `day` is the number of the row. */
const days = (part: Dataset, at = 0): number[] => {
  const [width = 1] = part.inputShape;
  return contents(part).x.filter((_, i) => i % width === at);
};
const patientsOf = (rows: readonly number[]) => new Set(rows.map((row) => (row * 3) % 5));

describe("split: { group }", () => {
  test("keeps the rows of a group together, and its column out of the inputs", () => {
    for (let seed = 0; seed < 20; seed++) {
      const {
        train,
        test: tested,
        csv,
        notes,
      } = csvSplit(VISITS, { ...raw, split: { group: "patient" }, seed });
      const [here, there] = [days(train), days(tested!)];
      expect([...here, ...there].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
      expect(there).toHaveLength(4);
      expect([...patientsOf(there)].some((patient) => patientsOf(here).has(patient))).toBe(false);
      expect(csv).toMatchObject({ columns: ["day", "weight"], ignored: ["patient"] });
      expect(notes).toContain('4 groups of column "patient" to train on, 1 others to test with');
    }
  });

  test("holds for parts of the training part, and for folds", () => {
    const { train, refit } = csvSplit(VISITS, { ...raw, split: { group: 0 } });
    const parts = splitDataset(train, 0.25).map((part) => patientsOf(days(part)));
    expect([...parts[1]!].some((patient) => parts[0]!.has(patient))).toBe(false);
    for (const fold of kFold(train, { folds: 4 })) {
      const again = refit(fold.train, fold.test);
      expect(patientsOf(days(again.test)).size).toBe(1);
      expect(splitDataset(again.train, 0.3).every((part) => part.groups!.length === part.length)).toBe(true);
    }
  });

  test("with the column as an input, where that is asked for", () => {
    const { csv } = csvSplit(VISITS, { ...raw, split: { group: "patient", input: true } });
    expect(csv.columns).toEqual(["patient", "day", "weight"]);
  });

  test("refuses columns that are not there or are the label, and rows without a group", () => {
    expect(() => csvSplit(VISITS, { split: { group: "patients" } })).toThrow(
      'there is no column "patients"; did you mean "patient"?',
    );
    expect(() => csvSplit(VISITS, { split: { group: "result", input: true } })).toThrow(
      'split: column "result" is the label; expected a column of groups',
    );
    expect(() => csvSplit(VISITS.replace("P3,1,", ",1,"), { split: { group: "patient" } })).toThrow(
      'data.csv: line 3: column "patient": the group is missing',
    );
    for (const split of ["group", { group: "patient", keep: true }, { column: "patient" }])
      expect(() => csvSplit(VISITS, { split: split as "time" })).toThrow(
        'csvSplit: split: expected "random", "time" or { group: column }, got ',
      );
  });
});

describe('split: "time"', () => {
  test("tests with the last rows; parts of the others are cut alike", () => {
    const { train, test: tested, notes } = csvSplit(VISITS, { ...raw, ignore: ["patient"], split: "time" });
    expect(days(tested!)).toEqual([16, 17, 18, 19]);
    expect(notes).toContain("the last 4 rows to test with, from line 18 on: rows are in the order of time");
    expect(days(splitDataset(train, 0.25)[1])).toEqual([12, 13, 14, 15]);
  });

  test("measures columns on the rows before", () => {
    const { standardisation } = csvSplit(VISITS, { ignore: ["patient", "weight"], split: "time" });
    // of 0 to 15
    expect(standardisation!.mean).toEqual([7.5]);
    expect(standardisation!.scale[0]).toBeCloseTo(Math.sqrt((16 * 16 - 1) / 12), 12);
  });
});

test("any rows, as before, where nothing is said; a class's only row is trained on, and said", () => {
  const plain = csvSplit(VISITS, { ...raw, ignore: ["patient"] });
  expect(csvSplit(VISITS, { ...raw, ignore: ["patient"], split: "random" }).test).toMatchObject({
    length: 4,
  });
  expect(days(csvSplit(VISITS, { ...raw, ignore: ["patient"], split: "random" }).test!)).toEqual(
    days(plain.test!),
  );
  const rare = VISITS.replace("P0,0,50,ill", "P0,0,50,rare");
  for (let seed = 0; seed < 30; seed++) {
    const { train, notes } = csvSplit(rare, { ...raw, ignore: ["patient"], seed });
    expect(days(train)).toContain(0);
    expect(notes).toContain('class "rare": the only row is trained on');
  }
});

test("openData says what a resumed training has to know", async () => {
  const file = new File([VISITS], "visits.csv");
  const { train } = await openData(file, { split: { group: "patient" }, testFraction: 0.4 });
  expect(train.extra).toMatchObject({ data: { split: { group: "patient" }, testSplit: 0.4 } });
  expect(train.groups).toHaveLength(12);
  await expect(openData(file, { split: "later" as "time" })).rejects.toThrow(
    'openData.split: expected "random", "time" or { group: column }, got "later"',
  );
});
