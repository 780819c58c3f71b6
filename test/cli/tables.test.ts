/** Tables with texts, truths, dates and missing values, from training to prediction. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { load } from "../../src/model/load.ts";
import { encodeRows, load as loadPredictor } from "../../src/predict/index.ts";
import { workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

/** Whether someone bought something follows from city and age; some ages are missing. */
const people = Array.from({ length: 120 }, (_, i) => {
  const city = ["Paris", "London", "Rome"][i % 3]!;
  const age = 20 + ((i * 7) % 50);
  const buys = city === "Paris" || (city === "Rome" && age > 45);
  const day = new Date(Date.UTC(2021, 0, 1 + i)).toISOString().slice(0, 10);
  return [
    i % 10 === 4 ? "NA" : age,
    city,
    i % 4 < 2 ? "True" : "False",
    day,
    `note ${i}`,
    buys ? "yes" : "no",
  ];
});
const TABLE = `age,city,member,day,note,buys\n${people.map((row) => row.join()).join("\n")}\n`;
const TRAIN = ["--label", "buys", "--model", "mlp", "--hidden", "16", "--epochs", "60", "--batch-size", "8"];
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await place.run([...args, "--json"]);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
};
const predicted = async (input: string, args = ["-"]) => {
  const { code, stdout, stderr } = await place.run(["predict", "p.safetensors", ...args, "--json"], input);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
};

beforeAll(async () => {
  place.write("people.csv", TABLE);
  await json("train", "people.csv", ...TRAIN, "--ignore", "note", "--out", "p.safetensors");
});

test("free text is refused with the option that leaves it out", async () => {
  const { code, stderr } = await place.run(["train", "people.csv", ...TRAIN]);
  expect(code).toBe(1);
  expect(stderr).toBe(
    'nabla: people.csv: column "note": free text or ids (120 different values in 120 rows), from which nothing can be learned; --ignore note leaves it out, --column note=category reads it as categories\n',
  );
});

test("data says how each column is read", async () => {
  const { stdout } = await place.run(["data", "people.csv", "--label", "buys", "--ignore", "note"]);
  for (const line of [
    "inputs: [7] of float32",
    "columns: age, city, member, day",
    /^ {2}age: number; 12 missing, filled with 43\.8333 and marked$/m,
    "  city: 3 categories: London, Paris, Rome",
    "  member: yes or no",
    "  day: date",
  ])
    expect(stdout).toMatch(line);
  const [found] = await json("data", "people.csv", "--label", "buys", "--ignore", "note");
  expect(found.encoding[1]).toEqual({ kind: "category", values: ["London", "Paris", "Rome"] });
  expect(found.inputs).toEqual([
    ...["age", "age missing", "city=London", "city=Paris", "city=Rome", "member", "day"],
  ]);
  expect(found.readings[2]).toEqual({ column: "member", as: "yes or no" });
});

test("--column, --max-categories and --missing", async () => {
  const inputs = async (...args: string[]) =>
    (await json("data", "people.csv", "--label", "buys", "--ignore", "note", ...args))[0];
  expect((await inputs("--column", "day=date+week+year")).inputs.slice(-5)).toEqual([
    ...["day", "day sin(week)", "day cos(week)", "day sin(year)", "day cos(year)"],
  ]);
  expect((await inputs("--column", "city=ordered:Rome,Paris,London")).encoding[1]).toEqual({
    kind: "ordered",
    values: ["Rome", "Paris", "London"],
  });
  expect((await inputs("--max-categories", "2")).inputs.slice(2, 4)).toEqual(["city=London", "city other"]);
  expect(await inputs("--missing", "drop")).toMatchObject({ rows: 108, inputShape: [6] });
  const refused = async (...args: string[]) => (await place.run(["data", "people.csv", ...args])).stderr;
  expect(await refused("--missing", "error")).toMatch(/line 6: column "age": the value is missing \("NA"\)/);
  expect(await refused("--column", "city=catgory")).toMatch(/--column: expected NAME=KIND, .*"category"\?/);
  expect(await refused("--column", "day=date+moon")).toMatch(/no cycle "moon"; expected year, week, day/);
  expect(await refused("--column", "town=category")).toMatch(/no column "town"/);
  expect(await refused("--missing", "fil")).toMatch(/--missing: there is no "fil"; did you mean "fill"\?/);
});

test("summary says what the model knows of its columns", async () => {
  const { stdout } = await place.run(["summary", "p.safetensors"]);
  expect(stdout).toMatch(
    /columns, to predict buys:\n {2}age: number; missing values are filled with [\d.]+ and marked\n {2}city: 3 cat/,
  );
  const [known] = await json("summary", "p.safetensors");
  expect(known.encoding.map(({ kind }: { kind: string }) => kind)).toEqual([
    ...["number", "category", "boolean", "date"],
  ]);
});

test("evaluate reads another table as the model's was read", async () => {
  expect((await json("evaluate", "p.safetensors", "people.csv"))[0]).toMatchObject({
    part: "test",
    rows: 24,
  });
  // other columns, in another order
  const other = people.slice(0, 30).map(([age, city, member, day, , buys]) => [buys, day, city, age, member]);
  place.write("other.csv", `buys,day,city,age,member\n${other.map((row) => row.join(",")).join("\n")}\n`);
  const [{ rows, accuracy }] = await json("evaluate", "p.safetensors", "other.csv");
  expect([rows, accuracy > 0.9]).toEqual([30, true]);
  place.write("oslo.csv", "buys,day,city,age,member\nyes,2021-01-01,Oslo,31,True\n");
  expect((await place.run(["evaluate", "p.safetensors", "oslo.csv"])).stderr).toMatch(
    /oslo\.csv: line 2: column "city": expected one of London, Paris, Rome, got "Oslo"/,
  );
});

const PARIS = { age: 31, city: "Paris", member: true, day: "2021-02-01" };
const LONDON = { age: null, city: "London", member: "False", day: "2021-02-01" };

test("predict takes JSON by names: one row, several, JSON Lines, and files of them", async () => {
  expect((await predicted(JSON.stringify(PARIS)))[0]).toMatchObject({ input: "stdin", class: "yes" });
  const both = [
    { input: "stdin#0", class: "yes" },
    { input: "stdin#1", class: "no" },
  ];
  expect(await predicted(JSON.stringify([PARIS, LONDON]))).toMatchObject(both);
  expect(await predicted(JSON.stringify([PARIS, LONDON], null, 2))).toMatchObject(both);
  expect(await predicted(`${JSON.stringify(PARIS)}\n${JSON.stringify(LONDON)}\n`)).toMatchObject(both);
  expect(await predicted('["31","Paris",true,"2021-02-01"]')).toMatchObject([{ class: "yes" }]);
  place.write("rows.jsonl", `${JSON.stringify(PARIS)}\n${JSON.stringify({ ...LONDON, buys: "no" })}\n`);
  expect(await predicted("", ["rows.jsonl"])).toMatchObject([
    { input: "rows.jsonl#0", class: "yes" },
    { input: "rows.jsonl#1", class: "no", label: "no" },
  ]);
  expect(await predicted("", ["rows.jsonl#1"])).toMatchObject([{ class: "no" }]);
  expect(await predicted("", ["31,Paris,True,2021-02-01"])).toMatchObject([{ class: "yes" }]);
  // keys that are no columns are said
  expect(await predicted(JSON.stringify({ ...PARIS, note: "x", colour: 1 }))).toMatchObject([
    { prepared: 'not used, being no columns of the model: "colour"' },
  ]);
});

test("predict refuses what the model cannot know", async () => {
  const refused = async (row: unknown) =>
    (await place.run(["predict", "p.safetensors", "-"], JSON.stringify(row))).stderr;
  expect(await refused({ ...PARIS, city: "Pari" })).toMatch(
    /stdin: column "city": expected one of London, Paris, Rome \(did you mean "Paris"\?\), got "Pari"/,
  );
  expect(await refused({ ...PARIS, age: "old" })).toMatch(/column "age": expected a number, got "old"/);
  expect(await refused({ ...PARIS, city: null })).toMatch(/got nothing: the value is missing/);
  expect(await refused([PARIS, { age: 1, town: "Rome" }])).toMatch(/stdin#1: there is no "city"/);
  const bad = await place.run(["predict", "p.safetensors", "-"], `${JSON.stringify(PARIS)}\n{"age":\n`);
  expect(bad.stderr).toMatch(/stdin: line 2: not valid JSON/);
});

test("nabla/predict and the library predict the same from the same file", async () => {
  const bytes = readFileSync(place.path("p.safetensors"));
  const small = loadPredictor(bytes);
  const large = load(bytes);
  const rows = encodeRows(small, [PARIS, LONDON]);
  const outputs = small.predict(rows);
  expect(Array.from(outputs.argMax(), (c) => (large.metadata.classes![c] === "yes" ? 1 : 0))).toEqual([1, 0]);
  expect(large.predict(encodeRows(large, [PARIS, LONDON])).data).toEqual(outputs.data);
  const [, london] = await predicted(JSON.stringify([PARIS, LONDON]));
  expect(london.confidence).toBe(Math.max(...outputs.row(1)));
});

test("an export says how its rows are encoded", async () => {
  await json("export", "p.safetensors", "--to", "p.mjs");
  const { metadata, predict } = await import(place.path("p.mjs"));
  expect(metadata.columns).toEqual(["age", "city", "member", "day"]);
  expect(metadata.encoding[1]).toEqual({ kind: "category", values: ["London", "Paris", "Rome"] });
  const predictor = loadPredictor(readFileSync(place.path("p.safetensors")));
  const rows = encodeRows(predictor, [PARIS, LONDON]);
  expect(encodeRows({ metadata }, [PARIS, LONDON])).toEqual(rows);
  expect(Array.from(predict(rows.data))).toEqual(Array.from(predictor.predict(rows).data));
  expect(readFileSync(place.path("p.d.mts"), "utf8")).toContain("encoding?:");
});

test("--folds fits each fold on its own rows; --resume and --from read the columns as before", async () => {
  const folds = await json("train", "people.csv", ...TRAIN, "--ignore", "note", "--folds", "3");
  expect(folds.at(-1)).toMatchObject({ event: "done", rows: 120 });
  expect(folds.at(-1).mean.accuracy).toBeGreaterThan(0.85);
  expect(folds.at(-1).notes).toContain("target buys: 2 classes");
  const plain = ["--label", "buys", "--model", "logistic", "--ignore", "note", "--out", "q.safetensors"];
  await json("train", "people.csv", ...plain, "--epochs", "2");
  const resume = ["--resume", "q.safetensors", "--epochs", "3"];
  const args = ["train", "people.csv", "--label", "buys", "--ignore", "note"];
  expect((await json(...args, ...resume)).at(-1)).toMatchObject({ event: "done" });
  expect((await place.run([...args, "--missing", "drop", ...resume])).stderr).toMatch(
    /--resume: q\.safetensors read the columns otherwise .*; give the same --column, --max-categories, --missing/,
  );
  // all ages are there, and London is missing: still the inputs of the model
  const few = people.filter(([age, city]) => age !== "NA" && city !== "London");
  place.write(
    "few.csv",
    `age,city,member,day,buys\n${few.map((row) => row.filter((_, i) => i !== 4).join()).join("\n")}\n`,
  );
  const tuned = await json("train", "few.csv", "--label", "buys", "--from", "p.safetensors", "--epochs", "1");
  expect(tuned[0]).toMatchObject({ inputShape: [7] });
});
