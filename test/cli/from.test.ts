/** nabla train --from: the body of a trained model for other data, with the model's own scale of inputs. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { idxBytes } from "../data/helpers.ts";
import { done, events, flowers, idxFolder, type Result, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
const model = (name: string) => load(readFileSync(place.path(name)), name);

/** As flowers(), other kinds of other sizes. */
function trees(kinds: readonly string[], rows = 80): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const k = i % kinds.length;
    const noise = ((i * 29) % 13) / 10;
    return [20 + 3 * k + noise, 7 + ((i * 3) % 5) / 10, 300 - 40 * k + 10 * noise, kinds[k]].join(",");
  });
  return `length,width,petals,kind\n${lines.join("\n")}\n`;
}

const prices = (factor: number) =>
  `size,rooms,price\n${Array.from({ length: 60 }, (_, i) => `${50 + i},${1 + (i % 4)},${factor * (1000 + 20 * i + (i % 4))}`).join("\n")}\n`;

const start = ({ stdout }: Result) => events(stdout)[0];

beforeAll(async () => {
  place.write("flowers.csv", flowers());
  place.write("trees.csv", trees(["ash", "elm", "fir", "oak"]));
  place.write("two.csv", trees(["ash", "oak"]));
  place.write("more.csv", flowers(40).replace(/^(\d)/gm, "1$1"));
  done(
    await place.run([
      ...["train", "flowers.csv", "--model", "mlp", "--epochs", "20", "--hidden", "12,8", "--seed", "4"],
      ...["--out", "flowers.safetensors", "--momentum", "0.8"],
    ]),
  );
});

const FROM = ["--from", "flowers.safetensors"];

describe("other classes", () => {
  test("get a head of their own on the same body; inputs keep the model's scale, settings the model's", async () => {
    const result = await place.run(["train", "trees.csv", ...FROM, "--freeze", "--out", "trees.safetensors"]);
    expect(done(result).testAccuracy).toBeGreaterThan(0.5);
    // 8 · 4 weights and 4 biases
    expect(start(result)).toMatchObject({
      from: "flowers.safetensors",
      keepsHead: false,
      trainable: 36,
      epochs: 20,
      seed: 4,
    });
    const [old, tuned] = [model("flowers.safetensors"), model("trees.safetensors")];
    expect(tuned.metadata.classes).toEqual(["ash", "elm", "fir", "oak"]);
    expect(tuned.metadata.standardisation).toEqual(old.metadata.standardisation);
    expect(internalsOf(tuned).state.required.optimizer).toMatchObject({ name: "nesterov", momentum: 0.8 });
    const weights = tuned.weights();
    for (const [name, values] of Object.entries(old.weights())) {
      if (name.startsWith("output.")) expect(weights[name].length).not.toBe(values.length);
      else expect(weights[name], name).toEqual(values);
    }
    // what evaluate says of it is what training said
    const evaluated = await place.run(["evaluate", "trees.safetensors", "trees.csv", "--json"]);
    expect(JSON.parse(evaluated.stdout).accuracy).toBe(done(result).testAccuracy);
  });

  test("without --freeze everything is trained, also what was frozen before", async () => {
    const result = await place.run(["train", "trees.csv", ...FROM, "--out", "all.safetensors"]);
    expect(start(result).trainable).toBe(start(result).parameters);
    const second = await place.run([
      ...["train", "trees.csv", "--from", "trees.safetensors", "-r", "0.0001", "--epochs", "1"],
      ...["--out", "third.safetensors"],
    ]);
    expect(start(second)).toMatchObject({ keepsHead: true, trainable: start(second).parameters });
    const [before, after] = [model("trees.safetensors").weights(), model("third.safetensors").weights()];
    for (const name of Object.keys(before)) {
      expect(after[name], name).not.toEqual(before[name]);
      after[name].forEach((value, i) => {
        expect(Math.abs(value - before[name][i])).toBeLessThan(0.01);
      });
    }
  });

  test("two classes", async () => {
    const result = await place.run(["train", "two.csv", ...FROM, "--freeze", "--epochs", "40"]);
    expect(start(result)).toMatchObject({ keepsHead: false, trainable: 18 });
    expect(done(result).testAccuracy).toBe(1);
  });

  test("the seed decides the new head", async () => {
    const sha = async (...flags: string[]) =>
      done(await place.run(["train", "trees.csv", ...FROM, "--epochs", "1", ...flags])).weightsSha256;
    expect(await sha()).toBe(await sha("--seed", "4"));
    expect(await sha("--seed", "5")).not.toBe(await sha());
  });
});

test("the same classes in other data keep the head", async () => {
  const result = await place.run([
    "train",
    "more.csv",
    ...FROM,
    "--epochs",
    "1",
    "-r",
    "0.000001",
    "--quiet",
    "--out",
    "more.safetensors",
  ]);
  expect(result.code).toBe(0);
  const [old, tuned] = [model("flowers.safetensors").weights(), model("more.safetensors").weights()];
  for (const [name, values] of Object.entries(old))
    values.forEach((value, i) => {
      expect(tuned[name][i], name).toBeCloseTo(value, 3);
    });
});

test("so do classes that are numbers, where there are as many", async () => {
  const idx = (name: string, classes: number) =>
    idxFolder(place, name, {
      "train-labels-idx1-ubyte": idxBytes(
        8,
        [20],
        Uint8Array.from({ length: 20 }, (_, i) => i % classes),
      ),
    });
  const base = ["--batch-size", "5", "--epochs", "1"];
  done(await place.run(["train", idx("three", 3), ...base, "--out", "three.safetensors"]));
  for (const [folder, keepsHead] of [
    [idx("again", 3), true],
    [idx("four", 4), false],
  ] as const) {
    const result = await place.run(["train", folder, "--from", "three.safetensors", "--freeze", ...base]);
    expect(start(result)).toMatchObject({ keepsHead });
    expect(done(result).epochs).toBe(1);
  }
});

test("numbers of the same column keep head and unit; classes after numbers get a head", async () => {
  place.write("prices.csv", prices(1));
  place.write("dear.csv", prices(1.1));
  place.write(
    "kinds.csv",
    prices(1)
      .replace(/^(\d+,(\d),).*$/gm, "$1r$2")
      .replace("price", "kind"),
  );
  done(await place.run(["train", "prices.csv", "--epochs", "30", "--out", "prices.safetensors"]));
  const dear = await place.run([
    ...["train", "dear.csv", "--from", "prices.safetensors", "--freeze", "--epochs", "1"],
    ...["--out", "dear.safetensors"],
  ]);
  expect(start(dear)).toMatchObject({ keepsHead: true, trainable: 51 });
  const scale = (name: string) => model(name).metadata.targetScale;
  expect(scale("prices.safetensors")).toMatchObject({ columns: ["price"] });
  expect(scale("dear.safetensors")).toEqual(scale("prices.safetensors"));
  const kinds = await place.run([
    "train",
    "kinds.csv",
    "--from",
    "prices.safetensors",
    "--epochs",
    "30",
    "--out",
    "k.safetensors",
  ]);
  expect(start(kinds)).toMatchObject({ keepsHead: false });
  expect(model("k.safetensors").outputShape).toEqual([4]);
  expect(internalsOf(model("k.safetensors")).state.required.loss.name).toBe("categoricalCrossentropy");
  expect(done(kinds).testAccuracy).toBeGreaterThan(0.5);
});

test("pictures are brought to the size of the model's", async () => {
  const put = (folder: string, kind: string, side: number) => {
    mkdirSync(place.path(`${folder}/${kind}`), { recursive: true });
    for (let i = 0; i < 12; i++) {
      const data = Uint8Array.from({ length: side * side }, (_, p) => (p * (kind.length + 1) + i * 5) % 256);
      place.write(`${folder}/${kind}/${i}.png`, encode({ width: side, height: side, data, channels: 1 }));
    }
  };
  for (const kind of ["a", "bbb"]) put("small", kind, 8);
  for (const kind of ["cc", "ddddd", "eeeeeeee"]) put("large", kind, 20);
  const base = ["--epochs", "1", "--batch-size", "4"];
  done(await place.run(["train", "small", "--size", "8", ...base, "--out", "small.safetensors"]));
  const result = await place.run([
    ...["train", "large", "--from", "small.safetensors", "--freeze", ...base],
    ...["--out", "large.safetensors"],
  ]);
  expect(start(result)).toMatchObject({ keepsHead: false, inputShape: [8, 8, 1] });
  expect(done(result).out).toBe("large.safetensors");
  expect(model("large.safetensors").metadata.classes).toEqual(["cc", "ddddd", "eeeeeeee"]);
  const other = await place.run(["train", "large", "--from", "small.safetensors", "--size", "9"]);
  expect(other.stderr).toMatch(/was trained on inputs \[8, 8, 1\], but large has inputs \[9, 9, 1\]/);
});

test("resumed, with the same command or without --from, the bits are those of an uninterrupted run", async () => {
  const base = ["train", "trees.csv", ...FROM, "--freeze", "--schedule", "constant"];
  const whole = done(await place.run([...base, "--epochs", "5"]));
  for (const command of [base, ["train", "trees.csv"]]) {
    done(await place.run([...base, "--epochs", "2", "--out", "part.safetensors"]));
    const rest = await place.run([...command, "--epochs", "5", "--resume", "part.safetensors"]);
    expect(done(rest).weightsSha256).toBe(whole.weightsSha256);
  }
});

describe("what does not fit is an error that says so", () => {
  beforeAll(() => {
    const pixels = Array.from({ length: 784 }, (_, i) => `p${i}`);
    const row = (r: number) => pixels.map((_, i) => (i * 7 + r) % 256).join(",");
    place.write(
      "wide.csv",
      `${pixels.join(",")},kind\n${Array.from({ length: 6 }, (_, r) => `${row(r)},${r % 2 ? "a" : "b"}`).join("\n")}\n`,
    );
  });

  test.each([
    [
      ["train", "moons", ...FROM],
      /--from: flowers\.safetensors was trained on inputs \[3\], but moons has inputs \[2\]/,
    ],
    [
      ["train", "trees.csv", ...FROM, "--ignore", "width"],
      /was trained on the columns length, width, petals, but trees\.csv has length, petals; .*--ignore/,
    ],
    [["train", "trees.csv", ...FROM, "--hidden", "5"], /--hidden: with --from the layers are those of/],
    [["train", "trees.csv", "--freeze"], /--freeze: expected --from FILE as well/],
    [["train", "trees.csv", ...FROM, "--folds", "3"], /--folds: .*leave --from and --freeze out/],
    [["train", "trees.csv", "--from", "nowhere.safetensors"], /nowhere\.safetensors: .*no such file/],
    [["train", "trees.csv", "--from", "trees.csv"], /this is a text file, not a model/],
  ])("%j", async (args, message) => {
    const { code, stderr } = await place.run(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("pixels of another kind", async () => {
    done(
      await place.run(["train", "digits", "--samples", "60", "--epochs", "1", "--out", "digits.safetensors"]),
    );
    const { code, stderr } = await place.run(["train", "wide.csv", "--from", "digits.safetensors"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /was trained on uint8 inputs scaled by 1\/255, but wide\.csv has float32 inputs scaled by 1;/,
    );
  });
});

test("a head that has learned without a scale keeps its unit, with --from and --other-data", async () => {
  place.write("homes.csv", prices(100));
  const train = ["train", "homes.csv", "--epochs", "1", "-r", "1e-30", "--schedule", "constant"];
  done(await place.run([...train, "--out", "unscaled.safetensors"]));
  const old = model("unscaled.safetensors");
  const { targetScale, ...metadata } = old.metadata;
  const { mean, scale } = targetScale!;
  // the same predictions, of the model itself
  const { "output.kernel": kernel, "output.bias": bias } = old.weights();
  old.setWeights({
    "output.kernel": kernel!.map((value) => value * scale[0]!),
    "output.bias": bias!.map((value) => value * scale[0]! + mean[0]!),
  });
  old.metadata = metadata;
  writeFileSync(place.path("unscaled.safetensors"), old.save());
  const x = Float32Array.of(0.5, -0.5);
  const before = old.predict(x).data[0]!;
  expect(before).toBeGreaterThan(50_000);
  for (const flags of [["--from"], ["--other-data", "--epochs", "2", "--resume"]]) {
    done(await place.run([...train, ...flags, "unscaled.safetensors", "--out", "on.safetensors"]));
    const on = model("on.safetensors");
    expect(on.metadata.targetScale).toBeUndefined();
    expect(on.predict(x).data[0]! / before).toBeCloseTo(1, 4);
  }
  // another column is another head, with a scale of its own
  place.write("area.csv", prices(100).replace("price", "tax"));
  const other = await place.run([
    ...["train", "area.csv", "--from", "unscaled.safetensors", "--epochs", "1", "--out", "tax.safetensors"],
  ]);
  expect(start(other)).toMatchObject({ keepsHead: false });
  expect(model("tax.safetensors").metadata.targetScale).toMatchObject({ columns: ["tax"] });
});

describe("a target for each step", () => {
  const small = ["--hidden", "4", "--epochs", "2", "--seed", "1"];
  /** Walks with what is told of each step of them, by the sum so far. */
  const walks = (told: (sum: number) => unknown, steps = 4) =>
    JSON.stringify(
      Array.from({ length: 30 }, (_, r) => {
        let sum = 0;
        const x = Array.from({ length: 2 + (r % (steps - 1)) }, (_, t) =>
          Math.round(9 * Math.sin(r * 3.7 + t)),
        );
        return { x, label: x.map((value) => told((sum += value))) };
      }),
    );
  const up = (sum: number) => (sum > 0 ? "up" : "down");
  beforeAll(async () => {
    place.write(
      "sums.json",
      walks((sum) => sum),
    );
    place.write("ways.json", walks(up));
    place.write(
      "other.json",
      walks((sum) => (sum > 0 ? "east" : "west")),
    );
    place.write(
      "three.json",
      walks((sum) => (sum > 9 ? "high" : up(sum))),
    );
    for (const name of ["sums", "ways"])
      done(
        await place.run([
          "train",
          `${name}.json`,
          "--targets",
          "each",
          ...small,
          "--out",
          `${name}.safetensors`,
        ]),
      );
  });

  test.each([
    ["ways", "sums", [4, 1], false],
    ["sums", "ways", [4, 2], false],
    ["ways", "ways", [4, 2], true],
    ["sums", "sums", [4, 1], true],
    ["ways", "other", [4, 2], false],
    ["ways", "three", [4, 3], false],
  ] as const)("from %s to %s", async (old, data, shape, keepsHead) => {
    const out = `${old}-${data}.safetensors`;
    const result = await place.run([
      "train",
      `${data}.json`,
      "--from",
      `${old}.safetensors`,
      "--epochs",
      "1",
      "--out",
      out,
    ]);
    expect(done(result).event).toBe("done");
    expect(start(result)).toMatchObject({ keepsHead });
    const tuned = model(out);
    expect(tuned.outputShape).toEqual(shape);
    expect(internalsOf(tuned).state.required.loss.classification).toBe(shape[1] > 1);
  });

  test("another text of the same characters keeps what tells the next one", async () => {
    place.write("a.txt", "the cat sat on the mat and the dog sat on the cat. ".repeat(8));
    place.write("b.txt", "the dog sat on the mat and the cat sat on the dog. ".repeat(8));
    const train = ["train", "a.txt", "--model", "chars-gru", "--window", "8", "--batch-size", "8"];
    done(await place.run([...train, ...small, "--out", "chars.safetensors"]));
    const result = await place.run(["train", "b.txt", "--from", "chars.safetensors", "--epochs", "1"]);
    expect(done(result).event).toBe("done");
    expect(start(result)).toMatchObject({ keepsHead: true });
  });
});
