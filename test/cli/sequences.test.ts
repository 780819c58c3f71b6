/** nabla train of sequences of different lengths, out of JSON and tables; evaluate, predict, resume. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stream } from "../../src/math/random.ts";
import { done, events, type Workplace, workplace } from "./support.ts";

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

/** Rising and falling lines of 4 to 9 steps. */
function lines(n: number, seed = 1) {
  const random = new Stream(seed, 90);
  return Array.from({ length: n }, (_, i) => {
    const up = i % 2 === 0;
    const length = 4 + Math.floor(random.uniform() * 6);
    const from = random.gaussian();
    const x = Array.from({ length }, (_, t) =>
      Number((from + (up ? t : -t) + 0.2 * random.gaussian()).toFixed(3)),
    );
    return { x, label: up ? "up" : "down" };
  });
}
const csvOf = (rows: ReturnType<typeof lines>) =>
  `line,when,x,way\n${rows
    .flatMap(({ x, label }, i) => x.map((value, t) => [`L${i}`, t, value, label].join(",")))
    .reverse()
    .join("\n")}\n`;

test("JSON and a table are the same sequences; a model is trained, looked at, asked, and goes on", async () => {
  const rows = lines(60);
  place.write("lines.json", JSON.stringify(rows));
  place.write("lines.csv", csvOf(rows));
  const train = [
    "--out",
    "m.safetensors",
    "--seed",
    "1",
    "--epochs",
    "150",
    "--hidden",
    "8",
    "--schedule",
    "constant",
  ];
  const trained = await place.run(["train", "lines.json", ...train]);
  expect(trained.stderr).toBe("");
  expect(events(trained.stdout)[0]).toMatchObject({ inputShape: [9, 1], rows: 48, testRows: 12 });
  expect(events(trained.stdout)[0]!.notes).toEqual(
    expect.arrayContaining(["sequences of 4 to 9 steps, rows of 9", "shorter ones are filled up with 0"]),
  );
  const last = done(trained);
  expect(last.testAccuracy).toBeGreaterThan(0.9);

  const again = JSON.parse((await place.run(["evaluate", "m.safetensors", "lines.json", "--json"])).stdout);
  expect(again).toMatchObject({ part: "test", rows: 12, accuracy: last.testAccuracy });
  place.write("more.json", JSON.stringify(lines(10, 2)));
  expect(
    JSON.parse((await place.run(["evaluate", "m.safetensors", "more.json", "--json"])).stdout),
  ).toMatchObject({ part: "all", rows: 10 });

  const asked = async (...args: string[]) => {
    const { stdout, stderr } = await place.run(["predict", "m.safetensors", ...args, "--json"]);
    expect(stderr).toBe("");
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  const [first, ...others] = await asked("more.json");
  expect(others).toHaveLength(9);
  expect(first).toMatchObject({ input: "more.json#0", class: "up", label: "up" });
  expect((await asked(JSON.stringify(lines(1, 2)[0]!.x)))[0].ranking).toEqual(first.ranking);
  expect((await asked("more.json#1"))[0]).toMatchObject({ label: "down" });
  expect((await place.run(["predict", "m.safetensors", "[1,2,3,4,5,6,7,8,9,10]"])).stderr).toMatch(
    /length 10 is beyond the 9 steps; leave out the rest, as keep: .* does where a model is trained/,
  );
  // what is there to be done with a model that knows no columns of a table
  const unknown = (await place.run(["predict", "m.safetensors", "lines.csv"])).stderr;
  expect(unknown).toMatch(/lines\.csv: expected JSON.*; the model was not trained on a table/);
  expect(unknown).not.toMatch(/--sequence/);

  const table = await place.run([
    "train",
    "lines.csv",
    "--sequence",
    "line",
    "--label",
    "way",
    "--epochs",
    "2",
    "--out",
    "t.safetensors",
  ]);
  expect(table.stderr).toBe("");
  expect(events(table.stdout)[0]).toMatchObject({ inputShape: [9, 1], rows: 48 });
  // the table needs no second word of how it is read
  expect((await place.run(["evaluate", "t.safetensors", "lines.csv"])).stdout).toMatch(
    /lines\.csv, test part: 12 rows/,
  );
  expect((await place.run(["predict", "t.safetensors", "lines.csv"])).stdout).toMatch(/lines\.csv#0: /);
  const on = await place.run(["train", "lines.json", "--resume", "m.safetensors", "--epochs", "151"]);
  expect(on.stderr).toBe("");
  expect(done(on)).toMatchObject({ epochs: 151 });
  expect((await place.run(["data", "lines.json", "--json"])).stdout).toMatch(/"kind":"sequences"/);
});

test("texts are sequences of words; ids are looked up", async () => {
  const words = ["good", "bad", "not good", "not bad", "very good", "very bad"];
  const rows = Array.from({ length: 60 }, (_, i) => ({
    text: words[i % 6],
    label: i % 6 === 0 || i % 6 === 3 || i % 6 === 4 ? 1 : 0,
  }));
  place.write("said.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
  const result = await place.run([
    "train",
    "said.jsonl",
    "--epochs",
    "120",
    "--hidden",
    "8",
    "--seed",
    "1",
    "--out",
    "said.safetensors",
  ]);
  expect(result.stderr).toBe("");
  expect(done(result).testAccuracy).toBe(1);
  expect((await place.run(["predict", "said.safetensors", "not good", "--json"])).stdout).toMatch(
    /"class":"0"/,
  );
  place.write("ids.json", JSON.stringify(rows.map(({ label }, i) => ({ steps: [1 + (i % 6), 1], label }))));
  const ids = await place.run(["train", "ids.json", "--ids", "--epochs", "1"]);
  expect(ids.stderr).toBe("");
  expect(events(ids.stdout)[0]).toMatchObject({ inputShape: [2] });
});

test("every step has a target: trained, looked at, and predicted step by step", async () => {
  // whether the sum so far is above 0, and the sum
  const rows = Array.from({ length: 60 }, (_, r) => {
    let sum = 0;
    const x = Array.from(
      { length: 3 + (r % 4) },
      (_, t) => Math.round(9 * Math.sin(1 + r * 3.7 + t * 2.3)) || 1,
    );
    const sums = x.map((value) => (sum += value));
    return { x, sums, tags: sums.map((at) => (at > 0 ? "above" : "below")) };
  });
  place.write("tags.json", JSON.stringify(rows.map(({ x, tags }) => ({ x, label: tags }))));
  const lines = rows.flatMap(({ x, sums, tags }, r) =>
    x.map((value, t) => [r, t, value, sums[t], tags[t]].join(",")),
  );
  place.write("tags.csv", `walk,t,x,sum,tag\n${lines.join("\n")}\n`);
  const flags = ["--hidden", "8", "--seed", "1", "--epochs", "120", "--out"];
  const trained = await place.run([
    "train",
    "tags.json",
    ...flags,
    "tags.safetensors",
    "--report",
    "tags.html",
  ]);
  expect(trained.stderr).toBe("");
  expect(events(trained.stdout)[0]!.notes).toEqual(
    expect.arrayContaining(["target label: 2 classes, one for each step"]),
  );
  const last = done(trained);
  expect(last.testAccuracy).toBeGreaterThan(0.9);
  const looked = JSON.parse(
    (await place.run(["evaluate", "tags.safetensors", "tags.json", "--json"])).stdout,
  );
  expect(looked).toMatchObject({ part: "test", rows: 12, accuracy: last.testAccuracy });
  const predict = (...words: string[]) => place.run(["predict", ...words]);
  expect((await predict("tags.safetensors", "[5,-9,7,9]")).stdout.trim()).toMatch(
    /: above below above above$/,
  );
  const { steps } = JSON.parse((await predict("tags.safetensors", "[5,-9]", "--json")).stdout);
  expect(steps).toMatchObject([{ class: "above" }, { class: "below" }]);
  await predict("tags.safetensors", "[5,-9]", "--out", "told.csv");
  expect(readFileSync(place.path("told.csv"), "utf8")).toMatch(
    /^input,step,class,confidence\r?\n.*,0,above,0\.\d+\r?\n.*,1,below,0\.\d+\r?\n$/,
  );
  // votes are counted for one class a row
  for (const words of [
    ["evaluate", "tags.safetensors", "tags.safetensors", "tags.json"],
    ["predict", "tags.safetensors", "tags.safetensors", "[5,-9]", "--voting", "hard"],
  ])
    expect((await place.run(words)).stderr).toMatch(
      /^nabla: ensemble: tags\.safetensors has targets for each step/,
    );
  // a label is one of a row: steps have their own
  place.write("one.json", JSON.stringify([{ x: [5], label: ["below"] }]));
  const one = await predict("tags.safetensors", "one.json", "--json");
  expect(one.stderr).toBe("");
  expect(JSON.parse(one.stdout)).not.toHaveProperty("label");
  // a table: told that steps have labels, and which column it is
  const table = ["train", "tags.csv", "--sequence", "walk", "--targets", "each", "--time", "t", "--ignore"];
  const same = await place.run([...table, "sum", "--label", "tag", ...flags, "same.safetensors"]);
  expect(same.stderr).toBe("");
  expect(done(same).testAccuracy).toBeGreaterThan(0.9);
  expect((await predict("same.safetensors", "tags.csv")).stdout).toMatch(
    /tags\.csv#0: (above|below)( (above|below)){2}\n/,
  );
  // numbers
  const sums = await place.run([...table, "tag", "--label", "sum", ...flags, "sums.safetensors"]);
  expect(sums.stderr).toBe("");
  expect(done(sums).testMeanAbsoluteError).toBeLessThan(1.5);
  expect((await predict("sums.safetensors", "[5,-9]")).stderr).toBe("");
  expect((await predict("sums.safetensors", "[5,-9]")).stdout.trim()).toMatch(/: [3-6][\d.]* -[2-6][\d.]*$/);
  const mlp = await place.run(["train", "tags.json", "--model", "mlp"]);
  expect(mlp.stderr).toMatch(
    /--model mlp gives one answer for a row; tags\.json has a target for each step: --model gru or lstm/,
  );
  // numbers are scaled as they were
  const constant = ["--schedule", "constant"];
  const numbers = (epochs: number) =>
    place.run([
      ...table,
      "tag",
      "--label",
      "sum",
      ...constant,
      "--epochs",
      `${epochs}`,
      "--out",
      `${epochs}.safetensors`,
    ]);
  const whole = done(await numbers(5));
  done(await numbers(3));
  const on = await place.run(["train", "tags.csv", "--resume", "3.safetensors", "--epochs", "5"]);
  expect(on.stderr).toBe("");
  expect(done(on).weightsSha256).toBe(whole.weightsSha256);
});

test.each([
  [["train", "bad.json"], /bad\.json: row 1: an empty sequence/],
  [["train", "broken.json"], /broken\.json: not valid JSON/],
  [["train", "config.json"], /config\.json: a configuration, not data; --config config\.json/],
  [["train", "ok.json", "--steps", "1"], /row 0: length 2 is beyond the 1 steps; .*--keep-steps/],
  [["train", "ok.json", "--split", "time"], /--split is for CSV files/],
  [["train", "ok.json", "--window", "3"], /--window: expected --forecast/],
  [
    ["train", "ok.csv", "--forecast", "1", "--steps", "2"],
    /--steps is for sequences; ok\.csv is something else/,
  ],
  [["train", "t.txt", "--model", "chars", "--ids"], /--ids is for sequences; t\.txt is something else/],
  [
    ["train", "xor", "--unknown", "token"],
    /--unknown is for texts \(--model chars, words, chars-lstm, chars-gru, words-lstm, words-gru\); xor is/,
  ],
  [
    ["train", "ok.csv", "--forecast", "1", "--unknown", "token"],
    /--unknown is for texts \(--model chars, words, chars-lstm.*\); ok\.csv is read as a series/,
  ],
  [["data", "steps.csv", "--sequence", "nope"], /steps\.csv: .*nope/],
  [["data", "steps.csv", "--sequence", "s", "--time", "nope"], /steps\.csv: .*nope/],
  // of a table that would be refused without them as well, which is then only said
  [["data", "empty.csv", "--targets", "each"], /empty\.csv/],
  [["data", "empty.csv", "--ids"], /empty\.csv/],
  [["data", "empty.csv", "--steps", "3"], /empty\.csv/],
  [["data", "empty.csv", "--keep-steps", "last"], /empty\.csv/],
  [["data", "commas.csv", "--decimal", "."], /commas\.csv: /],
  [
    ["train", "t.txt", "--model", "chars", "--unknown", "error"],
    /1 character is \("z" 2 times\) not in the vocabulary/,
  ],
  [["train", "xor", "--ids"], /--ids is for sequences; xor is something else/],
  [
    ["train", "xor", "--model", "gru"],
    /--model gru is for sequences: expected rows \[steps, features\], those of xor are \[2\]/,
  ],
] as const)("%j is refused", async (args, message) => {
  place.write("bad.json", '[{"x":[1],"label":"a"},{"x":[],"label":"b"}]');
  place.write("ok.json", JSON.stringify(Array.from({ length: 20 }, (_, i) => ({ x: [i, 1], label: i % 2 }))));
  place.write("broken.json", '[{"x":[1],');
  place.write("config.json", '{"nabla":1,"model":{"layers":[]}}');
  place.write("ok.csv", "x\n1\n2\n3\n4\n5\n6\n7\n8\n");
  place.write("steps.csv", "s,t,x,label\n1,1,2,a\n1,2,3,a\n2,1,4,b\n2,2,5,b\n");
  place.write("empty.csv", "x,label\n1,\n2,\n3,\n");
  place.write("commas.csv", 'x;label\n"1,5";a\n"2,5";b\n"3,5";a\n');
  place.write("t.txt", `${"abc ".repeat(50)}abz abz`);
  const { code, stderr } = await place.run(args);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
});
