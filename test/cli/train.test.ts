import { existsSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { done, type Event, events, flowers, idxFolder, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

test("piped, training says one JSON object a line: start, epochs from 1, done", async () => {
  const args = [
    "train",
    "moons",
    "--samples",
    "200",
    "--epochs",
    "3",
    "--validation-split",
    "0.1",
    "--out",
    "moons.safetensors",
  ];
  const result = await place.run(args);
  expect(result.stderr).toBe("");
  const all = events(result.stdout);
  expect(all.map(({ event }) => event)).toEqual(["start", "epoch", "epoch", "epoch", "done"]);
  const figures = {
    loss: expect.any(Number),
    accuracy: expect.any(Number),
    samplesPerSecond: expect.any(Number),
  };
  all.slice(1, 4).forEach((event, i) => {
    expect(event).toMatchObject({
      epoch: i + 1,
      ...figures,
      valLoss: expect.any(Number),
      valAccuracy: expect.any(Number),
    });
  });
  expect(done(result)).toMatchObject({
    epochs: 3,
    seconds: expect.any(Number),
    testLoss: expect.any(Number),
    testAccuracy: expect.any(Number),
    weightsSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    out: "moons.safetensors",
  });
});

test("the same command gives the same weights, another seed gives others", async () => {
  const train = async (seed: string) =>
    done(await place.run(["train", "blobs", "--samples", "90", "--epochs", "2", "--seed", seed]))
      .weightsSha256;
  const first = await train("1");
  expect(await train("1")).toBe(first);
  expect(await train("2")).not.toBe(first);
});

test("--ignore leaves columns of a table out, also when resuming", async () => {
  const lines = flowers().trim().split("\n");
  const table = lines.map((line, i) => `${i ? `nr ${i}` : "id"},${line},${i ? "seen" : "note"}`).join("\n");
  place.write("noted.csv", table);
  const args = ["train", "noted.csv", "--label", "kind", "--epochs", "2", "--out", "noted.safetensors"];
  expect((await place.run(args)).stderr).toMatch(
    /column "id": free text or ids .* --ignore id leaves it out/,
  );
  const plain = await place.run(["data", "noted.csv", "--label", "kind", "--ignore", "id,note"]);
  expect(plain.stdout).toContain("columns: length, width, petals\n");
  expect(events((await place.run([...args, "--ignore", "id, note"])).stdout)[0]).toMatchObject({
    inputShape: [3],
  });
  const { code, stdout } = await place.run(["evaluate", "noted.safetensors", "noted.csv", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ part: "test", rows: 12 });
  const other = [...args, "--ignore", "id,note,width", "--resume", "noted.safetensors", "--epochs", "3"];
  expect((await place.run(other)).stderr).toMatch(
    /trained on the columns length, width, petals to predict kind; give the same/,
  );
  expect((await place.run([...args, "--ignore", "it"])).stderr).toMatch(
    /no column "it"; did you mean "id"\?/,
  );
  expect((await place.run([...args, "--ignore", "id,"])).stderr).toMatch(
    /--ignore: expected names .* got "id,"/,
  );
  expect((await place.run(["train", "xor", "--ignore", "id"])).stderr).toMatch(/--ignore is for CSV files/);
});

test("without --out nothing is saved", async () => {
  const { stdout } = await place.run(["train", "xor", "--epochs", "1"]);
  expect(events(stdout).at(-1)).not.toHaveProperty("out");
  expect(existsSync(place.path("nabla-checkpoint.safetensors"))).toBe(false);
});

test("--quiet says nothing, with --json only how it ended", async () => {
  expect((await place.run(["train", "xor", "--epochs", "2", "--quiet"])).stdout).toBe("");
  const { stdout } = await place.run(["train", "xor", "--epochs", "2", "--quiet", "--json"]);
  expect(events(stdout).map(({ event }) => event)).toEqual(["done"]);
});

test.each([
  ["perceptron", "and", ["--epochs", "10"], { accuracy: 1 }],
  ["logistic", "blobs", ["--samples", "200"], { accuracy: expect.any(Number) }],
  ["linear", "sine", ["--samples", "200"], { meanAbsoluteError: expect.any(Number) }],
  [
    "nielsen",
    "digits",
    ["--samples", "100", "--hidden", "5", "--epochs", "1"],
    { accuracy: expect.any(Number) },
  ],
  [
    "mlp",
    "xor",
    ["--hidden", "8", "--activation", "tanh", "--learning-rate", "0.5", "--epochs", "200"],
    { accuracy: 1 },
  ],
])("preset %s", async (model, data, more, expected) => {
  const result = await place.run(["train", data, "--model", model, ...more]);
  done(result);
  expect(events(result.stdout).at(-2)).toMatchObject(expected);
});

test("Nielsen's network is the one of his book", async () => {
  done(
    await place.run([
      "train",
      "digits",
      "--samples",
      "50",
      "--epochs",
      "1",
      "--model",
      "nielsen",
      "--out",
      "n.safetensors",
    ]),
  );
  const { stdout } = await place.run(["summary", "n.safetensors", "--json"]);
  const summary = JSON.parse(stdout) as { layers: Event[]; parameters: number; training: object };
  expect(summary.parameters).toBe(784 * 30 + 30 + 30 * 10 + 10);
  expect(summary.layers.map(({ activation }) => activation)).toEqual([undefined, "sigmoid", "sigmoid"]);
  expect(summary.training).toMatchObject({
    loss: { name: "quadratic" },
    optimizer: { name: "sgd", learningRate: 3 },
    batchSize: 10,
  });
});

test("options override presets", async () => {
  const options = [
    "--hidden",
    "7,6",
    "--activation",
    "tanh",
    "--optimizer",
    "adam",
    "--l2",
    "0.001",
    "--batch-size",
    "9",
  ];
  const more = [
    "--clip-norm",
    "1",
    "--schedule",
    "cosine+warmup:1",
    "--initializer",
    "lecunNormal",
    "--seed",
    "5",
  ];
  done(
    await place.run([
      "train",
      "blobs",
      "--samples",
      "90",
      "--epochs",
      "2",
      ...options,
      ...more,
      "--out",
      "o.safetensors",
    ]),
  );
  const summary = JSON.parse((await place.run(["summary", "o.safetensors", "--json"])).stdout);
  expect(summary.layers.map((layer: { outputShape: number[] }) => layer.outputShape)).toEqual([
    [7],
    [6],
    [3],
  ]);
  expect(summary.training).toMatchObject({
    optimizer: { name: "adam", learningRate: 0.001, clipNorm: 1 },
    schedule: { name: "cosine", warmupEpochs: 1 },
    batchSize: 9,
    seed: 5,
    epochs: 2,
  });
});

test("--patience stops early and says why", async () => {
  const { stdout } = await place.run([
    "train",
    "moons",
    "--samples",
    "100",
    "--epochs",
    "300",
    "--patience",
    "2",
  ]);
  const last = events(stdout).at(-1)!;
  expect(last.epochs).toBeLessThan(300);
  expect(last.stopped).toMatch(/valLoss has not improved/);
});

test("a configuration file says it all; options go before it", async () => {
  const config = {
    nabla: 1,
    model: {
      layers: [
        { type: "dense", units: 4, activation: "tanh" },
        { type: "dense", units: 3, activation: "softmax" },
      ],
    },
    training: {
      loss: "categoricalCrossentropy",
      optimizer: { name: "sgd", learningRate: 0.1 },
      epochs: 4,
      metrics: ["accuracy"],
    },
  };
  place.write("config.json", JSON.stringify(config));
  const last = done(await place.run(["train", "blobs", "--samples", "60", "--config", "config.json"]));
  expect(last.epochs).toBe(4);
  expect(
    done(await place.run(["train", "blobs", "--samples", "60", "--model", "config.json", "--epochs", "2"]))
      .epochs,
  ).toBe(2);
});

test("IDX folders: images are flattened, and the report shows pictures", async () => {
  const data = idxFolder(place, "images");
  const last = done(
    await place.run([
      "train",
      data,
      "--epochs",
      "2",
      "--out",
      "images.safetensors",
      "--report",
      "images.html",
    ]),
  );
  expect(last).toMatchObject({ out: "images.safetensors", report: "images.html" });
  const page = readFileSync(place.path("images.html"), "utf8");
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toContain("data:image/png;base64,");
  expect(page).toContain("Confusion matrix");
  // nothing is fetched from anywhere
  expect(page).not.toMatch(/(src|href)="(?!data:)/);
  expect(page).not.toMatch(/@import|url\((?!data:)/);
});

test("names from the data cannot put anything into the report", async () => {
  place.write("evil.csv", flowers(30).replaceAll("rose", "<script>alert(1)</script>"));
  done(await place.run(["train", "evil.csv", "--report", "evil.html", "--epochs", "1"]));
  const page = readFileSync(place.path("evil.html"), "utf8");
  expect(page).not.toContain("<script>alert");
  expect(page).toContain("&lt;script&gt;alert");
});

test("figures of targets that are scaled are in their unit, shares of them too", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 9},${(i * 7) % 13},${200_000 + 30_000 * (i % 9)}`);
  place.write("houses.csv", `rooms,age,price\n${rows.join("\n")}\n`);
  const config = (metrics: string[]) =>
    place.write(
      "houses.json",
      JSON.stringify({
        nabla: 1,
        model: { inputShape: [2], layers: [{ type: "dense", units: 1 }] },
        training: { loss: "meanSquaredError", metrics, epochs: 1 },
      }),
    );
  const args = ["train", "houses.csv", "--task", "regression", "--config"];
  const last = done(await place.run([...args, config(["rmse", "mse", "medianAbsoluteError", "mape"])]));
  // of prices from 200,000 to 440,000; of scaled ones some would be near 0
  const { testMape } = last as unknown as Record<string, number>;
  expect(testMape! > 0.05 && testMape! < 150).toBe(true);
  const { testRmse, testMse, testMedianAbsoluteError } = last as unknown as Record<string, number>;
  expect(testRmse).toBeCloseTo(Math.sqrt(testMse!), 0);
  expect(testRmse).toBeGreaterThan(1000);
  expect(testMedianAbsoluteError).toBeGreaterThan(1000);
});

test("the report of a regression has predictions against truth, in the table's own unit", async () => {
  const prices = Array.from(
    { length: 60 },
    (_, i) => `${i % 9},${(i * 7) % 13},${200_000 + 30_000 * (i % 9)}`,
  );
  place.write("prices.csv", `rooms,age,price\n${prices.join("\n")}\n`);
  done(
    await place.run([
      "train",
      "prices.csv",
      "--task",
      "regression",
      "--epochs",
      "50",
      "--report",
      "prices.html",
    ]),
  );
  const page = readFileSync(place.path("prices.html"), "utf8");
  expect(page).toContain("<h3>Predicted against true</h3>");
  expect(page).toContain("<h3>Residuals</h3>");
  // 12 rows were kept out, each in both plots
  expect(page.match(/<circle /g)).toHaveLength(24);
  expect(page).toContain(">400,000</text>");
  expect(page).toContain("<dt>r2, test part</dt>");
});
