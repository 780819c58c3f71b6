/** nabla train: what becomes of a model that cannot be written where it should be, and of two trainings to one file. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { NablaError } from "../../src/errors.ts";
import { lockFile } from "../../src/node/lock.ts";
import { done, events, type Result, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
beforeEach(() => {
  for (const name of readdirSync(place.folder)) rmSync(place.path(name), { recursive: true });
});

const TRAIN = ["train", "moons", "--samples", "60", "--epochs", "6", "--schedule", "constant"];

/** Runs it; `at[n]` happens when epoch n is reported. */
async function during(
  args: readonly string[],
  at: Record<number, () => void>,
  signal?: AbortSignal,
): Promise<Result> {
  process.chdir(place.folder);
  const written = { stdout: "", stderr: "" };
  const code = await main(args, {
    stdout: {
      write(text: string) {
        written.stdout += text;
        const event = JSON.parse(text) as { event: string; epoch: number };
        if (event.event === "epoch") at[event.epoch]?.();
      },
    },
    stderr: { write: (text: string) => void (written.stderr += text) },
    ...(signal && { interruptible: () => ({ signal, release: () => {} }) }),
  });
  return { code, signal: null, ...written };
}

const sha = async (name: string) =>
  JSON.parse((await place.run(["summary", name, "--json"])).stdout).weightsSha256 as string;

describe("a file that cannot be written", () => {
  test("a checkpoint: said once, training goes on, the next is tried, and it is said that they are saved again", async () => {
    const whole = done(await place.run(TRAIN));
    mkdirSync(place.path("runs"));
    const result = await during([...TRAIN, "--out", "runs/m.safetensors", "--checkpoint-every", "1"], {
      1: () => renameSync(place.path("runs"), place.path("away")),
      4: () => renameSync(place.path("away"), place.path("runs")),
    });
    expect(done(result)).toMatchObject({ weightsSha256: whole.weightsSha256, out: "runs/m.safetensors" });
    expect(result.stderr).toMatch(
      /^nabla: saving runs\/m\.safetensors: its directory does not exist.*Training goes on, and the next checkpoint is tried\nnabla: checkpoints are saved again, after \d+ that were not\n$/,
    );
    expect(readdirSync(place.path("runs")).sort()).toEqual(["m.safetensors", "m.safetensors.previous"]);
  });

  test("the model: it goes to the folder the command runs in, under a free name, and the exit code says so", async () => {
    const whole = done(await place.run(TRAIN));
    writeFileSync(place.path("m.rescued.safetensors"), "another's");
    mkdirSync(place.path("runs"));
    const result = await during([...TRAIN, "--out", "runs/m.safetensors"], {
      6: () => rmSync(place.path("runs"), { recursive: true }),
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toBe(
      "nabla: saving runs/m.safetensors: its directory does not exist; create it first; nothing was written. The model is in m.rescued-2.safetensors instead\n",
    );
    expect(events(result.stdout).at(-1)).toMatchObject({
      event: "done",
      weightsSha256: whole.weightsSha256,
      out: "m.rescued-2.safetensors",
    });
    expect(await sha("m.rescued-2.safetensors")).toBe(whole.weightsSha256);
    expect(readFileSync(place.path("m.rescued.safetensors"), "utf8")).toBe("another's");
  });

  test("also of an interrupted training: the exit code does not say that it is where it should be", async () => {
    mkdirSync(place.path("runs"));
    const stop = new AbortController();
    const result = await during(
      [...TRAIN, "--out", "runs/m.safetensors"],
      {
        3: () => {
          rmSync(place.path("runs"), { recursive: true });
          stop.abort(new NablaError("interrupted"));
        },
      },
      stop.signal,
    );
    expect(result.code).toBe(1);
    expect(events(result.stdout).at(-1)).toMatchObject({
      event: "interrupted",
      out: "m.rescued.safetensors",
    });
    expect(result.stderr).toContain(
      "create it first; nothing was written; saved m.rescued.safetensors. To go on:",
    );
    const again = await place.run([...TRAIN, "--resume", "m.rescued.safetensors", "--out", "m.safetensors"]);
    expect(done(again).weightsSha256).toBe(done(await place.run(TRAIN)).weightsSha256);
    // where it could be saved, it does
    const other = new AbortController();
    const saved = await during(
      [...TRAIN, "--out", "m.safetensors"],
      { 3: () => other.abort(new NablaError("interrupted")) },
      other.signal,
    );
    expect(saved.code).toBe(130);
  });

  test("the report: it goes there too, and the model is where it should be", async () => {
    mkdirSync(place.path("pages"));
    const { code, stdout, stderr } = await during(
      [...TRAIN, "--out", "m.safetensors", "--report", "pages/m.html"],
      { 6: () => rmSync(place.path("pages"), { recursive: true }) },
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining("The report is in m.html instead")]);
    expect(events(stdout).at(-1)).toMatchObject({ out: "m.safetensors", report: "m.html" });
    expect(readdirSync(place.folder).sort()).toEqual(["m.html", "m.safetensors"]);
  });
});

describe("--keep", () => {
  const KEEP = [...TRAIN, "--out", "m.safetensors", "--keep", "2"];
  const names = () => readdirSync(place.folder).sort();

  test("keeps the last and the best, and --resume takes the newest that can be read and says so", async () => {
    const whole = done(await place.run(KEEP));
    const best = names().find((name) => name.includes(".best."));
    expect(names()).toEqual([
      best,
      "m.epoch0005-step0000010.safetensors",
      "m.epoch0006-step0000012.safetensors",
      "m.safetensors",
    ]);
    const latest = () => names().filter((name) => /\.best\.|epoch0006/.test(name));
    for (const name of latest()) rmSync(place.path(name));
    writeFileSync(place.path("m.safetensors"), readFileSync(place.path("m.safetensors")).subarray(0, 2000));
    for (const from of ["m.safetensors", "."]) {
      const copy = readFileSync(place.path("m.safetensors"));
      const result = await place.run(["train", "moons", "--samples", "60", "--resume", from, "--keep", "2"]);
      expect(done(result)).toMatchObject({ weightsSha256: whole.weightsSha256, out: "m.safetensors" });
      expect(result.stderr).toMatch(
        /^nabla: m\.safetensors is passed over: truncated.*\nnabla: going on from m\.epoch0005-step0000010\.safetensors, saved after 10 steps\n$/,
      );
      expect(events(result.stdout)[0]).toMatchObject({
        resumedAtStep: 10,
        resumedFrom: "m.epoch0005-step0000010.safetensors",
        passedOver: [{ path: "m.safetensors", problem: expect.stringContaining("truncated") }],
      });
      writeFileSync(place.path("m.safetensors"), copy);
      for (const name of latest()) rmSync(place.path(name));
    }
  });

  test("with --checkpoint-every as often as that says", async () => {
    done(await place.run([...KEEP, "--checkpoint-every", "5"]));
    expect(names().filter((name) => !name.includes(".best."))).toEqual([
      expect.stringContaining("m.epoch0005-step0000010"),
      expect.stringContaining("m.epoch0006-step0000012"),
      "m.safetensors",
    ]);
  });

  test.each([
    [["--keep", "0", "--out", "m"], /--keep: expected a whole number ≥ 1/],
    [["--keep", "2"], /--keep: expected --out FILE as well/],
    [["--keep", "2", "--folds", "2"], /--keep: --folds trains a model for each fold and keeps none/],
    [["--resume", "."], /expected a folder with checkpoints \(\.safetensors\), found none in it/],
  ])("%j is refused", async (flags, message) => {
    const { code, stderr } = await place.run([...TRAIN, ...flags]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  });
});

describe("two trainings to one file", () => {
  test("the second is told at once and trains nothing; when the first has ended it may", async () => {
    const command = [...TRAIN, "--out", "m.safetensors"];
    // what a training that is under way has
    const first = await lockFile(place.path("m.safetensors"));
    const { code, stdout, stderr } = await place.run(command);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^nabla: m\.safetensors: another training is writing to this file \(process \d+ on .*\); wait for it to end, or give another name; if none is running, remove .*m\.safetensors\.lock\n$/,
    );
    first.release();
    const seen: string[] = [];
    const here = () => void seen.push(...readdirSync(place.folder));
    done(await during(command, { 1: here }));
    expect(seen).toEqual(["m.safetensors.lock"]);
    expect(readdirSync(place.folder)).toEqual(["m.safetensors"]);
  });

  test("one that has lost its lock does not write over the other's file", async () => {
    const other = JSON.stringify({ id: "other", owner: "0", pid: 1, host: "h", since: "now" });
    const result = await during([...TRAIN, "--out", "m.safetensors", "--checkpoint-every", "1"], {
      2: () => {
        writeFileSync(place.path("m.safetensors.lock"), other);
        writeFileSync(place.path("m.safetensors"), "the other's");
      },
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("another training has begun to write to this file");
    expect(result.stderr).toContain("The model is in m.rescued.safetensors instead");
    expect(readFileSync(place.path("m.safetensors"), "utf8")).toBe("the other's");
    expect(existsSync(place.path("m.safetensors.lock"))).toBe(true);
  });

  test("a command that fails leaves no lock", async () => {
    const { code } = await place.run([...TRAIN, "--batch-size", "1000", "--out", "m.safetensors"]);
    expect(code).toBe(1);
    expect(readdirSync(place.folder)).toEqual([]);
  });
});
