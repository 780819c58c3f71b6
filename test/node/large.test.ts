/** Tables that are larger than memory: the same bits as those of a table in memory, and little memory. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dense, sequential } from "../../src/index.ts";
import { openData } from "../../src/node/dataFiles.ts";
import { type LargeTableOptions, openLargeTable } from "../../src/node/large/index.ts";
import { contents } from "../data/helpers.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-large-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const ROWS = 3000;
interface Person {
  age: number;
  height: number | null;
  plan: string;
  since: string;
  price: number;
  label: string;
}
const people: Person[] = Array.from({ length: ROWS }, (_, i) => ({
  age: 20 + ((7 * i) % 45),
  height: i % 9 === 4 ? null : 1.5 + ((13 * i) % 50) / 100,
  plan: i % 3 ? "Basic" : 'Pro, "yearly"\nor not',
  since: `20${10 + (i % 10)}-0${1 + (i % 9)}-1${i % 10}`,
  price: ((i * 7919) % 10007) / 7,
  label: (7 * i) % 45 > 20 ? "yes" : "no",
}));
const cell = (value: unknown): string =>
  value === null
    ? ""
    : /[",\n]/.test(String(value))
      ? `"${String(value).replaceAll('"', '""')}"`
      : String(value);
const csv = `${Object.keys(people[0]!).join(",")}\n${people.map((row) => Object.values(row).map(cell).join(",")).join("\n")}\n`;
const jsonl = people.map((row) => JSON.stringify(row)).join("\n");

const large = async (path: string, options: LargeTableOptions = {}) => {
  const table = await openLargeTable(path, { pieceBytes: 1 << 14, ...options });
  const { train, test: tested, standardisation, csv: info, fingerprint } = table;
  const read = {
    train: contents(train),
    test: tested && contents(tested),
    standardisation,
    csv: info,
    fingerprint,
    targetScale: train.targetScale,
    target: train.target,
  };
  table.close();
  return read;
};
const inMemory = async (path: string, options: object = {}) => {
  const { train, test: tested, standardisation, csv: info, fingerprint } = await openData(path, options);
  return {
    train: contents(train),
    test: tested && contents(tested),
    standardisation,
    csv: info,
    fingerprint,
    targetScale: train.targetScale,
    target: train.target,
  };
};

describe("the bits of a table that is read into memory", () => {
  test.each([
    ["classes", "p.csv", csv, { label: "label" }],
    ["quantities", "p.csv", csv, { label: "price", seed: 5, testFraction: 0.3 }],
    ["in the order of time", "p.csv", csv, { label: "label", split: "time" }],
    [
      "without a test part, as they are",
      "p.csv",
      csv,
      { label: "price", testFraction: 0, standardise: false },
    ],
    ["records", "p.jsonl", jsonl, { label: "label" }],
    [
      "gzip, other ends of lines",
      "p.csv.gz",
      gzipSync(csv.replaceAll("\n", "\r\n").replaceAll('"\r\n', '"\r\n')),
      { label: "label" },
    ],
  ] as [string, string, string | Uint8Array, LargeTableOptions][])(
    "%s",
    async (_, name, content, options) => {
      const path = put(name, content);
      // all of it says what columns are, and still the numbers come from a file
      const whole = await large(path, { ...options, pieceBytes: 1 << 22 });
      expect(whole).toMatchObject(await inMemory(path, options));
      // in pieces: gaps are filled with what the first piece is like, all else is the same
      const pieces = await large(path, { ...options, ignore: ["height"], memoryBytes: 20_000 });
      expect(pieces).toMatchObject(await inMemory(path, { ...options, ignore: ["height"] }));
    },
  );

  test("trained with shuffled rows and validation, stopped and resumed", async () => {
    const path = put("p.csv", csv);
    const options = { label: "label", ignore: ["height"] };
    const table = await openLargeTable(path, { ...options, pieceBytes: 1 << 14, memoryBytes: 0 });
    const { train } = await openData(path, options);
    const width = train.inputShape[0]!;
    const made = () => {
      const model = sequential(
        [dense({ units: 4, activation: "relu" }), dense({ units: 2, activation: "softmax" })],
        {
          seed: 3,
        },
      );
      model.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
      return model;
    };
    const fit = { epochs: 3, batchSize: 64, validationSplit: 0.1 };
    const [first, second, third] = [made(), made(), made()];
    await first.fit(train, fit);
    await second.fit(table.train, fit);
    expect(width).toBe(table.train.inputShape[0]);
    expect(second.weights()).toEqual(first.weights());
    let steps = 0;
    const stop = new AbortController();
    const callbacks = [{ name: "stop", onBatchEnd: () => void (++steps === 50 && stop.abort()) }];
    await third.fit(table.train, { ...fit, signal: stop.signal, callbacks }).catch(() => {});
    expect(steps).toBe(50);
    await third.fit(table.train, { ...fit, resume: true });
    expect(third.weights()).toEqual(first.weights());
    // and the model knows its table
    const [answer] = await second.predictRows([{ age: 31, plan: "Basic", since: "2012-03-12", price: 4 }]);
    expect(answer!.class).toMatch(/yes|no/);
    table.close();
    await expect(second.fit(table.train, fit)).rejects.toThrow("its rows are gone, because of close()");
  });
});

describe("refused, with the line", () => {
  const rows = (n: number, row: (i: number) => string) =>
    Array.from({ length: n }, (_, i) => row(i)).join("\n");
  const plain = `a,b,label\n${rows(1000, (i) => `${i},${i % 2 ? "x" : "y"},${i % 2 ? "no" : "yes"}`)}\n`;
  test.each([
    ["another kind", `${plain}word,x,no\n`, {}, /line 1002: column "a": expected a number, got "word"/],
    ["a gap where none was", `${plain},x,no\n`, {}, /line 1002: column "a": expected a number, got nothing/],
    ["a new category", `${plain}1,z,no\n`, {}, /line 1002: column "b": expected .*, got "z"/],
    [
      "a new class",
      `${plain}1,x,maybe\n`,
      {},
      /line 1002: column "label": "maybe" is none of the known classes/,
    ],
    ["too many cells", `${plain}1,x,no,4\n`, {}, /line 1002: expected 3 values as in the first row, got 4/],
    [
      "a quote that stays open",
      `${plain}1,"x,no\n${"1,x,no\n".repeat(20_000)}`,
      {},
      /line \d+: (a cell opens|a row that begins here does not end)/,
    ],
    [
      "a target with a unit",
      `${plain}5 %,x,no\n`,
      { label: "a" },
      /line 1002: column "a": expected a number as programs write it, got "5 %"/,
    ],
    [
      "a target with a decimal comma",
      `${plain}"5,5",x,no\n`,
      { label: "a" },
      /line 1002: column "a": expected a number as programs/,
    ],
  ] as [string, string, LargeTableOptions, RegExp][])("%s", async (_, text, options, message) => {
    await expect(
      openLargeTable(put("bad.csv", text), { pieceBytes: 2048, folder, ...options }),
    ).rejects.toThrow(message);
    expect(readdirSync(folder).filter((name) => name.startsWith("nabla-rows"))).toEqual([]);
  });

  test("records with other names, addresses, options of openData() that are none here", async () => {
    const path = put("r.jsonl", `${jsonl}\n{"age":1,"colour":"red"}\n`);
    await expect(openLargeTable(path, { pieceBytes: 4096 })).rejects.toThrow(
      `line ${ROWS + 1}: "colour" is in none of the first records`,
    );
    await expect(openLargeTable(put("a.json", '[{"a":1},{"a":2}]'))).rejects.toThrow(
      "expected records on lines of their own, got an array of them",
    );
    await expect(openLargeTable("https://x.test/a.csv")).rejects.toThrow(
      "expected a file, got https://x.test/a.csv",
    );
    await expect(openLargeTable(path, { missing: "drop" } as never)).rejects.toThrow(
      /unknown option "missing"/,
    );
    await expect(openLargeTable(path, { pieceBytes: "x" } as never)).rejects.toThrow(
      /openLargeTable: pieceBytes/,
    );
    await expect(openLargeTable(put("e.csv", ""))).rejects.toThrow("the file is empty");
    const nowhere = join(folder, "nowhere");
    await expect(openLargeTable(put("p.csv", csv), { folder: nowhere })).rejects.toThrow(
      /cannot be kept in .*nowhere/,
    );
  });
});
