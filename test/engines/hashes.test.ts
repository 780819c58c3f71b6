/**
 * The same training gives the same weights, bit for bit, in every engine. The others are installed by
 * `node scripts/engines.mjs` (NABLA_ENGINES names another node_modules folder to look in); one that is not there is
 * skipped, or fails where NABLA_REQUIRE_ALL=1 says that nothing may be left out.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { engineFiles } from "./engines.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const CLI = join(root, "build/cli.js");
const folder = mkdtempSync(join(tmpdir(), "nabla-engines-"));
const table = join(folder, "houses.csv");
const deep = join(folder, "deep.json");
const required = process.env.NABLA_REQUIRE_ALL === "1";

/** Between them: generated and drawn data, a table; every kind of arithmetic that JavaScript does for a training. */
const TRAININGS: Record<string, string> = {
  points: "train moons --samples 500 --epochs 3 --seed 1",
  images: "train digits --samples 600 --model mlp --epochs 1 --seed 1",
  "images made anew":
    "train digits --samples 600 --model mlp --epochs 1 --seed 1 --augment shift:1.5,rotate:15,scale:0.1,shear:10,elastic,flip:both,noise:0.1,cutout:5",
  "the classic network": "train digits --samples 600 --model nielsen --epochs 1 --seed 1",
  "Adam, tanh and a schedule":
    "train spirals --samples 300 --hidden 20,10 --activation tanh --optimizer adam --schedule cosine --weight-decay 0.001 --clip-norm 1 --epochs 3 --seed 7",
  "a convolutional network": "train digits --samples 400 --model cnn --epochs 1 --seed 1",
  "every layer there is": `train digits --samples 200 --model ${deep} --epochs 1 --seed 5`,
  "a table of numbers": `train ${table} --hidden 12 --activation gelu --validation-split 0.2 --epochs 3 --seed 3`,
};
const argumentsOf = (training: string): string[] => [...TRAININGS[training]!.split(" "), "--json"];

/** A network that has one of everything, and an average of its weights. */
const DEEP = {
  nabla: 1,
  model: {
    inputShape: [28, 28, 1],
    layers: [
      { type: "gaussianNoise", stddev: 0.1 },
      { type: "conv2d", filters: 6, kernelSize: 3, strides: 2, padding: "same", useBias: false },
      { type: "batchNormalization" },
      { type: "activation", activation: "gelu" },
      {
        type: "residual",
        layers: [
          { type: "conv2d", filters: 6, kernelSize: 3, padding: "same", groups: 6, activation: "tanh" },
        ],
      },
      { type: "averagePooling2d", padding: "same" },
      { type: "zeroPadding2d" },
      { type: "conv2d", filters: 10, kernelSize: [2, 3], dilationRate: 2, groups: 2, activation: "sigmoid" },
      { type: "maxPooling2d", poolSize: 3, strides: 1 },
      { type: "layerNormalization" },
      { type: "reshape", targetShape: [-1, 1, 5] },
      { type: "flatten" },
      { type: "dropout", rate: 0.3 },
      { type: "dense", units: 10, activation: "softmax" },
    ],
  },
  training: {
    loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
    optimizer: { name: "adamw", useEma: true },
    batchSize: 30,
    microBatchSize: 8,
  },
};

/** Areas and ages of houses, and prices. */
function houses(): string {
  const rows = Array.from({ length: 150 }, (_, i) => {
    const area = 40 + ((i * 7919) % 1201) / 10;
    const age = (i * 37) % 83;
    return `${area},${age},${(1234.56 * area - 987.65 * age + ((i * 104729) % 20011)).toFixed(2)}`;
  });
  return `area,age,price\n${rows.join("\n")}\n`;
}

interface Engine {
  /** What comes before the command line's file. */
  command: string[];
  env?: Record<string, string>;
}

const files = engineFiles(process.env.NABLA_ENGINES ?? join(root, "build/engines/node_modules"));
const engines: Record<string, Engine | undefined> = Object.fromEntries(
  Object.entries(files).map(([name, file]) => {
    if (!file) return [name, undefined];
    if (name !== "Deno") return [name, { command: [file] }];
    // its cache goes with the test's folder
    const env = { DENO_DIR: join(folder, "deno"), DENO_NO_UPDATE_CHECK: "1" };
    return [name, { command: [file, "run", "--quiet", "--no-lock", "--allow-all"], env }];
  }),
);

/** The last line that the built command line prints for a training. */
function trainIn({ command, env }: Engine, training: string): Promise<{ weightsSha256: string }> {
  const [file, ...args] = [...command, CLI, ...argumentsOf(training)];
  return new Promise((resolve, reject) => {
    // from the project's folder: that is where Deno finds packages
    const child = spawn(file!, args, { cwd: root, env: { ...process.env, ...env } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0) return reject(new Error(`${file}: exit code ${code}: ${stderr || stdout}`));
      resolve(JSON.parse(stdout.trim().split("\n").at(-1)!));
    });
  });
}

const expected: Record<string, string> = {};
beforeAll(async () => {
  writeFileSync(table, houses());
  writeFileSync(deep, JSON.stringify(DEEP));
  for (const training of Object.keys(TRAININGS))
    expected[training] = (await trainIn({ command: [process.execPath] }, training)).weightsSha256;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the trainings differ from each other", () => {
  const hashes = Object.values(expected);
  expect(new Set(hashes).size).toBe(Object.keys(TRAININGS).length);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

describe("the same bits as in this Node", () => {
  describe("from source", () => {
    test.each(Object.keys(TRAININGS))("%s", async (training) => {
      let printed = "";
      const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
        printed += text;
        return true;
      });
      try {
        await runCli(["node", "nabla", ...argumentsOf(training)]);
      } finally {
        write.mockRestore();
      }
      const done = JSON.parse(printed.trim().split("\n").at(-1)!);
      expect(done.weightsSha256).toBe(expected[training]);
    });
  });

  describe.each(Object.entries(engines))("%s", (name, engine) => {
    const skip = !engine && !required;
    const why = engine ? "" : " (not installed; to install it: node scripts/engines.mjs)";
    test.skipIf(skip).each(Object.keys(TRAININGS))(`%s${why}`, async (training) => {
      if (!engine)
        throw new Error(
          `${name} is not in ${process.env.NABLA_ENGINES ?? "build/engines/node_modules"}, and NABLA_REQUIRE_ALL=1 asks for it`,
        );
      expect((await trainIn(engine, training)).weightsSha256).toBe(expected[training]);
    });
  });
});

test("the library calls nothing whose bits are left to the engine", () => {
  /** IEEE 754 says what these return. */
  const EXACT = [
    ..."abs ceil clz32 floor fround imul max min round sign sqrt trunc".split(" "),
    ..."E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2".split(" "),
  ];
  const found: string[] = [];
  for (const file of readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || /^cli[\\/]report/.test(file)) continue; // pictures may differ
    const code = readFileSync(join(root, "src", file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    for (const [all, name] of code.matchAll(/\bMath\.(\w+)/g))
      if (!EXACT.includes(name!)) found.push(`${file}: ${all}`);
    // ** is Math.pow; of 2 to a whole number everyone makes the same
    for (const [all, base, exponent] of code.matchAll(/([\w.)\]]+) \*\*=? (\S+)/g))
      if (base !== "2" || !/^\d/.test(exponent!)) found.push(`${file}: ${all}`);
  }
  expect(found).toEqual([]);
});
