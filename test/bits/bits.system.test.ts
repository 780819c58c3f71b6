/**
 * The same bits everywhere: what `npm run test:bits` does, in short. All engines and browsers train the whole set of networks and what the
 * command line trains; of the builds of the core, of shares and of what is emulated a choice, the rest is for the long run. A host that is
 * not there is skipped, or fails where NABLA_REQUIRE_ALL=1 says that nothing may be left out.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { sequencePresets } from "../../src/cli/presets/sequences.ts";
import { NAMES } from "./bits.mjs";
import { compared, readExpected } from "./expected.mjs";
import { HOSTS, SOME } from "./hosts.mjs";
import { LINES, TRAININGS, writeTrainings } from "./trainings.mjs";

const folder = mkdtempSync(join(tmpdir(), "nabla-bits-"));
const expected = readExpected();
const required = process.env.NABLA_REQUIRE_ALL === "1";
const browsers = process.env.NABLA_BROWSERS?.split(",");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("what is expected of the command line's trainings differs from training to training", () => {
  const hashes = TRAININGS.map((name) => expected.trainings[name]);
  expect(new Set(hashes).size).toBe(TRAININGS.length);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

test("the command line's trainings have every preset of series, texts and sequences", () => {
  const named = Object.values(LINES).map((line) => / --model (\S+)/.exec(line)?.[1]);
  expect(Object.keys(sequencePresets).filter((name) => !named.includes(name))).toEqual([]);
  expect(Object.keys(expected.trainings)).toEqual(TRAININGS);
});

test("a single changed digit is a difference, and so are errors, missing answers and unknown networks", () => {
  const [first, second] = NAMES;
  const bits = expected.networks[first!] as Record<string, string>;
  const check = (networks: object) =>
    compared({ networks, trainings: {} } as never, expected, [first!], []).networks.differences;
  expect(check({ [first!]: bits })).toEqual([]);
  for (const part of Object.keys(bits)) {
    const digit = bits[part]!.endsWith("0") ? "1" : "0";
    const other = { ...bits, [part]: bits[part]!.slice(0, -1) + digit };
    expect(check({ [first!]: other })).toEqual([`${first}: other ${part}`]);
  }
  expect(check({ [first!]: { error: "no" } })).toEqual([`${first}: no`]);
  expect(check({ [second!]: bits })).toEqual([`${first}: no answer`]);
  const trained = (hash: string) =>
    compared({ networks: {}, trainings: { points: hash } }, expected, [], ["points"]).trainings.equal;
  expect(trained(expected.trainings.points!)).toBe(1);
  expect(trained(expected.trainings.images!)).toBe(0);
});

describe("the command line, from source", () => {
  const trainings = writeTrainings(folder);
  test.each(TRAININGS)("%s", async (training) => {
    let printed = "";
    const write = (text: string) => {
      printed += text;
    };
    await main(trainings[training]!, { stdout: { write }, stderr: process.stderr });
    const done = JSON.parse(printed.trim().split("\n").at(-1)!);
    expect(done.weightsSha256).toBe(expected.trainings[training]);
  });
});

describe("the bits that are expected", () => {
  for (const { name, missing, short, trains, ask } of HOSTS) {
    if (
      short === "none" ||
      (browsers && "chromium firefox webkit".includes(name) && !browsers.includes(name))
    )
      continue;
    const why = missing ? ` (missing; to have it: ${missing})` : "";
    test.skipIf(missing !== undefined && !required)(
      `${name}${why}`,
      async () => {
        if (missing) throw new Error(`${name} is missing, and NABLA_REQUIRE_ALL=1 asks for it: ${missing}`);
        const names = short === "all" ? NAMES : SOME;
        const trainings = trains ? TRAININGS : [];
        const answers = await ask(names, trainings, folder);
        const { networks, trainings: trained } = compared(answers, expected, names, trainings);
        expect([...networks.differences, ...trained.differences]).toEqual([]);
        expect(networks.equal + trained.equal).toBe(names.length + trainings.length);
      },
      240_000,
    );
  }
});
