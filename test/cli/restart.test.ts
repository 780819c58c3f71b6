/** nabla train --restart: the same command once more goes on, and what always fails is not started for ever. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { digestOf } from "../../src/cli/training/restart.ts";
import { load, weightsSha256 } from "../../src/index.ts";
import { done, flowers, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
place.write("flowers.csv", flowers());
const TRAIN = ["train", "flowers.csv", "--model", "mlp", "--schedule", "constant", "--seed", "4"];
const restart = (out: string, ...more: string[]) => [...TRAIN, "--restart", "2", "--out", out, ...more];

test("begins where nothing is there, and goes on where something is, to the same bits", async () => {
  const whole = done(await place.run([...TRAIN, "--epochs", "5"]));
  done(await place.run(restart("a.safetensors", "--epochs", "2")));
  expect(existsSync(place.path("a.safetensors.restarts"))).toBe(false);
  const rest = await place.run(restart("a.safetensors", "--epochs", "5"));
  expect(rest.stdout).toContain('"resumedAtStep"');
  expect(done(rest).weightsSha256).toBe(whole.weightsSha256);
  // nothing is left to do
  expect((await place.run(restart("a.safetensors", "--epochs", "5"))).code).toBe(0);
  expect(weightsSha256(load(readFileSync(place.path("a.safetensors"))))).toBe(whole.weightsSha256);
  expect(existsSync(place.path("a.safetensors.restarts"))).toBe(false);
});

test("a third restart at the same step is refused, until the count is removed", async () => {
  const fails = ["train", "none.csv", "--restart", "2", "--out", "b.safetensors"];
  for (let i = 0; i < 3; i++) expect((await place.run(fails)).stderr).toMatch(/none\.csv/);
  for (let i = 0; i < 2; i++)
    expect((await place.run(fails)).stderr).toContain(
      "--restart 2: the training has begun 3 times at step 0 and got no further",
    );
  // another command is another attempt
  for (let i = 0; i < 3; i++)
    expect((await place.run([...fails, "--epochs", "2"])).stderr).toMatch(/none\.csv/);
  expect((await place.run([...fails, "--epochs", "2"])).stderr).toContain("begun 3 times at step 0");
  place.write("b.safetensors.restarts", "{");
  expect((await place.run(fails)).stderr).toMatch(/none\.csv/);
});

test("one that gets on may begin again as often as it needs", async () => {
  let step = 0;
  for (let epochs = 1; epochs < 6; epochs++) {
    // as if the one before had been killed after it had begun three times
    const words = restart("c.safetensors", "--epochs", String(epochs));
    const command = await digestOf(words);
    place.write("c.safetensors.restarts", JSON.stringify({ command, step: step - 1, times: 3 }));
    const { code, stderr, stdout } = await place.run(words);
    expect([code, stderr]).toEqual([0, ""]);
    step = Number(/"resumedAtStep":(\d+)/.exec(stdout)?.[1] ?? 0);
    expect(step > 0).toBe(epochs > 1);
  }
});

test.each([
  ["a damaged --out", ["--epochs", "2"], /e\.safetensors/, /begun 3 times without anything to go on from/],
  ["a missing --from", ["--from", "none.safetensors"], /none\.safetensors/, /begun 3 times at step 0/],
  ["an unknown preset", ["--model", "mpl"], /mpl/, /begun 3 times at step 0/],
  ["an option that is refused later", ["--ignore", "petal"], /petal/, /begun 3 times at step 0/],
] as const)(
  "%s counts, and the right command after it is not refused",
  async (what, more, error, refusal) => {
    const begin = () => {
      rmSync(place.path("e.safetensors"), { force: true });
      if (what === "a damaged --out") place.write("e.safetensors", "x".repeat(100));
    };
    const words = restart("e.safetensors", ...more);
    begin();
    for (let i = 0; i < 3; i++) expect((await place.run(words)).stderr).toMatch(error);
    expect((await place.run(words)).stderr).toMatch(refusal);
    rmSync(place.path("e.safetensors"), { force: true });
    done(await place.run(restart("e.safetensors", "--epochs", "1")));
    expect(existsSync(place.path("e.safetensors.restarts"))).toBe(false);
  },
);

test("a finished model is never refused, however often; more epochs that come to nothing are", async () => {
  const words = restart("f.safetensors", "--epochs", "2");
  done(await place.run(words));
  const { step } = JSON.parse((await place.run(words)).stdout);
  expect(step).toBeGreaterThan(0);
  const counted = async (words: readonly string[]) =>
    place.write("f.safetensors.restarts", JSON.stringify({ command: await digestOf(words), step, times: 3 }));
  await counted(words);
  expect(await place.run(words)).toMatchObject({ code: 0, stderr: "" });
  expect(existsSync(place.path("f.safetensors.restarts"))).toBe(false);
  const more = restart("f.safetensors", "--epochs", "3");
  await counted(more);
  expect((await place.run(more)).stderr).toContain(`begun 3 times at step ${step} and got no further`);
});

test("a report that was not written any more is written where nothing else is left to do", async () => {
  const words = restart("g.safetensors", "--epochs", "2", "--report", "g.html");
  done(await place.run(words));
  rmSync(place.path("g.html"));
  const { code, stdout } = await place.run(words);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ event: "finished", report: "g.html" });
  expect(readFileSync(place.path("g.html"), "utf8")).toContain("<svg");
  // beside a model of --resume as well
  rmSync(place.path("g.html"));
  const resume = [...TRAIN, "--epochs", "2", "--resume", "g.safetensors", "--report", "g.html"];
  expect((await place.run(resume)).code).toBe(0);
  expect(existsSync(place.path("g.html"))).toBe(true);
});

test("what another training saves while this one waits for it is gone on from", async () => {
  done(await place.run([...TRAIN, "--epochs", "2", "--out", "old.safetensors"]));
  // of a process on another machine, of which nobody knows whether it runs
  place.write("h.safetensors.lock", `${JSON.stringify({ id: "x", owner: "0" })}\n`);
  let out = "";
  process.chdir(place.folder);
  const code = await main(restart("h.safetensors", "--epochs", "3"), {
    stdout: { write: (text) => (out += text) },
    stderr: {
      write(text) {
        if (!text.includes("looking whether that still runs")) throw new Error(text);
        copyFileSync(place.path("old.safetensors"), place.path("h.safetensors"));
        rmSync(place.path("h.safetensors.lock"));
      },
    },
  });
  expect(code).toBe(0);
  expect(out).toContain('"resumedAtStep"');
});

test("what is refused names the option that was given", async () => {
  done(await place.run(restart("i.safetensors", "--epochs", "2")));
  const other = restart("i.safetensors", "--epochs", "2", "--learning-rate", "0.7");
  expect((await place.run(other)).stderr).toMatch(
    /^nabla: --restart: training\.optimizer.* was .* in i\.safetensors/,
  );
  const resumed = [...TRAIN, "--epochs", "2", "--learning-rate", "0.7", "--resume", "i.safetensors"];
  expect((await place.run(resumed)).stderr).toMatch(/^nabla: --resume: training\.optimizer/);
});

test("one that is interrupted says to give the same command", async () => {
  const interrupted = async (words: readonly string[]) => {
    let [out, errors] = ["", ""];
    const stop = new AbortController();
    process.chdir(place.folder);
    const code = await main(words, {
      stdout: {
        write(text) {
          out += text;
          if (out.includes('"event":"epoch"')) stop.abort(new Error("interrupted"));
        },
      },
      stderr: { write: (text) => (errors += text) },
      interruptible: () => ({ signal: stop.signal, release() {} }),
    });
    expect(code).toBe(130);
    return errors;
  };
  const many = ["--epochs", "100000"];
  expect(await interrupted(restart("j.safetensors", ...many))).toMatch(/To go on: the same command\n$/);
  expect(await interrupted([...TRAIN, ...many, "--out", "k.safetensors"])).toMatch(
    /To go on: the same command with --resume "k\.safetensors"\n$/,
  );
});

test("a model that is not where it should be is not the end", async () => {
  mkdirSync(place.path("gone"));
  const words = restart("gone/l.safetensors", "--epochs", "50");
  process.chdir(place.folder);
  let out = "";
  const code = await main(words, {
    stdout: {
      write(text) {
        out += text;
        // --out becomes a folder, which no file takes the place of
        if (text.includes('"event":"epoch"') && !existsSync(place.path("gone/l.safetensors")))
          mkdirSync(place.path("gone/l.safetensors"));
      },
    },
    stderr: { write: () => {} },
  });
  expect(code).toBe(1);
  expect(out).toContain("rescued");
  expect(readdirSync(place.path("gone"))).toContain("l.safetensors.restarts");
});

test.each([
  [[...TRAIN, "--restart", "2"], "--restart: expected --out FILE as well"],
  [restart("d.safetensors", "--resume", "a.safetensors"), "--restart: goes on from --out"],
  [restart("d.safetensors", "--folds", "3"), "--restart: --folds keeps no checkpoints"],
  [[...TRAIN, "--out", "d.safetensors", "--restart", "0"], "--restart: expected a whole number ≥ 1"],
])("%j is refused", async (words, text) => {
  const { code, stderr } = await place.run(words);
  expect(code).not.toBe(0);
  expect(stderr).toContain(text);
});
