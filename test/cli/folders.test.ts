/** Folders of pictures as people have them: how they were read is said, and what has no class is predicted. */
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { done, events, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

/** Dark or light, with a little noise. */
function put(name: string, level: number, i = 0): void {
  const data = Uint8Array.from({ length: 16 }, (_, p) => level + ((p * 7 + i * 13) % 30));
  mkdirSync(dirname(place.path(name)), { recursive: true });
  place.write(name, encode({ width: 4, height: 4, channels: 1, data }));
}

const LEVELS = { dark: 20, light: 200 };
const TRAIN = ["--epochs", "30", "--schedule", "constant", "--seed", "1"];

beforeAll(async () => {
  for (const [kind, level] of Object.entries(LEVELS)) {
    for (let i = 0; i < 12; i++) put(`tones/training_set/${kind}/${i}.png`, level, i);
    for (let i = 0; i < 5; i++) put(`tones/valid/${kind}/${i}.png`, level, i);
    for (let i = 0; i < 4; i++) put(`flat/${kind}.${i}.png`, level, i);
  }
  put("tones/test1/1.png", LEVELS.light, 1);
  put("tones/test1/2.png", LEVELS.dark, 2);
  put('tones/test1/a, "b".png', LEVELS.dark, 3);
  expect((await place.run(["train", "tones", ...TRAIN, "--out", "m.safetensors"])).code).toBe(0);
});

describe("parts", () => {
  test("train says how the folder was read, and validates on the folder's own part", async () => {
    const { stdout, stderr } = await place.run(["train", "tones", "--epochs", "2"]);
    expect(stderr).toBe("");
    const [start, epoch] = events(stdout);
    expect(start).toMatchObject({ rows: 24, validationRows: 10, testRows: 0, validationSplit: 0 });
    expect(start!.notes).toEqual([
      expect.stringMatching(/^tones.training_set to train on, tones.valid to validate on$/),
      expect.stringMatching(
        /^tones.test1: 3 pictures without classes, left out \(nabla predict MODEL tones.test1 names their classes\)$/,
      ),
    ]);
    expect(epoch).toMatchObject({ valLoss: expect.any(Number), valAccuracy: expect.any(Number) });
  });

  test("validation is what stopping early looks at; a share of the rows instead, where asked for", async () => {
    const early = await place.run(["train", "tones", "--epochs", "40", "--patience", "2"]);
    expect(done(early)).toMatchObject({ epochs: expect.any(Number) });
    const { stdout, stderr } = await place.run(["train", "tones", "--validation-split", "0.25"]);
    expect(events(stdout)[0]).toMatchObject({ rows: 24, validationSplit: 0.25 });
    expect(stderr).toContain("its validation part is not used");
  });

  test("data and evaluate say it, too", async () => {
    const { stdout } = await place.run(["data", "tones", "--preview", "0"]);
    expect(stdout).toMatch(
      /^tones: pictures, 24 rows, 10 to validate on\n(.*\n)?( {2})?tones.training_set to train on, /,
    );
    expect(stdout).toMatch(/class +rows +share +validation\n.*\ndark +12 +50\.00 % +5\n/);
    const json = JSON.parse((await place.run(["data", "tones", "--json"])).stdout);
    expect(json).toMatchObject({
      rows: 24,
      validationRows: 10,
      notes: [expect.any(String), expect.any(String)],
    });
    const evaluated = await place.run(["evaluate", "m.safetensors", "tones"]);
    expect(evaluated.stdout).toMatch(
      /^tones, validation part: 10 rows, 0 wrong\ntones.training_set to train on, tones.valid to validate on\n/,
    );
    const part = await place.run(["evaluate", "m.safetensors", "tones", "--part", "train", "--json"]);
    expect(JSON.parse(part.stdout)).toMatchObject({
      part: "train",
      rows: 24,
      accuracy: 1,
      notes: [expect.any(String), expect.any(String), expect.stringContaining("was trained on these rows")],
    });
    expect((await place.run(["evaluate", "m.safetensors", "tones", "--part", "test"])).stderr).toContain(
      "--part: tones has no test part",
    );
  });
});

describe("predict names the classes of the pictures in a folder", () => {
  const WANT = [/^tones.test1.1\.png,light,0\.\d+$/, /^tones.test1.2\.png,dark,0\.\d+$/];

  test("as a table on the output", async () => {
    const { stdout, stderr } = await place.run(["predict", "m.safetensors", "tones/test1"]);
    expect(stderr).toBe("");
    const [head, ...rows] = stdout.trimEnd().split("\n");
    expect(head).toBe("file,class,confidence");
    expect(rows).toHaveLength(3);
    for (const [i, row] of WANT.entries()) expect(rows[i]).toMatch(row);
    expect(rows[2]).toMatch(/^"tones.test1.a, ""b""\.png",dark,0\.\d+$/);
  });

  test("with the confidence that one picture has alone", async () => {
    const { stdout } = await place.run(["predict", "m.safetensors", "tones/test1"]);
    const alone = await place.run(["predict", "m.safetensors", "tones/test1/1.png", "--json"]);
    const [{ confidence }] = events(alone.stdout) as unknown as [{ confidence: number }];
    expect(Math.fround(Number(stdout.split("\n")[1]!.split(",")[2]))).toBe(confidence);
  });

  test("in a file; all that lie in folders below; as JSON", async () => {
    const { stdout } = await place.run(["predict", "m.safetensors", "tones", "--out", "tones.csv"]);
    expect(stdout).toBe("37 rows written to tones.csv\n");
    const lines = readFileSync(place.path("tones.csv"), "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(38);
    expect(lines.filter((line) => /training_set.dark.*,dark,/.test(line))).toHaveLength(12);
    const json = events((await place.run(["predict", "m.safetensors", "tones/test1", "--json"])).stdout);
    expect(json.map((each) => each.class)).toEqual(["light", "dark", "dark"]);
  });

  test("files that are no pictures are named, or left out", async () => {
    put("mixed/1.png", LEVELS.dark);
    place.write("mixed/2.png", "none");
    const refused = await place.run(["predict", "m.safetensors", "mixed"]);
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(/mixed.2\.png: expected a PNG or JPEG picture.*--unreadable skip/);
    const skipped = await place.run(["predict", "m.safetensors", "mixed", "--unreadable", "skip"]);
    expect(skipped.stdout).toMatch(/^file,class,confidence\nmixed.1\.png,dark,0\.\d+\n$/);
    expect(skipped.stderr).toMatch(/^nabla: mixed: 1 file left out:\n {2}mixed.2\.png: /);
  });

  test("a file that cannot be written is an error before anything is predicted", async () => {
    const { code, stderr } = await place.run(["predict", "m.safetensors", "tones", "--out", "no/where.csv"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("no/where.csv")]);
  });

  test("other inputs are written, too", async () => {
    const to = ["--out", "rows.csv"];
    await place.run(["predict", "m.safetensors", "tones/test1/1.png", "tones/test1/2.png", ...to]);
    expect(readFileSync(place.path("rows.csv"), "utf8")).toMatch(
      /^input,class,confidence\ntones.test1.1\.png,light,0\.\d+\ntones.test1.2\.png,dark,0\.\d+\n$/,
    );
  });
});

describe("a test part of a folder that has none", () => {
  const split = ["--test-split", "0.25"];
  const train = (...more: string[]) => place.run(["train", "plain", ...TRAIN, ...more]);
  beforeAll(() => {
    for (const [kind, level] of Object.entries(LEVELS))
      for (let i = 0; i < 12; i++) put(`plain/${kind}/${i}.png`, level, i);
  });

  test("is kept out where it is asked for: of each class the same share, and the same in evaluate and resume", async () => {
    expect(events((await train("--epochs", "1")).stdout)[0]).toMatchObject({ rows: 24, testRows: 0 });
    const trained = await train(...split, "--out", "p.safetensors", "--report", "p.html");
    expect(events(trained.stdout)[0]).toMatchObject({ rows: 18, testRows: 6 });
    const { testLoss, testAccuracy } = done(trained);
    expect(testAccuracy).toBe(1);
    expect(readFileSync(place.path("p.html"), "utf8")).toMatch(/6 rows[^<]*test part|test part[^<]*6 rows/);
    const evaluate = async (...more: string[]) =>
      JSON.parse((await place.run(["evaluate", "p.safetensors", "plain", "--json", ...more])).stdout);
    const found = await evaluate();
    expect(found).toMatchObject({ part: "test", rows: 6, loss: testLoss });
    expect(found.confusion).toEqual([
      [3, 0],
      [0, 3],
    ]);
    expect(await evaluate("--part", "train")).toMatchObject({ part: "train", rows: 18 });
    expect(await evaluate("--part", "all")).toMatchObject({
      ...{ part: "all", rows: 24 },
      notes: [expect.stringMatching(/the model was trained on some of these rows/)],
    });
    // of other pictures all, or the folder's own part
    const other = JSON.parse((await place.run(["evaluate", "p.safetensors", "tones", "--json"])).stdout);
    expect(other).toMatchObject({ part: "validation", rows: 10 });
    // 30 epochs and one more are 31
    const out = ["--out", "q.safetensors"];
    const more = await train("--epochs", "31", "--resume", "p.safetensors", ...out);
    expect(events(more.stdout)[0]).toMatchObject({ rows: 18, testRows: 6 });
    await train(...split, "--epochs", "31", "--out", "r.safetensors");
    const [resumed, whole] = ["q", "r"].map((name) => readFileSync(place.path(`${name}.safetensors`)));
    expect(resumed!.equals(whole!)).toBe(true);
    expect(
      (await train("--epochs", "32", "--resume", "p.safetensors", "--test-split", "0.5")).stderr,
    ).toContain("a share of 0.25 was kept to test with; leave --test-split out, or give the same");
  });

  test("is refused where the folder has one", async () => {
    for (const kind of Object.keys(LEVELS)) {
      put(`own/train/${kind}/1.png`, LEVELS.dark, 1);
      put(`own/test/${kind}/1.png`, LEVELS.dark, 1);
    }
    expect((await place.run(["train", "own", ...split])).stderr).toContain(
      "own: it has a test part of its own, 2 pictures; leave testFraction (--test-split) out, got 0.25",
    );
  });
});

describe("classes that no folder tells", () => {
  const rows = Object.keys(LEVELS).flatMap((kind) => [0, 1, 2, 3].map((i) => `${kind}.${i},${i},${kind}`));

  test("by a table: in train, data, evaluate and resume", async () => {
    place.write("labels.csv", `id,number,tone\n${rows.join("\n")}\n`);
    const by = ["--labels", "labels.csv", "--label", "tone"];
    const data = JSON.parse((await place.run(["data", "flat", ...by, "--json"])).stdout);
    expect(data).toMatchObject({ counts: { dark: [4], light: [4] } });
    expect(data.notes).toEqual(['classes are told by labels.csv: column "tone", of files in "id"']);
    const out = ["--out", "flat.safetensors"];
    done(await place.run(["train", "flat", ...by, ...TRAIN, ...out]));
    const evaluated = await place.run(["evaluate", "flat.safetensors", "flat", ...by, "--json"]);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ rows: 8, accuracy: 1 });
    const resumed = [...TRAIN, "--epochs", "31", "--resume", "flat.safetensors", ...out];
    expect(done(await place.run(["train", "flat", ...by, ...resumed])).epochs).toBe(31);
    // another class for one picture
    place.write("labels.csv", `id,number,tone\n${rows.join("\n").replace("0,dark", "0,light")}\n`);
    expect((await place.run(["train", "flat", ...by, ...resumed])).stderr).toContain(
      "flat has changed since",
    );
  });

  test("by names", async () => {
    const by = ["--label-pattern", "{label}.#"];
    const { stdout } = await place.run(["data", "flat", ...by, "--preview", "0"]);
    expect(stdout).toMatch(
      /^flat: pictures, 8 rows\n(.*\n)?( {2})?classes are told by names like \{label\}\.#\n/,
    );
    expect(done(await place.run(["train", "flat", ...by, ...TRAIN, "--out", "n.safetensors"]))).toMatchObject(
      {},
    );
    expect((await place.run(["predict", "n.safetensors", "flat"])).stdout).toContain("light.3.png,light,");
  });

  test("its flags are for folders, and for each other", async () => {
    const error = async (...args: string[]) => (await place.run(args)).stderr;
    expect(await error("train", "flat")).toMatch(/--labels labels\.csv.*--label-pattern "\{label\}_\*"/);
    expect(await error("train", "moons", "--labels", "labels.csv")).toContain(
      "--labels is for folders of pictures",
    );
    expect(await error("data", "flat", "--file-column", "id")).toContain(
      "--file-column: expected --labels FILE",
    );
    expect(await error("train", "tones", "--label", "x")).toContain("--label is for CSV files");
  });

  test("class folders by name, where they might be something else", async () => {
    put("odd/dark/1.png", LEVELS.dark);
    put("odd/light/1.png", LEVELS.light);
    put("odd/test/1.png", LEVELS.light);
    expect((await place.run(["data", "odd"])).stderr).toContain("(--classes dark,light)");
    const { stdout, stderr } = await place.run(["data", "odd", "--classes", "light,dark", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ counts: { light: [1], dark: [1] } });
    expect(stderr).toMatch(/odd.test is not used: it is none of the parts/);
  });
});
