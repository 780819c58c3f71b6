/** What the report says of a table: rows as they stand in the file, and what each column is worth. */
import { expect, test } from "vitest";
import { csvSplit } from "../../src/data/index.ts";
import { dense, sequential } from "../../src/index.ts";
import { inputOf } from "../../src/report/examine.ts";
import { columnSection, importances, tableOf } from "../../src/report/page/columns.ts";

const WORDS = ["red", "green", "blue"];
/** What decides is the number alone; day, colour and member say nothing. The third number and colour are missing. */
const lines = Array.from({ length: 90 }, (_, i) => {
  const number = ((i * 37) % 90) / 8;
  const cells = [
    i % 9 === 2 ? "" : number,
    i % 9 === 3 ? "" : WORDS[i % 3],
    `2024-0${1 + (i % 9)}-1${i % 7}`,
    i % 5 ? "yes" : "no",
  ];
  return [...cells, number > 5 ? "high" : "low"].join(",");
});
const text = `number,"a, colour",day,member,answer\n${lines.join("\n")}\n`;

test("rows of tables are told as their file has them, and the column that decides is worth most", async () => {
  const { train } = csvSplit(text, { label: "answer", testFraction: 0 });
  const model = sequential(
    [dense({ units: 8, activation: "relu" }), dense({ units: 2, activation: "softmax" })],
    {
      seed: 1,
    },
  ).compile({
    loss: "categoricalCrossentropy",
    optimizer: { name: "adam", learningRate: 0.02 },
    metrics: ["accuracy"],
  });
  await model.fit(train, { epochs: 40 });
  const table = tableOf(model, train)!;
  const names = ["number", "a, colour", "day", "member"];
  expect(table.columns.map(({ name }) => name)).toEqual(names);
  for (let row = 0; row < lines.length; row++) {
    const cells = lines[row]!.split(",").slice(0, -1);
    const written = cells.map(
      (cell, i) => `${names[i]}: ${cell === "" ? "missing" : i === 3 ? cell === "yes" : cell}`,
    );
    expect(table.rowOf(await inputOf(train, row))).toBe(written.join(", "));
  }
  const { metric, all } = await importances(model, train, table);
  expect(metric).toBe("accuracy");
  expect(all[0]!.column).toBe("number");
  expect(all[0]!.metric).toBeLessThan(-0.2);
  for (const { metric } of all.slice(1)) expect(Math.abs(metric)).toBeLessThan(0.15);
  expect(await importances(model, train, table)).toEqual({ metric, all });
  const section = await columnSection(model, train, table, "test part");
  expect([...section.matchAll(/<th scope="row">([^<]*)/g)].map(([, name]) => name)).toEqual(
    all.map(({ column }) => column),
  );
});

test.each([true, false])(
  "numbers of any size are told with the digits they have, standardised: %s",
  async (standardise) => {
    const cells = [
      ["1.5e-9", "4.25e-9", "0", "-7e-9", "2.5e-8"],
      ["1234567", "4000001", "12", "0", "12345678"],
      ["0.1", "-12.57", "300.25", "4", "1e-3"],
    ];
    const rows = cells[0]!.map((_, r) => [...cells.map((column) => column[r]), r % 2 ? "a" : "b"].join(","));
    const { train } = csvSplit(`tiny,wide,usual,label\n${rows.join("\n")}\n`, {
      testFraction: 0,
      standardise,
    });
    const model = sequential([dense({ units: 2, activation: "softmax" })]).compile({
      loss: "categoricalCrossentropy",
    });
    await model.fit(train, { epochs: 1 });
    const table = tableOf(model, train)!;
    for (const row of cells[0]!.keys()) {
      const told = table.rowOf(await inputOf(train, row)).match(/[^ ]+(?=,|$)/g)!;
      expect(told.map(Number)).toEqual(cells.map((column) => Number(column[row])));
    }
  },
);

test("what is no table has no columns", () => {
  const model = sequential([dense({ units: 1 })], { inputShape: [4] });
  expect(tableOf(model, csvSplit(text, { label: "answer", testFraction: 0 }).train)).toBeUndefined();
});
