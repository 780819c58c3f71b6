/** One reader of tables, whatever the command: what a file holds is said, and columns go by their names. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { done, workplace } from "./support.ts";

const place = workplace();
afterAll(() => place.remove());

/** 60 rows; big where the height is above 20. */
const rows = Array.from({ length: 60 }, (_, i) => {
  const height = 10 + ((i * 7) % 20) + 0.5;
  return { Weight: (i % 9) / 10, Height: height, Depth: 100 + (i % 13), kind: height > 20 ? "big" : "small" };
});
type Column = keyof (typeof rows)[number];
const written = (columns: readonly Column[], delimiter = ",", names: readonly string[] = columns) =>
  [names, ...rows.map((row) => columns.map((column) => String(row[column])))]
    .map((cells) => cells.join(delimiter))
    .join("\n");

const predicted = async (file: string, ...more: string[]): Promise<string[]> => {
  const { code, stdout, stderr } = await place.run(["predict", "model.safetensors", file, "--json", ...more]);
  if (code !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => {
      const { class: name, confidence } = JSON.parse(line);
      return `${name} ${confidence}`;
    });
};
let right: string[];

beforeAll(async () => {
  place.write("base.csv", written(["Weight", "Height", "Depth", "kind"]));
  done(await place.run(["train", "base.csv", "--epochs", "3", "--out", "model.safetensors", "--json"]));
  right = await predicted("base.csv");
});

test("predict takes columns by their names, whatever their order, delimiter, packing and encoding", async () => {
  place.write("other.csv", written(["Depth", "kind", "Height", "Weight"], ";"));
  place.write("packed.csv.gz", gzipSync(written(["Height", "Weight", "Depth"])));
  place.write(
    "wide.txt",
    new Uint8Array(Buffer.from(`\ufeff${written(["Height", "Depth", "Weight"], "\t")}`, "utf16le")),
  );
  place.write("sep", `sep=|\r\n${written(["Height", "Depth", "Weight"], "|")}`);
  for (const file of ["other.csv", "packed.csv.gz", "wide.txt", "sep"])
    expect(await predicted(file)).toEqual(right);
});

test("a column that is missing is an error, also where as many are there", async () => {
  place.write("renamed.csv", written(["Weight", "Height", "Depth"], ",", ["Weight", "Height (cm)", "Depth"]));
  expect((await place.run(["predict", "model.safetensors", "renamed.csv"])).stderr).toBe(
    'nabla: renamed.csv: there is no column "Height"; did you mean "Height (cm)"? Columns: Weight, Height (cm), Depth\n',
  );
  expect((await place.run(["evaluate", "model.safetensors", "renamed.csv"])).stderr).toContain(
    'no column "Height"',
  );
});

test("position counts where there is no header", async () => {
  const bare = written(["Weight", "Height", "Depth"]).split("\n").slice(1).join("\n");
  place.write("bare.csv", bare);
  expect(await predicted("bare.csv")).toEqual(right);
  expect((await place.run(["predict", "model.safetensors", "bare.csv"])).stdout).toContain(
    "no header: the first row holds values",
  );
  place.write("fewer.csv", bare.replaceAll(/,[^,]*$/gm, ""));
  expect((await place.run(["predict", "model.safetensors", "fewer.csv"])).stderr).toContain(
    "columns are taken by position: expected 3 (Weight, Height, Depth), or one more for kind, got 2",
  );
});

test("evaluate reads the same file however it is written", async () => {
  place.write("semicolons.csv", written(["kind", "Depth", "Height", "Weight"], ";"));
  const evaluated = async (file: string) => {
    const { data: _, ...rest } = JSON.parse(
      (await place.run(["evaluate", "model.safetensors", file, "--part", "all", "--json"])).stdout,
    );
    return rest;
  };
  expect((await evaluated("semicolons.csv")).confusion).toEqual((await evaluated("base.csv")).confusion);
});

test("a row may begin with a minus", async () => {
  const { code, stdout } = await place.run(["predict", "model.safetensors", "-0.5,27,105"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^-0\.5,27,105: /);
  expect((await place.run(["predict", "model.safetensors", "--json", "-0.5,27,105"])).code).toBe(0);
});

test("data: options say how a file is read; what was read is said", async () => {
  const data = async (...args: string[]) => JSON.parse((await place.run(["data", ...args, "--json"])).stdout);
  place.write("note.csv", '"Weight, kg","note, free",note,label\n1,a,5,yes\n2,b,6,no\n3,a,7,yes\n4,b,8,no\n');
  expect((await data("note.csv", "--ignore", "note, free")).columns).toEqual(["Weight, kg", "note"]);
  expect((await data("note.csv", "--ignore", "note", "--ignore", "note, free")).columns).toEqual([
    "Weight, kg",
  ]);
  expect((await data("note.csv", "--ignore", "note,note, free")).columns).toEqual(["Weight, kg"]);
  expect((await data("note.csv", "--label", "-4", "--ignore", "note, free")).label).toBe("Weight, kg");
  place.write("counts.csv", "0,1,2\n3,4,5\n6,7,8\n");
  expect((await place.run(["data", "counts.csv"])).stderr).toContain(
    "--header yes takes it for names, --header no for values",
  );
  expect((await data("counts.csv", "--header", "no")).rows).toBe(3);
  expect((await data("counts.csv", "--header", "yes")).columns).toEqual(["0", "1"]);
  place.write("euro.csv", "a;b;price\n1;2;1.000,5\n3;4;900,0\n");
  expect((await place.run(["data", "euro.csv"])).stdout).toContain(
    'euro.csv: line 2: column "price": "1.000,5" is a number with a decimal comma',
  );
  expect((await data("euro.csv", "--decimal", ",")).notes).toEqual([
    "delimiter: ;",
    "target price: quantities, decimal commas",
  ]);
  place.write(
    "latin.csv",
    Uint8Array.from("größe,y\n1,ja\n2,nein\n", (c) => c.charCodeAt(0)),
  );
  expect((await place.run(["data", "latin.csv"])).stderr).toContain(
    "line 1: expected text in UTF-8, got the byte 0xF6",
  );
  expect((await data("latin.csv", "--encoding", "windows-1252")).columns).toEqual(["größe"]);
  expect((await data("base.csv", "--delimiter", ",")).columns).toEqual(["Weight", "Height", "Depth"]);
});
