/** nabla train under mpirun: the bits of one process, and what becomes of all where one fails. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CLI,
  isAlive,
  isThere,
  LAUNCHERS,
  start as launch,
  ranksOf,
  shaOf as shaOfFile,
  until,
  within,
} from "../support/mpi/launch.ts";

const NETS = join(import.meta.dirname, "../support/mpi/nets.mjs");
const folder = mkdtempSync(join(tmpdir(), "nabla-mpi-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (words: readonly string[], more?: Record<string, string>) => launch(words, folder, more);
const shaOf = (file: string): string => shaOfFile(join(folder, file));

/**
 * Layers of every kind that looks at a batch: draws, normalisation, penalties; and images that change every epoch. 16 KB of weights for three
 * ranks each, so that few ranks tell each other sums of the norm, and more the gradient.
 */
const NET = {
  nabla: 1,
  model: {
    layers: [
      { type: "conv2d", filters: 8, kernelSize: 3, strides: 2, activation: "relu" },
      { type: "batchNormalization" },
      { type: "flatten" },
      { type: "dropout", rate: 0.3 },
      { type: "dense", units: 10, activation: "softmax", kernelRegularizer: { l2: 1e-3 } },
    ],
  },
  training: {
    loss: "categoricalCrossentropy",
    optimizer: { name: "adam", clipNorm: 1 },
    metrics: ["accuracy", "auc"],
    batchSize: 50,
    epochs: 2,
    validationSplit: 0.1,
    augment: { shift: 1, rotate: 5 },
  },
};

beforeAll(() => writeFileSync(join(folder, "net.json"), JSON.stringify(NET)));

const trainWords = (out: string, more: readonly string[] = []): string[] => [
  process.execPath,
  CLI,
  ..."train digits --samples 240 --config net.json --shards 16 --seed 3 --json --out".split(" "),
  out,
  ...more,
];
/** What it has said of each epoch. */
const figures = (out: string): unknown[] =>
  out
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === "epoch")
    .map(({ seconds: _, samplesPerSecond: __, ...rest }) => rest);

let want: string;
let told: unknown[];
let nets: Record<string, string>;
beforeAll(async () => {
  const { code, out, errors } = await start(trainWords("alone.safetensors", ["--threads", "1"])).ended;
  expect(code, errors).toBe(0);
  want = shaOf("alone.safetensors");
  told = figures(out);
  expect(told).toHaveLength(2);
  nets = JSON.parse((await start([process.execPath, NETS]).ended).out);
  expect(Object.keys(nets)).toEqual(["W2", "W4"]);
});

describe.each(LAUNCHERS.map((launcher) => [launcher.name, launcher] as const))("%s", (name, launcher) => {
  const there = isThere(launcher);
  if (!there) {
    test("is not installed", (context) => {
      const words = `${name} is missing: apt-get install ${launcher.package}; its tests are left out`;
      if (process.env.NABLA_REQUIRE_ALL === "1") throw new Error(words);
      context.skip(words);
    });
    return;
  }
  const mpirun = (n: number, words: readonly string[], more?: Record<string, string>) =>
    start([...launcher.command, "-n", String(n), ...words], more);

  test.each([1, 2, 3, 4, 5, 8, 16])(
    "%i ranks give weights and figures the bits of one process",
    async (n) => {
      const file = `${launcher.package}-${n}.safetensors`;
      const { code, out, errors } = await mpirun(n, trainWords(file)).ended;
      expect(code, errors).toBe(0);
      expect(shaOf(file)).toBe(want);
      expect(figures(out)).toEqual(told);
      const program = await mpirun(n, [process.execPath, NETS]).ended;
      expect(program.code, program.errors).toBe(0);
      expect(JSON.parse(program.out)).toEqual(nets);
    },
    120_000,
  );

  test.each([2, 3])(
    "%i ranks of two threads each, whose memory is shared, have the same bits, also with the optimizer split",
    async (n) => {
      for (const more of [[], ["--shard-optimizer"]]) {
        const file = `${launcher.package}-threads-${n}.safetensors`;
        const { code, out, errors } = await mpirun(n, trainWords(file, ["--threads", "2", ...more])).ended;
        expect(code, errors).toBe(0);
        expect(shaOf(file)).toBe(want);
        expect(figures(out)).toEqual(told);
      }
    },
    120_000,
  );

  test("a training goes on in mid-epoch with another number of ranks: 4, 3, 1, 8", async () => {
    const out = `${launcher.package}-on.safetensors`;
    const files = () => readdirSync(folder).filter((file) => file.startsWith(`${launcher.package}-on.`));
    const at = (step: number) =>
      files().find((file) => new RegExp(`-on\\.epoch0+\\d-step0*${step}\\.safetensors$`).test(file))!;
    const every = ["--checkpoint-every", "1", "--keep", "99"];
    for (const [n, from] of [
      [4, 0],
      [3, 2],
      [1, 3],
      [8, 6],
    ] as const) {
      const resume = from === 0 ? [] : ["--resume", at(from)];
      const { code, errors } = await mpirun(n, trainWords(out, [...every, ...resume])).ended;
      expect(code, errors + files()).toBe(0);
      expect(shaOf(out)).toBe(want);
    }
  }, 240_000);

  /** A training that would take long, once it has saved something. */
  async function long(file: string, more: Record<string, string> = {}) {
    const words = trainWords(file, ["--epochs", "100000", "--checkpoint-every", "5"]);
    const { child, ended } = mpirun(3, words, more);
    await until(() => existsSync(join(folder, file)) || child.exitCode !== null);
    expect(child.exitCode, "it has begun").toBe(null);
    return { ended, ranks: ranksOf(file) };
  }

  test("a rank that is killed ends all, and the checkpoint is whole", async () => {
    const file = `${launcher.package}-killed.safetensors`;
    const { ended, ranks } = await long(file);
    expect(ranks).toHaveLength(3);
    process.kill(ranks[1]!, "SIGKILL");
    const { code } = await within(ended);
    expect(code).not.toBe(0);
    await until(() => !ranks.some(isAlive));
    expect(ranks.filter(isAlive)).toEqual([]);
    expect(shaOf(file)).toMatch(/^[0-9a-f]{64}$/);
  }, 120_000);

  test("with --restart the same command goes on, with another number of ranks", async () => {
    const file = `${launcher.package}-restart.safetensors`;
    const words = trainWords(file, ["--checkpoint-every", "1", "--restart", "3"]);
    const { child, ended } = mpirun(3, words);
    await until(() => existsSync(join(folder, file)) || child.exitCode !== null);
    const ranks = ranksOf(file);
    for (const rank of ranks) process.kill(rank, "SIGKILL");
    await within(ended);
    // the lock is that of a process which is there until it has been reaped
    await until(() => !ranks.some(isAlive));
    const { code, out, errors } = await mpirun(4, words).ended;
    expect(code, errors).toBe(0);
    expect(out).toContain('"resumedAtStep"');
    expect(shaOf(file)).toBe(want);
  }, 120_000);

  test("a rank that falls silent is named", async () => {
    const file = `${launcher.package}-silent.safetensors`;
    const { ended, ranks } = await long(file, { NABLA_MPI_TIMEOUT: "3" });
    process.kill(ranks[2]!, "SIGSTOP");
    const { code, errors } = await within(ended);
    expect(code).not.toBe(0);
    expect(errors).toContain(`rank 2 on ${hostname()} has given no sign of life for 3 seconds`);
    await until(() => !ranks.some(isAlive));
    expect(ranks.filter(isAlive)).toEqual([]);
  }, 120_000);

  test("one that is asked to stop saves, and all end", async () => {
    const file = `${launcher.package}-asked.safetensors`;
    const { ended, ranks } = await long(file);
    process.kill(ranks[2]!, "SIGTERM");
    const { code, errors } = await within(ended);
    expect(code).toBe(130);
    expect(errors).toMatch(/nabla: interrupted after [\d,]+ steps/);
    expect(errors.match(/^nabla:/gm)).toHaveLength(1);
    expect(shaOf(file)).toMatch(/^[0-9a-f]{64}$/);
  }, 120_000);

  test("ranks with other data, or none, are named", async () => {
    const on = (data: string) => [
      process.execPath,
      CLI,
      ...`train ${data} --label class --model perceptron -b 8 --shards 4 --json`.split(" "),
    ];
    const rows = (n: number) => [
      "a,b,class",
      ...Array.from({ length: n }, (_, i) => `${i},${i % 7},${"xy"[i % 2]}`),
    ];
    writeFileSync(join(folder, "one.csv"), rows(60).join("\n"));
    writeFileSync(join(folder, "other.csv"), rows(66).join("\n"));
    const two = (first: string, second: string) =>
      start([...launcher.command, "-n", "1", ...on(first), ":", "-n", "1", ...on(second)]);
    const other = await within(two("one.csv", "other.csv").ended);
    expect(other.code).not.toBe(0);
    expect(other.errors).toMatch(
      new RegExp(
        `nabla: rank 0 on \\S+: fit: ranks: rank 1 on ${hostname()} has another number of rows than rank 0`,
      ),
    );
    const none = await within(two("one.csv", "none.csv").ended);
    expect(none.code).not.toBe(0);
    expect(none.errors).toMatch(new RegExp(`nabla: rank 1 on ${hostname()}: none.csv`));
    for (const { errors } of [other, none]) expect(errors.match(/^nabla:/gm)).toHaveLength(1);
  }, 120_000);

  test("a file to go on from that only some hosts have is named, with the rank", async () => {
    const from = (file: string) =>
      trainWords(`${launcher.package}-some.safetensors`, ["--epochs", "3", "--resume", file]);
    const job = start([
      ...[...launcher.command, "-n", "1", ...from("alone.safetensors")],
      ...[":", "-n", "1", ...from("elsewhere/alone.safetensors")],
    ]);
    const { code, errors } = await within(job.ended);
    expect(code).not.toBe(0);
    expect(errors).toMatch(new RegExp(`nabla: rank 1 on ${hostname()}: .*elsewhere/alone.safetensors`));
  }, 120_000);

  test("where the disk of rank 0 is full, it says so, trains on, and the model is rescued", async () => {
    const full = join(folder, `${launcher.package}-full`);
    mkdirSync(full);
    const preload = pathToFileURL(join(import.meta.dirname, "../faults/preload.mjs")).href;
    const job = mpirun(3, trainWords(join(full, "model.safetensors"), ["--checkpoint-every", "3"]), {
      NODE_OPTIONS: `--import ${preload}`,
      NABLA_FAULTS: JSON.stringify({ folder: full, full: { from: 1, room: 20_000 } }),
    });
    const { code, errors } = await within(job.ended);
    expect(code).not.toBe(0);
    expect(errors).toMatch(/nabla: disk full while saving .*model\.safetensors/);
    const rescued = readdirSync(folder).filter((file) => /^model.*\.rescued.*\.safetensors$/.test(file));
    expect(rescued, errors).toHaveLength(1);
    expect(shaOf(rescued[0]!)).toBe(want);
    rmSync(join(folder, rescued[0]!));
  }, 120_000);

  test("what cannot work is said once, in words", async () => {
    const fails = async (n: number, words: readonly string[], more?: Record<string, string>) => {
      const { code, errors } = await within(mpirun(n, words, more).ended);
      expect(code).not.toBe(0);
      const said = errors.match(/^nabla:.*/gm) ?? [];
      // where each has to find out by itself, the others may say it after the first one
      expect(said.length, errors).toBeGreaterThan(0);
      if (!more) expect(said, errors).toHaveLength(1);
      return said[0]!;
    };
    const train = [process.execPath, CLI, "train", "digits", "--samples", "100"];
    expect(await fails(2, train)).toContain("--shards: mpirun has started 2 processes");
    expect(await fails(2, [...train, "--shards", "3"])).toContain("expected a power of two");
    expect(await fails(3, [...train, "--shards", "2"])).toContain("expected at least 3, the processes");
    expect(await fails(2, [...train, "--shards", "64", "-b", "50"])).toContain(
      "expected at most 50, the rows of a batch",
    );
    expect(await fails(2, [...train, "--shards", "4"], { NABLA_MPI: "/none/libmpi.so" })).toContain(
      "NABLA_MPI: /none/libmpi.so",
    );
    expect(await fails(2, [...train, "--shards", "4"], { NABLA_MPI: "libc.so.6" })).toContain(
      "libc.so.6 has no MPI_Get_library_version: it is no MPI library of version 3 or newer",
    );
    const others = LAUNCHERS.filter((each) => each !== launcher && isThere(each));
    for (const each of others) {
      const library = each.name === "MPICH" ? "libmpich.so.12" : "libmpi.so.40";
      expect(await fails(2, [...train, "--shards", "4"], { NABLA_MPI: library })).toMatch(
        /the launcher has started 2 processes, but .* sees 1: it is not the launcher's library/,
      );
    }
  }, 120_000);
});
