import { afterAll, beforeAll, expect, test } from "vitest";
import { done, flowers, idxFolder, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
let trained: Record<string, unknown>;
beforeAll(async () => {
  place.write("flowers.csv", flowers());
  trained = done(
    await place.run([
      "train",
      "flowers.csv",
      "--model",
      "mlp",
      "--hidden",
      "8",
      "--epochs",
      "30",
      "--out",
      "f.safetensors",
    ]),
  );
  idxFolder(place, "images");
  done(await place.run(["train", "images", "--epochs", "2", "--out", "images.safetensors"]));
});
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await place.run([...args, "--json"]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
};

test("evaluate gives what training said of the rows it had kept out", async () => {
  const [scores] = await json("evaluate", "f.safetensors", "flowers.csv");
  expect(scores).toMatchObject({
    part: "test",
    rows: 12,
    loss: trained.testLoss,
    accuracy: trained.testAccuracy,
  });
  expect(scores.classes.map((c: { class: string }) => c.class)).toEqual(["rose", "tulip", "violet"]);
});

test("evaluate says when the model was trained on the rows", async () => {
  const said = async (...args: string[]) => (await json("evaluate", ...args))[0].notes ?? [];
  const these = "the model was trained on these rows; on others it may do worse";
  const some = "the model was trained on some of these rows; on others it may do worse";
  place.write("copy.csv", flowers());
  place.write("others.csv", flowers().trim().split("\n").slice(0, -1).join("\n"));
  for (const file of ["flowers.csv", "copy.csv"]) {
    expect(await said("f.safetensors", file)).not.toContainEqual(expect.stringContaining("trained on"));
    expect(await said("f.safetensors", file, "--part", "train")).toContain(these);
    expect(await said("f.safetensors", file, "--part", "all")).toContain(some);
  }
  expect(await said("f.safetensors", "others.csv")).not.toContainEqual(expect.stringContaining("trained on"));
  const short = ["--model", "mlp", "--hidden", "2", "--epochs", "1", "--out"];
  done(await place.run(["train", "flowers.csv", "--test-split", "0", ...short, "w.safetensors"]));
  expect(await said("w.safetensors", "flowers.csv")).toContain(these);
  done(await place.run(["train", "moons", "--samples", "40", ...short, "g.safetensors"]));
  expect(await said("g.safetensors", "moons")).toEqual([]);
  expect(await said("g.safetensors", "moons", "--part", "train")).toEqual([these]);
  expect(await said("g.safetensors", "circles", "--part", "train")).toEqual([]);
  place.write("s.csv", `v\n${Array.from({ length: 60 }, (_, i) => i % 5).join("\n")}\n`);
  done(
    await place.run([
      "train",
      "s.csv",
      "--forecast",
      "1",
      "--window",
      "5",
      ...short.slice(4),
      "s.safetensors",
    ]),
  );
  expect(await said("s.safetensors", "s.csv")).not.toContain(these);
  expect(await said("s.safetensors", "s.csv", "--part", "train")).toContain(these);
  expect(await said("s.safetensors", "s.csv", "--part", "all")).toContain(some);
  place.write("t.txt", "a word and another, again and again. ".repeat(40));
  done(
    await place.run([
      "train",
      "t.txt",
      "--model",
      "chars",
      "--window",
      "8",
      ...short.slice(4),
      "t.safetensors",
    ]),
  );
  expect(await said("t.safetensors", "t.txt", "--part", "train")).toContain(these);
  expect(await said("t.safetensors", "t.txt")).not.toContain(these);
});

test("evaluate reads another table as the model knows it: its scale, its classes, its columns by name", async () => {
  const rows = flowers().trim().split("\n").slice(1);
  // only one class, columns the other way round, one more column: fitted anew, nothing would be right
  const roses = rows.filter((row) => row.endsWith("rose")).slice(0, 5);
  const turned = roses.map((row) => `x,${row.split(",").reverse().join(",")}`);
  place.write("roses.csv", `note,kind,petals,width,length\n${turned.join("\n")}\n`);
  const [scores] = await json("evaluate", "f.safetensors", "roses.csv");
  expect(scores).toMatchObject({ part: "all", rows: 5, accuracy: 1 });
  expect(scores.confusion).toEqual([
    [5, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test("evaluate as text: figures per class and a confusion matrix", async () => {
  const { stdout } = await place.run(["evaluate", "f.safetensors", "flowers.csv"]);
  expect(stdout).toMatch(/accuracy 100\.00 %/);
  expect(stdout).toMatch(/rose +100\.00 % +100\.00 % +100\.00 % +4/);
  expect(stdout).toContain("predicted");
});

test.each([
  [
    "a class it does not know",
    flowers(6).replaceAll("rose", "rosa"),
    /line 2: column "kind": "rosa" is none of the known classes; did you mean "rose"\?/,
  ],
  ["a column missing", "length,width,kind\n1,2,rose\n", /there is no column "petals"/],
  ["no label", "length,width,petals\n1,2,3\n", /there is no column "kind"/],
])("evaluate on a table with %s is an error", async (_, text, message) => {
  place.write("other.csv", text);
  const { code, stderr } = await place.run(["evaluate", "f.safetensors", "other.csv"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
});

test("predict takes rows of CSV, JSON from stdin, tables and rows of tables", async () => {
  const [row, ...others] = await json("predict", "f.safetensors", "5,3,0", "7.5,3,205");
  expect(row).toMatchObject({ class: "rose", confidence: expect.any(Number) });
  expect(row.ranking).toHaveLength(3);
  expect(others.map((other: { class: string }) => other.class)).toEqual(["violet"]);
  const piped = await place.run(
    ["predict", "f.safetensors", "-"],
    '[[5,3,0],{"petals":205,"length":7.5,"width":3}]',
  );
  expect(piped.stdout).toMatch(/stdin#0: rose .*\nstdin#1: violet/);
  const [third] = await json("predict", "f.safetensors", "flowers.csv#2");
  expect(third).toMatchObject({ input: "flowers.csv#2", class: "violet" });
});

test("predict takes rows of IDX files and of data sets, which say what is true", async () => {
  const [fromFile] = await json("predict", "images.safetensors", "images/train-images-idx3-ubyte#4");
  const [fromSet] = await json("predict", "images.safetensors", "images#4");
  expect(fromSet.label).toBe("1");
  expect(fromSet.ranking).toEqual(fromFile.ranking);
  const pixels = Array.from({ length: 64 }, (_, i) => (i * 3) % 256);
  expect((await place.run(["predict", "images.safetensors", "-"], JSON.stringify(pixels))).code).toBe(0);
});

test.each([
  ["a folder", "images.safetensors", "images", 20],
  ["an IDX file", "images.safetensors", "images/train-images-idx3-ubyte", 20],
  ["a table", "f.safetensors", "flowers.csv", 60],
])("predict without a row, of %s: the first ten, with --json all", async (_, model, source, rows) => {
  const { stdout, stderr } = await place.run(["predict", model, source]);
  expect(stderr).toBe("");
  const lines = stdout.trim().split("\n");
  expect(lines).toHaveLength(11);
  expect(lines[9]!.startsWith(`${source}#9: `)).toBe(true);
  expect(lines[10]).toContain(`… and ${rows - 10} more; name one with ${source}#index`);
  const all = await json("predict", model, source);
  expect(all).toHaveLength(rows);
  expect(await json("predict", model, `${source}#7`)).toEqual([all[7]]);
});

test("predict on a table that has labels says whether it was right", async () => {
  const { stdout } = await place.run(["predict", "f.safetensors", "flowers.csv#0"]);
  expect(stdout).toMatch(/^flowers\.csv#0: rose [\d.]+ % {2}✓/);
  place.write("liar.csv", "length,width,petals,kind\n5,3,0,violet\n5,3,0,orchid\n");
  const lines = (await place.run(["predict", "f.safetensors", "liar.csv"])).stdout.split("\n");
  expect(lines[0]).toMatch(/rose [\d.]+ % {2}✗ \(violet\)/);
  expect(lines[1]).not.toMatch(/[✓✗]/);
});

test.each([
  ["too few values", ["f.safetensors", "1,2"], "", /expected 3 values \(length, width, petals\), got 2/],
  ["the label as well", ["f.safetensors", "1,2,3,rose"], "", /leave the label out/],
  ["no number", ["f.safetensors", "1,two,3"], "", /column "width": expected a number, got "two"/],
  ["broken JSON", ["f.safetensors", "-"], "[1,", /stdin: not valid JSON/],
  ["nothing on stdin", ["f.safetensors", "-"], "", /stdin: not valid JSON/],
  ["a word in JSON", ["f.safetensors", "-"], '[1,"two",3]', /column "width": expected a number, got "two"/],
  [
    "no such row",
    ["images.safetensors", "images/train-images-idx3-ubyte#20"],
    "",
    /there is no row 20; expected 0 to 19/,
  ],
  ["labels for images", ["images.safetensors", "images/train-labels-idx1-ubyte#1"], "", /are these labels\?/],
  [
    "images of another size",
    ["images.safetensors", "digits#0"],
    "",
    /takes inputs \[8, 8, 1\], these are \[28, 28, 1\]/,
  ],
  ["shares instead of pixels", ["images.safetensors", "-"], "[0.5]", /whole numbers from 0 to 255, got 0\.5/],
])("predict: %s is an error", async (_, args, input, message) => {
  const { code, stderr, stdout } = await place.run(["predict", ...args], input);
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("several models say how their data was read, as one does", async () => {
  place.write("semi.csv", flowers(6).replaceAll(",", ";"));
  const words = ["evaluate", "f.safetensors", "f.safetensors", "semi.csv"];
  expect((await json(...words))[0].notes).toEqual(["delimiter: ;"]);
  expect((await place.run(words)).stdout).toContain("\ndelimiter: ;\n");
});

test("predict fills what is missing as in training, and says so", async () => {
  const text = await place.run(["predict", "f.safetensors", "5,NaN,0"]);
  expect(text.stdout).toMatch(/^5,NaN,0: rose .*\n {2}\(missing, filled as in training: width\)\n$/);
  for (const row of ["[5,null,0]", '{"length":5,"width":"","petals":0}'])
    expect(
      JSON.parse((await place.run(["predict", "f.safetensors", "-", "--json"], row)).stdout),
    ).toMatchObject({
      class: "rose",
      prepared: "missing, filled as in training: width",
    });
});

test("summary as text", async () => {
  const { stdout } = await place.run(["summary", "f.safetensors"]);
  expect(stdout).toContain("dense, relu");
  expect(stdout).toContain("classes: rose, tulip, violet");
  expect(stdout).toContain(trained.weightsSha256);
});

test("data says what is there and draws it", async () => {
  expect((await place.run(["data"])).stdout).toMatch(/digits +handwriting/);
  const { stdout } = await place.run(["data", "digits", "--samples", "20", "--preview", "3"]);
  expect(stdout).toMatch(/20 rows, and 4 to test with/);
  expect(stdout).toMatch(/[▀▄█]{3}/);
  const [csv] = await json("data", "flowers.csv");
  expect(csv).toMatchObject({ kind: "csv", rows: 60, columns: ["length", "width", "petals"], label: "kind" });
});

test("regression: figures, and predictions as numbers", async () => {
  done(await place.run(["train", "sine", "--samples", "100", "--epochs", "2", "--out", "sine.safetensors"]));
  const [scores] = await json("evaluate", "sine.safetensors", "sine", "--samples", "50");
  expect(scores).toMatchObject({ rows: 10, meanAbsoluteError: expect.any(Number) });
  expect(scores).not.toHaveProperty("confusion");
  const [row] = await json("predict", "sine.safetensors", "0.5");
  expect(row).toEqual({ input: "0.5", outputs: [expect.any(Number)] });
});

test("a table of prices: learnt without another learning rate, told in their own unit", async () => {
  const prices = Array.from(
    { length: 80 },
    (_, i) => `${i % 9},${(i * 7) % 13},${200_000 + 30_000 * (i % 9) + 9_000 * ((i * 7) % 13)}`,
  );
  place.write("prices.csv", `rooms,age,price\n${prices.join("\n")}\n`);
  const last = done(await place.run(["train", "prices.csv", "--epochs", "100", "--out", "p.safetensors"]));
  expect(last.testMeanAbsoluteError).toBeLessThan(20_000);
  expect(last.testMeanAbsoluteError).toBeGreaterThan(10);
  const [scores] = await json("evaluate", "p.safetensors", "prices.csv");
  expect(scores.meanAbsoluteError).toBe(last.testMeanAbsoluteError);
  const [row] = await json("predict", "p.safetensors", "4,6");
  expect(Math.abs(row.outputs[0] - 374_000)).toBeLessThan(20_000);
});

test("data: a scale is a fraction, columns without names are counted", async () => {
  expect((await place.run(["data", "images"])).stdout).toContain("of uint8, scaled by 1/255\n");
  place.write("bare.csv", flowers().split("\n").slice(1).join("\n"));
  expect((await place.run(["data", "bare.csv"])).stdout).toContain("columns: 3, without names\n");
  done(await place.run(["train", "bare.csv", "--epochs", "1", "--out", "bare.safetensors"]));
  const { stderr } = await place.run(["predict", "bare.safetensors", "1,2"]);
  expect(stderr).toBe("nabla: row: expected 3 values, got 2\n");
  // a misspelt file is no row
  for (const file of ["nowhere.csv", "nowhere.csv#3"])
    expect((await place.run(["predict", "bare.safetensors", file])).stderr).toMatch(
      `nabla: ${file}: no such file`,
    );
});
