/** The ladder of accuracies may be stopped at any time and loses nothing. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { idxFolder, workplace } from "../cli/support.ts";
import { idxBytes } from "../data/helpers.ts";

const place = workplace();
afterAll(place.remove);

idxFolder(place, "data", {
  "t10k-images-idx3-ubyte": idxBytes(
    8,
    [9, 8, 8],
    Uint8Array.from({ length: 576 }, (_, i) => (i * 97) % 256),
  ),
  "t10k-labels-idx1-ubyte": idxBytes(8, [9], [0, 1, 2, 0, 1, 2, 0, 1, 2]),
});
const SCRIPT = fileURLToPath(new URL("../../bench/accuracy.mjs", import.meta.url));

function ladder(out: string, ...more: string[]) {
  const args = [SCRIPT, "--data", "data", "--out", out, ...more];
  const child = spawn(process.execPath, args, { cwd: place.folder, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (more) => (text += more));
  const end = new Promise<{ code: number | null; text: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, text })),
  );
  return { child, end };
}
const results = (out: string) => JSON.parse(readFileSync(place.path(`${out}/accuracy.json`), "utf8"));

test("stopped and started again, a run ends in the same weights; finished ones are not done again", async () => {
  const args = ["--steps", "4", "--seeds", "1,2", "--epochs", "400"];
  expect(await ladder("whole", ...args).end).toMatchObject({ code: 0 });
  const running = ladder("parts", ...args);
  await new Promise<void>((resolve, reject) => {
    running.end.then(() => reject(new Error("it ended too early")));
    const look = setInterval(() => {
      try {
        if (!readFileSync(place.path("parts/checkpoints/book-4-1.jsonl"), "utf8").includes('"epoch":20,'))
          return;
      } catch {
        return;
      }
      clearInterval(look);
      resolve();
    }, 5);
  });
  running.child.kill("SIGTERM");
  expect((await running.end).code).toBe(130);
  const second = await ladder("parts", ...args).end;
  expect(second.text).toMatch(/book-4-1 \(goes on\)/);
  const plain = (all: Record<string, object>) =>
    Object.entries(all).map(([key, run]) => ({ key, ...run, secondsPerEpoch: 0 }));
  expect(plain(results("parts"))).toEqual(plain(results("whole")));
  expect(plain(results("whole"))).toMatchObject([
    { key: "book-4-1", epochs: 400 },
    { key: "book-4-2", epochs: 400 },
  ]);
  expect(await ladder("parts", ...args).end).toEqual({ code: 0, text: "" });
  const table = readFileSync(place.path("parts/accuracy.md"), "utf8");
  const share = (
    (100 * (results("parts")["book-4-1"].testLast + results("parts")["book-4-2"].testLast)) /
    2
  ).toFixed(2);
  expect(table).toMatch(new RegExp(`\\| 4 \\|.* 1, 2 \\| 400 \\| 97.80 \\|.*\\| ${share} \\|`));
});

test("a log with half a line in it, as after a power cut, does no harm", async () => {
  mkdirSync(place.path("cut/checkpoints"), { recursive: true });
  writeFileSync(place.path("cut/checkpoints/book-4-1.jsonl"), '{"event":"epo');
  expect(await ladder("cut", "--steps", "4", "--seeds", "1", "--epochs", "2").end).toMatchObject({ code: 0 });
  expect(results("cut")["book-4-1"]).toMatchObject({ epochs: 2, weightsSha256: expect.any(String) });
});

test("what makes no sense is said", async () => {
  expect(await ladder("x", "--steps", "4", "--seeds", "one").end).toEqual({
    code: 1,
    text: "bench/accuracy: --seeds: expected whole numbers from 1 on like 1,2,3, got one\n",
  });
  expect(await ladder("x", "--steps", "11").end).toEqual({
    code: 1,
    text: "bench/accuracy: --steps: there is no 11; expected some of 1,2,3,4,5,6,7,8,9,10,best\n",
  });
});
