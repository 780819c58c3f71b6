/**
 * What a new thing costs in files touched by hand: one of each kind is added to a copy of the sources, which is built and used wherever
 * such a thing should be known. Files that scripts write are not counted; they are listed.
 */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Ajv from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACTIVATIONS } from "../../src/activations/table.ts";
import { ALL as LAYERS } from "../../src/layers/all.ts";
import { type Change, type Cost, SourceCopy } from "./cost/copy.ts";
import * as facade from "./cost/facade.ts";
import * as kernels from "./cost/kernels.ts";
import { trained } from "./cost/reference.ts";
import type { Told } from "./cost/use.ts";

const here = fileURLToPath(new URL("cost", import.meta.url));
const { layer, optimizer, loss, activation } = kernels;
const { schedule, callback, metric, option, reader } = facade;
const changes: Record<string, Change> = {
  ...{ layer, optimizer, loss, activation },
  ...{ schedule, callback, metric, option, reader },
};

let copy: SourceCopy;
let told: Told;
const costs: Record<string, Cost> = {};

beforeAll(() => {
  copy = new SourceCopy();
  for (const [kind, change] of Object.entries(changes)) costs[kind] = copy.apply(change);
  cpSync(here, join(copy.folder, "test/structure/cost"), { recursive: true });
  copy.put("test/structure/cost/typed.ts", TYPED);
  const run = (script: string) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
      ...{ cwd: copy.folder, encoding: "utf8", maxBuffer: 1e8 },
    });
    // the compiler of types writes to the one, Node to the other
    if (status !== 0) throw new Error(`${script}: ${stdout}\n${stderr}`);
    return stdout;
  };
  run("test/structure/cost/make.mjs");
  told = JSON.parse(run("out/use.js"));
  // cores and types are built: over two minutes where others build as well
}, 400_000);
afterAll(() => copy?.remove());

/** Options of all that was added are typed; the compiler has to find the one that is misspelt. */
const TYPED = `import { dense, epochLimit, fromConfig, scaling, sequential } from "../../../src/index.ts";
import { openData } from "../../../src/node/index.ts";

const model = sequential([scaling({ factor: 3, inputShape: [3] }), dense({ units: 2, activation: "rootSigmoid" })]);
model.compile({
  loss: { name: "fourthPower", factor: 2 },
  optimizer: { name: "heavyBall", keep: 0.25 },
  schedule: { name: "falling", floor: 0.2 },
  metrics: ["largestError"],
});
const { kind, train } = await openData("rows.txt", { scaledBy: 2 });
if (kind === "numbers") await model.fit(train, { rateScale: 0.5, callbacks: [epochLimit({ limit: 3 })] });
fromConfig({
  nabla: 1,
  model: { inputShape: [3], layers: [{ type: "scaling", factor: 3 }] },
  training: { loss: "fourthPower", rateScale: 0.5, epochLimit: { limit: 3 } },
});
// @ts-expect-error
scaling({ factr: 3 });
`;

describe("by hand it takes", () => {
  const sum = (numbers: Record<string, number>) => Object.values(numbers).reduce((a, b) => a + b, 0);

  test.each(["layer", "optimizer", "loss", "activation"])("%s: a file on both sides, a line", (kind) => {
    const { created, lines, gone } = costs[kind]!;
    expect(created.map((path) => path.split("/")[0])).toEqual(["assembly", "src"]);
    expect([sum(lines), gone]).toEqual([1, {}]);
  });

  test.each(["schedule", "callback", "metric", "reader"])("%s: a file, a line", (kind) => {
    const { created, lines, gone } = costs[kind]!;
    expect([created.length, sum(lines), gone]).toEqual([1, 1, {}]);
  });

  test("option of fit(): a field, and the line that uses it", () => {
    const [settings, use] = ["src/training/settings.ts", "src/training/step.ts"];
    expect(costs.option).toEqual({ created: [], lines: { [settings]: 1, [use]: 1 }, gone: { [use]: 1 } });
  });

  test("nothing else, the build included: what else differs says that a script wrote it", () => {
    const each = Object.values(costs);
    expect(copy.cost()).toEqual({
      created: each.flatMap(({ created }) => created).sort(),
      lines: Object.assign({}, ...each.map(({ lines }) => lines)),
      gone: Object.assign({}, ...each.map(({ gone }) => gone)),
    });
    expect(copy.generated()).toEqual([
      "assembly/kernels.ts",
      "assembly/standalone/kernels.ts",
      "src/activations/all.ts",
      "src/callbacks/all.ts",
      "src/core/records.ts",
      "src/layers/all.ts",
      "src/losses/all.ts",
      "src/metrics/all.ts",
      "src/metrics/names.ts",
      "src/optimizers/all.ts",
      "src/schedules/all.ts",
    ]);
  });
});

describe("and it works", () => {
  test("numbers are those of the formulas", () => {
    const { rows, begun, ended, history } = told;
    const [kernel, bias] = ["dense_1.kernel", "dense_1.bias"];
    const right = trained(rows, begun[kernel]!, begun[bias]!, 3);
    const close = (values: readonly number[], expected: readonly number[]) => {
      expect(values).toHaveLength(expected.length);
      for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
    };
    close(ended[kernel]!, right.kernel);
    close(ended[bias]!, right.bias);
    expect(Object.keys(history.history)).toEqual([
      "loss",
      "largestError",
      "valLoss",
      "valLargestError",
      "learningRate",
    ]);
    close(history.history.loss!, right.losses);
    close(history.history.largestError!, right.errors);
    close(history.history.valLargestError!.slice(0, 2), right.errors.slice(1));
    close(history.history.learningRate!, right.rates);
    expect(Math.abs(ended[kernel]![0]! - begun[kernel]![0]!)).toBeGreaterThan(0.01);
    expect(history.stopped).toBe("3 epochs are enough");
  });

  test("in a program, from a document, in a worker and after a resumption, with the same bits", () => {
    const { sha, resumed } = told;
    expect([sha.program, sha.worker, resumed.sha]).toEqual([sha.document, sha.document, sha.document]);
    expect(resumed.epochs).toBe(3);
    expect(resumed.training).toMatchObject({
      loss: { name: "fourthPower", factor: 2 },
      optimizer: { name: "heavyBall", keep: 0.25 },
      schedule: { name: "falling", floor: 0.2 },
      metrics: ["largestError"],
      rateScale: 0.5,
    });
  });

  test("a resumed run asks for the same option and callback", () => {
    expect(told.resumed.otherOption).toContain("resume: rateScale was 0.5, now it is 1");
    expect(told.resumed.noCallback).toContain('a callback "epochLimit", whose state is kept');
  });

  test("in nabla/predict and exported to WebAssembly, with the same bits", () => {
    const { own, light, exported } = told.predictions;
    expect(own).toHaveLength(48);
    expect(new Set(own).size).toBeGreaterThan(10);
    expect([light, exported]).toEqual([own, own]);
  });

  test("each core has of it what it is for", () => {
    const added = /^(SCALING|ROOT_SIGMOID|FOURTH|HEAVY)/;
    const of = (core: string) =>
      WebAssembly.Module.exports(
        new WebAssembly.Module(readFileSync(join(copy.folder, `build/core/${core}.wasm`))),
      )
        .map(({ name }) => name)
        .filter((name) => added.test(name))
        .sort();
    const forward = ["ROOT_SIGMOID_FORWARD", "SCALING_FORWARD"];
    const dense = ["FOURTH_POWER", "ROOT_SIGMOID_BACKWARD", "ROOT_SIGMOID_FORWARD"];
    const images = [...dense, "SCALING_BACKWARD", "SCALING_FORWARD"];
    for (const core of ["images", "full", "predict", "standalone"]) expect(of(core), core).toEqual(forward);
    for (const [core, less] of Object.entries({
      "dense-training": dense,
      "images-training": images,
      simd: images,
    }))
      expect(of(core), core).toEqual([...less, "HEAVY_BALL"].sort());
    expect(of("dense")).toEqual(["ROOT_SIGMOID_FORWARD"]);
  });

  test("in the JSON Schema", () => {
    const check = new Ajv({ strict: false }).compile(
      JSON.parse(readFileSync(join(copy.folder, "build/schema.json"), "utf8")),
    );
    const document = JSON.parse(readFileSync(join(copy.folder, "net.json"), "utf8"));
    expect([check(document), check.errors]).toEqual([true, null]);
    const training = { ...document.training };
    for (const wrong of [
      { ...document, training: { ...training, rateScale: -1 } },
      { ...document, training: { ...training, epochLimit: { limit: 0 } } },
      { ...document, training: { ...training, schedule: { name: "falling", floor: 2 } } },
      { ...document, training: { ...training, optimizer: { name: "heavyBall", keep: 1 } } },
      { ...document, training: { ...training, loss: { name: "fourthPower", factr: 1 } } },
      { ...document, model: { inputShape: [3], layers: [{ type: "scaling", factr: 3 }] } },
    ])
      expect(check(wrong), JSON.stringify(wrong)).toBe(false);
  });

  test.each([
    ["layer", `${Object.keys(LAYERS).at(-1)}, scaling, got`, "scaling"],
    ["optimizer", "adagrad, heavyBall", "heavyBall"],
    ["loss", "perceptron, fourthPower", "fourthPower"],
    ["activation", `${ACTIVATIONS.at(-1)}, rootSigmoid`, "rootSigmoid"],
    ["schedule", "cosine, falling", "falling"],
    ["metric", "expectedCalibrationError, largestError", "largestError"],
    ["callback", "unknown field", "epochLimit"],
    ["option", "unknown option", "rateScale"],
    ["readerOption", "unknown option", "scaledBy"],
  ] as const)("errors know it: %s", (kind, listed, meant) => {
    expect(told.errors[kind]).toContain(listed);
    expect(told.errors[kind]).toContain(`did you mean "${meant}"?`);
  });

  test("the schedule in short form", () => {
    expect(told.schedule).toEqual({ name: "falling", floor: 0.2, warmupEpochs: 1 });
  });

  test("the reader wherever data is opened, and in the error about data that none knows", () => {
    const { kind, x, y } = told.opened;
    expect(kind).toBe("numbers");
    expect(x).toEqual(told.rows.x.map((value) => 2 * value));
    expect(y).toEqual(told.rows.y.filter((_, i) => i % 2 === 0));
    expect(told.errors.reader).toContain("a .npz archive or a list of numbers (it begins #numbers)");
  });

  test("on the command line", () => {
    const { trained, config, byFile, kept, resumed, help, misspelt } = told.commands;
    expect(trained).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(config).toMatchObject({
      model: { layers: [{ activation: { name: "rootSigmoid" } }, { activation: { name: "rootSigmoid" } }] },
      training: {
        loss: { name: "fourthPower" },
        optimizer: { name: "heavyBall" },
        schedule: { name: "falling", floor: 0.2 },
        rateScale: 0.5,
      },
    });
    expect(byFile).toEqual({ code: 0, stderr: "", epochs: 3 });
    expect(kept).toEqual({ epochLimit: { limit: 3 } });
    expect(resumed.stderr).toContain("training.rateScale was 0.5 in file.safetensors, now it is 2");
    expect(help).toMatch(/--rate-scale <X> +what the learning rate is multiplied by/);
    expect(misspelt).toContain('there is no "heavyBal"; did you mean "heavyBall"?');
  });
});
