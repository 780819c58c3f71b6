/** Uses what was added to a copy of the sources, wherever it should be known; prints what came of it as JSON. Bundled and run in the copy. */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { main } from "../../../src/cli/main.ts";
import { exportWasm } from "../../../src/export/index.ts";
import * as nabla from "../../../src/index.ts";
import { openData } from "../../../src/node/index.ts";
import { parseSchedule } from "../../../src/schedules/parse.ts";

/** What only the copy has. */
const { scaling, epochLimit } = nabla as unknown as Record<string, (options: object) => never>;
const added = (options: object) => options as never;
const { configOf, dense, fromConfig, load, sequential, weightsSha256 } = nabla;

const values = (n: number, step: number) =>
  Float32Array.from({ length: n }, (_, i) => ((i * step) % 11) / 11 - 0.5);
const rows = { x: values(24 * 3, 7), y: values(24 * 2, 5) };
const data = nabla.arrayDataset({ data: rows.x, shape: [24, 3] }, { data: rows.y, shape: [24, 2] });

const training = {
  loss: { name: "fourthPower", factor: 2 },
  optimizer: { name: "heavyBall", learningRate: 0.1, keep: 0.25 },
  schedule: { name: "falling", floor: 0.2 },
  metrics: ["largestError"],
};
const settings = { batchSize: 24, epochs: 4, rateScale: 0.5 };
const documentOf = (units: number) =>
  added({
    nabla: 1,
    model: {
      inputShape: [3],
      layers: [
        { type: "scaling", factor: 3 },
        { type: "dense", units, activation: "rootSigmoid" },
      ],
    },
    training: { ...training, ...settings, epochLimit: { limit: 3 } },
  });
const document = documentOf(2);
const plain = (weights: Record<string, Float32Array>) =>
  Object.fromEntries(Object.entries(weights).map(([name, all]) => [name, [...all]]));

async function whole() {
  const { model, fit } = fromConfig(document);
  const begun = plain(model.weights());
  const history = await model.fit(data, { ...fit, validationData: data });
  return { model, begun, history };
}

/** The message of what is thrown. */
async function refusal(does: () => unknown): Promise<string> {
  try {
    await does();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("expected an error");
}

async function program(worker: boolean): Promise<string> {
  const model = sequential([
    scaling({ factor: 3, inputShape: [3] }),
    dense(added({ units: 2, activation: "rootSigmoid" })),
  ]);
  model.compile(added(training));
  await model.fit(data, added({ ...settings, worker, callbacks: [epochLimit({ limit: 3 })] }));
  return weightsSha256(model);
}

/** A checkpoint after the first epoch. */
async function interrupted(): Promise<Uint8Array> {
  const { model, fit } = fromConfig(document);
  const stop = new AbortController();
  let bytes: Uint8Array | undefined;
  const onEpochEnd = () => {
    bytes ??= model.save();
    stop.abort();
  };
  await model
    .fit(data, { ...fit, callbacks: [...fit.callbacks!, { onEpochEnd }], signal: stop.signal })
    .catch(() => {});
  return bytes!;
}

async function resumed() {
  const bytes = await interrupted();
  const on = async (options: object) => {
    const model = load(bytes);
    const history = await model.fit(
      data,
      added({ resume: true, callbacks: [epochLimit({ limit: 3 })], ...options }),
    );
    return { model, history };
  };
  const { model, history } = await on({});
  return {
    sha: weightsSha256(model),
    epochs: history.epoch.length,
    training: configOf(model).training,
    otherOption: await refusal(() => on({ rateScale: 1 })),
    noCallback: await refusal(() => on({ callbacks: [] })),
  };
}

async function predictions(model: nabla.Model) {
  const inputs = { data: rows.x, shape: [24, 3] };
  const own = [...model.predict(inputs).data];
  const small = await import(pathToFileURL("out/predict.js").href);
  const light = [...small.load(model.save()).predict(inputs).data] as number[];
  const { instance } = (await WebAssembly.instantiate(exportWasm(model), {})) as unknown as {
    instance: { exports: Record<string, (...of: number[]) => number> & { memory: WebAssembly.Memory } };
  };
  const { memory, ...run } = instance.exports;
  new Float32Array(memory.buffer, run.input!(), rows.x.length).set(rows.x);
  run.predict!(24);
  const exported = [...new Float32Array(memory.buffer, run.output!(), 48)];
  return { own, light, exported };
}

/** What the command line says. */
async function command(...words: string[]) {
  const said = { stdout: "", stderr: "" };
  const into = (stream: keyof typeof said) => ({ write: (text: string) => void (said[stream] += text) });
  const code = await main(words, {
    stdin: (async function* () {})(),
    stdout: into("stdout"),
    stderr: into("stderr"),
  } as never);
  return { code, ...said };
}

async function commands() {
  const how =
    "--hidden 4 --activation rootSigmoid --loss fourthPower --optimizer heavyBall --schedule falling:0.2";
  const more = "--rate-scale 0.5 --epochs 2 --validation-split 0 --out cost.safetensors --quiet";
  const trained = await command("train", "rows.txt", ...how.split(" "), ...more.split(" "));
  const { readFileSync } = await import("node:fs");
  writeFileSync("net.json", JSON.stringify(documentOf(1)));
  const byFile = await command(
    "train",
    "rows.txt",
    "--config",
    "net.json",
    "--batch-size",
    "8",
    "--out",
    "file.safetensors",
    "--json",
  );
  if (byFile.code !== 0) throw new Error(byFile.stderr);
  const saved = load(readFileSync("file.safetensors"));
  return {
    trained,
    config: trained.code === 0 && configOf(load(readFileSync("cost.safetensors"))),
    byFile: {
      code: byFile.code,
      stderr: byFile.stderr,
      epochs: byFile.stdout.split('"event":"epoch"').length - 1,
    },
    kept: (saved.metadata.extra as { training?: object }).training,
    resumed: await command(
      "train",
      "rows.txt",
      "--resume",
      "file.safetensors",
      "--rate-scale",
      "2",
      "--quiet",
    ),
    help: (await command("train", "--help")).stdout,
    misspelt: (await command("train", "rows.txt", "--optimizer", "heavyBal")).stderr,
  };
}

async function errors() {
  const layers = [{ type: "scalin" }];
  const compiled = (options: object) =>
    refusal(() => sequential([dense({ units: 1, inputShape: [3] })]).compile(added(options)));
  return {
    layer: await refusal(() =>
      fromConfig(added({ nabla: 1, model: { inputShape: [3], layers }, training: { loss: "huber" } })),
    ),
    optimizer: await compiled({ loss: "huber", optimizer: "heavyBal" }),
    loss: await compiled({ loss: "fourthPowr" }),
    activation: await refusal(
      () =>
        dense(added({ units: 1, activation: "rootSigmod" })) &&
        sequential([dense(added({ units: 1, activation: "rootSigmod" }))]),
    ),
    schedule: await refusal(() => parseSchedule("fallin:1")),
    metric: await compiled({ loss: "huber", metrics: ["largestErro"] }),
    callback: await refusal(() =>
      fromConfig(added({ ...(document as object), training: { ...training, epochLimt: {} } })),
    ),
    option: await refusal(() => fromConfig(document).model.fit(data, added({ rateScal: 1 }))),
    reader: await refusal(() => openData("odd.bin")),
    readerOption: await refusal(() => openData("rows.txt", added({ scaledBi: 2 }))),
  };
}

const text = Array.from({ length: 24 }, (_, r) =>
  [...rows.x.subarray(3 * r, 3 * r + 3), rows.y[2 * r]].join(" "),
);
writeFileSync("rows.txt", `#numbers\n${text.join("\n")}\n`);
writeFileSync("odd.bin", Uint8Array.of(1, 0, 2, 0));
const { model, begun, history } = await whole();
const opened = await openData("rows.txt", added({ scaledBy: 2 }));
const [read, targets] = [new Float32Array(72), new Float32Array(24)];
await opened.train.read(
  Uint32Array.from({ length: 24 }, (_, i) => i),
  read,
  targets,
);
const told = {
  rows: { x: [...rows.x], y: [...rows.y] },
  begun,
  ended: plain(model.weights()),
  history,
  sha: { document: weightsSha256(model), program: await program(false), worker: await program(true) },
  resumed: await resumed(),
  predictions: await predictions(model),
  schedule: parseSchedule("falling:0.2+warmup:1"),
  opened: { kind: opened.kind, x: [...read], y: [...targets] },
  errors: await errors(),
  commands: await commands(),
};
/** As JSON has it. */
export type Told = typeof told;
process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0));
