/** Pictures whose classes are told by a table, or by the names of their files. */
import { describe, expect, test } from "vitest";
import { byPath, counted, onPage, shown } from "./folderSupport.ts";
import { contents } from "./helpers.ts";

const table = (name: string, ...lines: string[]) => [name, `${lines.join("\n")}\n`] as const;
const PICTURES = ["images/1.png", "images/2.png", "images/3.png", "images/4.png"];

describe.each([
  ["by path", byPath],
  ["on a page", onPage],
] as const)("a table, %s", (_, open) => {
  test.each([
    ["with extensions", ["file,label", "1.png,cat", "2.png,dog", "3.png,cat", "4.png,dog"]],
    ["without them", ["id,breed", "1,cat", "2,dog", "3,cat", "4,dog"]],
    [
      "with folders",
      ["path;class", "images/1.png;cat", "images/2.png;dog", "images/3.png;cat", "images/4.png;dog"],
    ],
    [
      "with more folders",
      ["p,c", "/kaggle/images/1.png,cat", "x/2.png,dog", "./images/3.png,cat", "a\\4.png,dog"],
    ],
    ["without a header", ["1.png,cat", "2.png,dog", "3.png,cat", "4.png,dog"]],
    ["in any order, of any letters", ["label,file", "dog,4.PNG", "cat,3.png", "dog,2.Png", "cat,1.png"]],
    [
      "between others",
      ["row,file,label,size", "1,1.png,cat,5", "2,2.png,dog,5", "3,3.png,cat,5", "4,4.png,dog,5"],
    ],
  ])("%s", async (_how, lines) => {
    const { train, notes } = await open([...PICTURES, table("labels.csv", ...lines)], {
      labels: "labels.csv",
    });
    expect([...train.labels!]).toEqual([0, 1, 0, 1]);
    expect(train.target).toMatchObject({ classes: 2, names: ["cat", "dog"] });
    expect(notes!.join()).toMatch(/classes are told by .*labels\.csv: column ".*", of files in "/);
  });

  test("numbers are classes where they are few, in their order; else they are asked about", async () => {
    const few = table("l.csv", "file,y", "1,10", "2,9", "3,10", "4,9");
    expect((await open([...PICTURES, few], { labels: "l.csv" })).train.target).toMatchObject({
      names: ["9", "10"],
    });
    const ages = table("l.csv", "file,age", "1,10.5", "2,9.25", "3,30", "4,7.75");
    await expect(open([...PICTURES, ages], { labels: "l.csv" })).rejects.toThrow(
      /column "age": these are quantities; .*task: "classification"/,
    );
    expect(
      (await open([...PICTURES, ages], { labels: "l.csv", task: "classification" })).train.target,
    ).toMatchObject({ classes: 4 });
  });

  test("columns by name or number", async () => {
    const lines = table(
      "l.csv",
      "a,b,kind,colour",
      "1,2,cat,red",
      "2,1,dog,red",
      "3,4,cat,blue",
      "4,3,dog,blue",
    );
    await expect(open([...PICTURES, lines], { labels: "l.csv" })).rejects.toThrow(
      /which column tells the class\? There are "b", "kind", "colour"; give label/,
    );
    const kinds = await open([...PICTURES, lines], { labels: "l.csv", label: "kind" });
    expect([...kinds.train.labels!]).toEqual([0, 1, 0, 1]);
    const other = await open([...PICTURES, lines], { labels: "l.csv", label: -2, file: "b" });
    expect([...other.train.labels!]).toEqual([1, 0, 1, 0]);
    await expect(open([...PICTURES, lines], { labels: "l.csv", label: "kinds" })).rejects.toThrow(
      'label: there is no column "kinds"; did you mean "kind"?',
    );
  });

  test("missing files and pictures without a row or a label are named, or left out", async () => {
    const files = [
      ...PICTURES,
      "images/5.png",
      table("l.csv", "file,label", "1.png,cat", "2.png,dog", "9.png,dog", "3.png,", "4.png,dog"),
    ];
    const error = await open(files, { labels: "l.csv" }).catch((reason) => reason);
    expect(error.message).toMatch(/3 files are no picture with a label \(3 are\): /);
    expect(error.message).toMatch(/l\.csv: line 4: there is no picture "9\.png"; /);
    expect(error.message).toMatch(/3\.png: has no label in .*l\.csv: line 5; /);
    expect(error.message).toMatch(/5\.png: has no row in .*l\.csv/);
    if (open === onPage) return; // pages only decode
    const { train, skipped } = await open(files, { labels: "l.csv", unreadable: "skip" });
    expect([counted(train), skipped!.length]).toEqual([{ cat: 1, dog: 2 }, 3]);
  });

  test("a name that may be several files, and a file with two classes, are refused", async () => {
    const two = ["a/1.png", "b/1.png", "b/2.png"];
    await expect(
      open([...two, table("l.csv", "file,label", "1.png,cat", "2.png,dog")], { labels: "l.csv" }),
    ).rejects.toThrow(/l\.csv: line 2: "1\.png" may be .*a.1\.png, .*b.1\.png; expected the path/);
    const paths = table("l.csv", "file,label", "a/1.png,cat", "b/1.png,dog", "2.png,dog");
    expect(counted((await open([...two, paths], { labels: "l.csv" })).train)).toEqual({ cat: 1, dog: 2 });
    await expect(
      open([...PICTURES, table("l.csv", "file,label", "1.png,cat", "2.png,dog", "1,dog")], {
        labels: "l.csv",
      }),
    ).rejects.toThrow(/line 4: "1" is "dog", and "cat" in line 2; expected one class/);
  });

  test("parts keep theirs; one without a row is left out", async () => {
    const files = [
      ...["train/1.png", "train/2.png", "valid/3.png", "test/4.png", "test/5.png"],
      table("train/l.csv", "file,label", "1,cat", "2,dog", "3,dog"),
    ];
    expect(shown(await open(files, { labels: "train/l.csv" }))).toMatchObject({
      train: { cat: 1, dog: 1 },
      validation: { dog: 1 },
      notes: expect.stringContaining("test: 2 pictures without classes, left out"),
    });
  });

  test("classes that are known keep their numbers; others are refused", async () => {
    const lines = table("l.csv", "file,label", "1,dog", "2,dog", "3,dog", "4,dog");
    const { train } = await open([...PICTURES, lines], { labels: "l.csv", classes: ["cat", "dog"] });
    expect([...train.labels!]).toEqual([1, 1, 1, 1]);
    await expect(open([...PICTURES, lines], { labels: "l.csv", classes: ["cat", "dogs"] })).rejects.toThrow(
      /"dog" is none of the known classes; did you mean "dogs"\?/,
    );
    await expect(open([...PICTURES, lines], { labels: "l.csv" })).rejects.toThrow(
      /at least two classes, found only dog/,
    );
  });

  test("that is not there, or has nothing of the folder", async () => {
    await expect(open(PICTURES, { labels: "l.csv" })).rejects.toThrow(/labels: there is no file "l\.csv"/);
    await expect(
      open([...PICTURES, table("l.csv", "file,label", "x,cat", "y,dog")], { labels: "l.csv" }),
    ).rejects.toThrow(/l\.csv: no cell is a picture in .*; expected a column with the names/);
    await expect(open(PICTURES, { labels: "l.csv", labelPattern: "{label}" })).rejects.toThrow(
      "labels and labelPattern both tell the classes",
    );
  });
});

test("on a page the table may be a file of its own", async () => {
  const labels = new File(["file,label\n1.png,b\n2.png,a\n3.png,b\n4.png,a\n"], "mine.csv");
  const { train, fingerprint } = await onPage(PICTURES, { labels });
  expect([...train.labels!]).toEqual([1, 0, 1, 0]);
  const others = new File(["file,label\n1.png,a\n2.png,a\n3.png,b\n4.png,a\n"], "mine.csv");
  expect((await onPage(PICTURES, { labels: others })).fingerprint).not.toBe(fingerprint);
});

test("rows are the pictures their labels belong to", async () => {
  const lines = table("l.csv", "file,label", "4,d", "3,c", "2,b", "1,a");
  const { train } = await byPath([...PICTURES, lines], { labels: "l.csv" }, true);
  // each picture is filled with its number
  expect(contents(train)).toEqual({ x: [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4], y: [0, 1, 2, 3] });
});

describe.each([
  ["by path", byPath],
  ["on a page", onPage],
] as const)("names, %s", (_, open) => {
  test.each([
    ["{label}.*", ["cat.0.png", "dog.1.png", "cat.10.png"]],
    ["{label}_*", ["cat_0.png", "dog_1.png", "cat_x.png"]],
    ["{label}#", ["cat0.png", "dog1.png", "cat10.png"]],
    ["*-{label}", ["0-cat.png", "1-dog.png", "2-cat.png"]],
    ["img#_{label}.png", ["img1_cat.png", "img2_dog.png", "img3_cat.png"]],
    ["{label}/raw/*", ["cat/raw/0.png", "dog/raw/1.png", "cat/raw/2.png"]],
    ["(a+).{label}.*", ["(a+).cat.1.png", "(a+).dog.2.png", "(a+).cat.3.png"]],
  ])("%s", async (labelPattern, files) => {
    expect(shown(await open(files, { labelPattern }))).toEqual({
      train: { cat: 2, dog: 1 },
      notes: `classes are told by names like ${labelPattern}`,
    });
  });

  test("that can be read in two ways are refused, with a form that cannot", async () => {
    const files = ["american_bulldog_10.png", "beagle_7.png"];
    await expect(open(files, { labelPattern: "{label}_*" })).rejects.toThrow(
      /american_bulldog_10\.png: the class may be "american" or "american_bulldog" by \{label\}_\*; .*\{label\}_#/,
    );
    expect(counted((await open(files, { labelPattern: "{label}_#" })).train)).toEqual({
      american_bulldog: 1,
      beagle: 1,
    });
    await expect(open(["a-b-cat.png", "a-dog.png"], { labelPattern: "*-{label}" })).rejects.toThrow(
      /a-b-cat\.png: the class may be "cat" or "b-cat"/,
    );
  });

  test("of other forms are named; patterns without a class are refused", async () => {
    await expect(open(["cat_1.png", "dog_2.png", "x.png"], { labelPattern: "{label}_#" })).rejects.toThrow(
      /1 file is no picture with a label \(2 are\): .*x\.png: is not called like \{label\}_#/,
    );
    await expect(open(["cat_1.png", "dog_1.png"], { labelPattern: "{class}_#" })).rejects.toThrow(
      'labelPattern: expected {label} where the class stands, * for any text and # for digits, like "{label}_*"',
    );
    await expect(open(["cat1.png", "dog1.png"], { labelPattern: "{label}_#" })).rejects.toThrow(
      /no picture is called like \{label\}_#: .*cat1\.png/,
    );
  });

  test("of parts", async () => {
    const files = ["train/cat.1.png", "train/dog.2.png", "test1/3.png"];
    expect(shown(await open(files, { labelPattern: "{label}.*" }))).toMatchObject({
      train: { cat: 1, dog: 1 },
      notes: expect.stringContaining("test1: 1 pictures without classes, left out"),
    });
  });
});
