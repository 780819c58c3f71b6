/** Power cuts: whatever of the calls so far a disk has kept, a whole checkpoint is there, and none older than promised. */
import { describe, expect, test } from "vitest";
import { Checkpoints } from "../../src/node/checkpoints.ts";
import { writeFileAtomic } from "../../src/node/files.ts";
import { CrashingFileSystem } from "../support/node/crashing.ts";

const PATH = "/f/m.safetensors";
/** A few bytes that say which they are, and that they are all there. */
const content = (step: number) => new TextEncoder().encode(`<step ${String(step).padStart(8, "0")}>`);
/** The step of a whole file; undefined for anything else. */
function stepOf(bytes: Uint8Array): number | undefined {
  const step = /^<step (\d{8})>$/.exec(new TextDecoder().decode(bytes))?.[1];
  return step === undefined ? undefined : Number(step);
}
/** Names that src/node/checkpoints.ts looks at. */
const CHECKPOINT = /^\/f\/m(\.best)?(\.epoch\d+-step\d+)?\.safetensors(\.previous)?$/;

/** The newest whole checkpoint of a disk. */
const newest = (disk: Map<string, Uint8Array>): number =>
  Math.max(-1, ...[...disk].flatMap(([name, bytes]) => (CHECKPOINT.test(name) ? [stepOf(bytes) ?? -1] : [])));

const named = (calls: readonly string[]) =>
  calls.map((call) => call.replaceAll(/\.m\.safetensors\.\S+\.tmp/g, "TMP").replaceAll("/f/", ""));

describe.each([
  ["with hard links", true],
  ["without", false],
])("%s", (_, links) => {
  test.each([[undefined], [1], [2], [3]])("keep %s", async (keep) => {
    let durable = -1;
    let cuts = 0;
    const lost: string[] = [];
    const fs = new CrashingFileSystem(links, (disks, call) => {
      for (const disk of disks) {
        cuts++;
        if (newest(disk) < durable) lost.push(`after ${call}: ${[...disk.keys()].join(", ")}`);
      }
    });
    const files = new Checkpoints(PATH, { keep, fs });
    for (let step = 1; step <= 6; step++) {
      await files.write(content(step), { epoch: 0, step }, step % 2 === 0);
      // what write() has returned from is on the disk
      durable = step;
      for (const disk of fs.disks()) expect(newest(disk)).toBe(step);
    }
    await files.write(content(7));
    expect(lost).toEqual([]);
    expect(cuts).toBeGreaterThan(200);
  });

  test("with keep the older ones are there until the newer are, so one that is damaged can be passed over", async () => {
    let written = 0;
    const few: string[] = [];
    const fs = new CrashingFileSystem(links, (disks, call) => {
      for (const disk of disks) {
        const whole = new Set(
          [...disk].flatMap(([name, bytes]) => (CHECKPOINT.test(name) ? [stepOf(bytes)] : [])),
        );
        whole.delete(undefined);
        if (whole.size < Math.min(written, 3)) few.push(call);
      }
    });
    const files = new Checkpoints(PATH, { keep: 3, fs });
    for (let step = 1; step <= 6; step++) {
      await files.write(content(step), { epoch: 0, step });
      written = step;
    }
    expect(few).toEqual([]);
  });
});

test("the order of the calls", async () => {
  const fs = new CrashingFileSystem(true);
  await writeFileAtomic(PATH, content(1), { fs });
  const write = ["write TMP", "write TMP", "write TMP", "write TMP"];
  expect(named(fs.calls)).toEqual([
    "create TMP",
    ...write,
    "sync TMP",
    "rename TMP m.safetensors",
    "sync folder /f",
  ]);
  fs.calls.length = 0;
  await writeFileAtomic(PATH, content(2), { fs, keepPrevious: true });
  expect(named(fs.calls)).toEqual([
    "create TMP",
    ...write,
    "sync TMP",
    expect.stringMatching(/^link m\.safetensors \S+$/),
    expect.stringMatching(/^rename \S+ m\.safetensors\.previous$/),
    "rename TMP m.safetensors",
    "sync folder /f",
  ]);
  fs.calls.length = 0;
  const files = new Checkpoints(PATH, { keep: 1, fs });
  await files.write(content(3), { epoch: 1, step: 3 });
  await files.write(content(4), { epoch: 1, step: 4 });
  const calls = named(fs.calls);
  const removed = calls.indexOf("unlink m.epoch0001-step0000003.safetensors");
  expect(removed).toBeGreaterThan(0);
  // the folder is flushed after the newer has its name, and before the older is removed
  expect(calls[removed - 1]).toBe("sync folder /f");
  expect(calls[removed - 2]).toMatch(/^rename \S+ m\.epoch0001-step0000004\.safetensors$/);
});

test("without hard links the folder is flushed between the two renames", async () => {
  const fs = new CrashingFileSystem(false);
  await writeFileAtomic(PATH, content(1), { fs });
  fs.calls.length = 0;
  await writeFileAtomic(PATH, content(2), { fs, keepPrevious: true });
  expect(named(fs.calls).slice(-4)).toEqual([
    "rename m.safetensors m.safetensors.previous",
    "sync folder /f",
    "rename TMP m.safetensors",
    "sync folder /f",
  ]);
});
