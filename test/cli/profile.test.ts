/** nabla data FILE: a profile of every column, whatever is in it. */
import { mkdirSync } from "node:fs";
import { encode } from "fast-png";
import { afterAll, expect, test } from "vitest";
import { parseCsvTable } from "../../src/data/tables/csvTable.ts";
import { profileTable } from "../../src/data/tables/profile.ts";
import { workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
const of = (text: string) =>
  Object.fromEntries(
    profileTable(parseCsvTable(text, "t.csv", { delimiter: ";", header: true })).map((each) => [
      each.name,
      each,
    ]),
  );

/** Rows of columns, cell by cell. */
const csv = (columns: Record<string, readonly string[]>): string =>
  [
    Object.keys(columns).join(";"),
    ...Object.values(columns)[0]!.map((_, r) =>
      Object.values(columns)
        .map((cells) => cells[r])
        .join(";"),
    ),
  ].join("\n");

test("kinds, missing and different values, figures and shares", () => {
  const n = Array.from({ length: 20 }, (_, i) => i);
  const all = of(
    csv({
      size: n.map((i) => (i === 3 ? "" : `${i * i},5`)),
      plan: n.map((i) => (i % 4 ? "Pro" : "Free")),
      on: n.map((i) => (i % 5 ? "yes" : "no")),
      day: n.map((i) => (i === 7 ? "soon" : `2024-01-${String(i + 1).padStart(2, "0")}`)),
      id: n.map((i) => `C${i}`),
      few: n.map((i) => `${i % 2}`),
      none: n.map(() => "NA"),
    }),
  );
  const sizes = n.filter((i) => i !== 3).map((i) => i * i + 0.5);
  expect(all.size).toMatchObject({ kind: "number", missing: 1, distinct: 19, min: 0.5, max: 361.5 });
  expect(all.size!.mean).toBeCloseTo(sizes.reduce((a, b) => a + b) / 19, 10);
  expect(all.size!.histogram!.reduce((a, b) => a + b)).toBe(19);
  // 0 to 36 of 361 lie in the first tenth: 0, 1, 4, 16, 25, 36 without the missing 9
  expect(all.size!.histogram![0]).toBe(6);
  expect(all.plan).toEqual({
    name: "plan",
    kind: "category",
    missing: 0,
    distinct: 2,
    top: [
      { value: "Pro", share: 0.75 },
      { value: "Free", share: 0.25 },
    ],
  });
  expect(all.on).toMatchObject({
    kind: "boolean",
    top: [
      { value: "yes", share: 0.8 },
      { value: "no", share: 0.2 },
    ],
  });
  expect(all.day).toMatchObject({
    kind: "date",
    min: "2024-01-01",
    max: "2024-01-20",
    odd: { cells: 1, first: "soon" },
  });
  expect(all.id).toEqual({ name: "id", kind: "text", missing: 0, distinct: 20 });
  expect(all.few).toMatchObject({
    kind: "number",
    mean: 0.5,
    top: [
      { value: "0", share: 0.5 },
      { value: "1", share: 0.5 },
    ],
  });
  expect(all.none).toEqual({ name: "none", kind: "empty", missing: 20, distinct: 0 });
});

test("values of another kind, and numbers at the edge of what they can be", () => {
  const all = of(
    csv({
      mixed: ["1", "2", "oops", "4"],
      large: ["-1e308", "1e308", "1e999", "0"],
      same: ["7", "7", "7", "7"],
    }),
  );
  expect(all.mixed).toMatchObject({ kind: "number", min: 1, max: 4, odd: { cells: 1, first: "oops" } });
  expect(all.large).toMatchObject({ min: -1e308, max: 1e308, mean: 0, odd: { cells: 1, first: "1e999" } });
  expect(all.large!.histogram).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  expect(all.same!.histogram).toEqual([4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test("a table that cannot be trained on has its profile and the reason", async () => {
  const text = csv({ age: ["31", "", "x"], note: ["a long remark", "another one", "and one more"] });
  place.write("notes.csv", text);
  const { code, stdout, stderr } = await place.run(["data", "notes.csv"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("notes.csv: table, 3 rows");
  expect(stdout).toMatch(/age +number +1 +2 +31\.00 +31\.00 +31\.00 +1 cell of another kind, such as x/);
  expect(stdout).toMatch(/note +text +0 +3/);
  expect(stdout).toContain("not to be trained on as it stands:\n  notes.csv");
  const json = JSON.parse((await place.run(["data", "notes.csv", "--json"])).stdout);
  expect(json).toMatchObject({
    kind: "csv",
    rows: 3,
    profile: [{ name: "age" }, { name: "note", kind: "text" }],
  });
  expect(json.refused).toContain("notes.csv");
  // what is asked for and wrong is an error
  expect((await place.run(["data", "notes.csv", "--label", "shoe"])).code).toBe(1);
  expect((await place.run(["data", "none.csv"])).code).toBe(1);
});

test("a table that can be trained on has both", async () => {
  place.write(
    "iris.csv",
    csv({ width: ["1", "2", "3", "4", "5", "6"], kind: ["a", "b", "a", "b", "a", "b"] }),
  );
  const { stdout } = await place.run(["data", "iris.csv"]);
  expect(stdout).toContain("label: kind");
  expect(stdout).toMatch(/kind +category +0 +2 +a 50 %, b 50 %/);
  expect(JSON.parse((await place.run(["data", "iris.csv", "--json"])).stdout).profile[0]).toMatchObject({
    name: "width",
    mean: 3.5,
  });
});

test("of pictures some of each class are shown", async () => {
  for (const [c, name] of ["cat", "cow", "dog"].entries()) {
    mkdirSync(place.path(`pets/${name}`), { recursive: true });
    for (let i = 0; i < 4; i++)
      place.write(
        `pets/${name}/${i}.png`,
        encode({ width: 3, height: 3, channels: 1, data: new Uint8Array(9).fill(60 * c + i) }),
      );
  }
  const { stdout } = await place.run(["data", "pets"]);
  const after = stdout.slice(stdout.indexOf("dog") + 3);
  for (const name of ["cat", "cow", "dog"]) expect(after).toContain(name);
});

test("whatever is said of columns or sequences, where it is wrong it is an error and not the reason in a profile", async () => {
  const { Command } = await import("commander");
  const { columnFlagsGiven, tableFlags } = await import("../../src/cli/options/tables.ts");
  const { sequenceFlags, sequenceFlagsGiven } = await import("../../src/cli/options/sequenceData.ts");
  const given = [...columnFlagsGiven({ label: "none" }), ...sequenceFlagsGiven({ steps: 3 })];
  const options = [...tableFlags(new Command()).options, ...sequenceFlags(new Command()).options];
  expect(given.map(([option]) => option)).toEqual(options.map(({ long }) => long));
  expect(given.filter(([, value]) => value !== undefined)).toEqual([
    ["--label", "none"],
    ["--steps", 3],
  ]);
});
