/** Arrays on the command line: the same values are read alike by train, evaluate and predict, whatever file and type they are in. */
import { afterAll, expect, test } from "vitest";
import { idxBytes } from "../data/helpers.ts";
import { type Code, writeNpy, writeTexts, writeZip } from "../support/data/npy.ts";
import { workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

const npz = (arrays: Record<string, Uint8Array>): Uint8Array =>
  writeZip(Object.entries(arrays).map(([name, content]) => ({ name: `${name}.npy`, content })));
const json = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const ok = async (args: string[]) => {
  const { code, stdout, stderr } = await place.run(args);
  expect([code, stderr]).toEqual([0, ""]);
  return json(stdout);
};

const ROWS = 40;
const pictures = Array.from({ length: ROWS * 64 }, (_, i) =>
  Math.floor(i / 64) % 2 ? (i * 7) % 256 : (i * 13) % 90,
);
const labels = Array.from({ length: ROWS }, (_, i) => i % 2);
const table = Array.from({ length: ROWS }, (_, i) => [
  1.7e9 + i,
  (i % 2 ? 5 : -5) + (i % 7) / 10,
  i % 3,
]).flat();
const train = (file: string, ...more: string[]) =>
  ok(["train", file, "--epochs", "3", "--seed", "1", "--quiet", "--json", ...more]);

test("pixels of any type give the same weights, and are predicted alike", async () => {
  const hashes = new Set<string>();
  for (const code of ["u1", "i4", "f4", "f8"] as Code[]) {
    place.write(
      `${code}.npz`,
      npz({ x_train: writeNpy(code, [ROWS, 8, 8], pictures), y_train: writeNpy("u1", [ROWS, 1], labels) }),
    );
    const [done] = await train(`${code}.npz`, "--out", `${code}.safetensors`);
    hashes.add(done.weightsSha256);
  }
  expect(hashes.size).toBe(1);
  const inputs = {
    "rows.npy": writeNpy("f8", [2, 8, 8], pictures.slice(0, 128)),
    "scaled.npy": writeNpy(
      "f4",
      [2, 8, 8],
      pictures.slice(0, 128).map((value) => value / 255),
    ),
    "alone.npz": npz({ images: writeNpy("i2", [2, 8, 8], pictures.slice(0, 128)) }),
    "with.npz": npz({ X: writeNpy("f8", [2, 8, 8], pictures.slice(0, 128)), y: writeNpy("f8", [2], [0, 1]) }),
    rows: idxBytes(8, [2, 8, 8], pictures.slice(0, 128)),
  };
  const found = new Set<string>();
  for (const [name, content] of Object.entries(inputs)) {
    place.write(name, content);
    const rows = await ok(["predict", "f4.safetensors", name, "--json"]);
    expect(rows).toHaveLength(2);
    found.add(
      JSON.stringify(
        rows.map(({ ranking }) => ranking.map((one: { confidence: number }) => one.confidence.toFixed(5))),
      ),
    );
  }
  expect(found.size).toBe(1);
  const [scores] = await ok(["evaluate", "u1.safetensors", "f8.npz", "--json"]);
  expect(scores).toMatchObject({ rows: ROWS, part: "all" });
});

test("columns keep their standardisation, labels their names", async () => {
  const texts = labels.map((label) => (label ? "up" : "down"));
  place.write("t.npz", npz({ X: writeNpy("f8", [ROWS, 3], table), y: writeTexts([ROWS], texts, true) }));
  const [{ notes, kind }] = json((await place.run(["data", "t.npz", "--json"])).stdout);
  expect([kind, notes]).toEqual([
    "npz",
    [
      `X: float64 [${ROWS}, 3], from -5 to 1700000000: standardised, to mean 0 and deviation 1`,
      `y: text [${ROWS}]: labels of 2 classes: down, up`,
    ],
  ]);
  await train("t.npz", "--epochs", "40", "--out", "t.safetensors");
  const [scores] = await ok(["evaluate", "t.safetensors", "t.npz", "--json"]);
  expect(scores.accuracy).toBe(1);
  // two rows of the training set alone: they are no reason to fit anything anew, nor is one label of two
  place.write(
    "two.npz",
    npz({ data: writeNpy("f8", [2, 3], table.slice(3, 9)), target: writeTexts([2], ["up", "down"], false) }),
  );
  const [two] = await ok(["evaluate", "t.safetensors", "two.npz", "--json"]);
  expect([two.rows, two.wrong]).toEqual([2, 0]);
  place.write("two.npy", writeNpy("f8", [2, 3], table.slice(3, 9)));
  const rows = await ok(["predict", "t.safetensors", "two.npy", "--json"]);
  expect(rows.map((row) => row.class)).toEqual(["up", "down"]);
});

test("a stopped training resumes bit for bit on arrays that were standardised", async () => {
  place.write("r.npz", npz({ X: writeNpy("f8", [ROWS, 3], table), y: writeNpy("i4", [ROWS], labels) }));
  const [whole] = await train(
    "r.npz",
    "--batch-size",
    "10",
    "--out",
    "r.safetensors",
    "--checkpoint-every",
    "5",
  );
  // what was written before the last: in the middle of the training
  const again = ["--resume", "r.safetensors.previous", "--out", "again.safetensors"];
  const { code, stdout, stderr } = await place.run(["train", "r.npz", ...again, "--quiet", "--json"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(json(stdout)[0].weightsSha256).toBe(whole.weightsSha256);
});

test("arrays that may each be meant are named; flags for other data are refused", async () => {
  place.write(
    "s.npz",
    npz({
      data: writeNpy("f8", [ROWS, 3], table),
      images: writeNpy("u1", [ROWS, 8, 8], pictures),
      target: writeNpy("i4", [ROWS], labels),
    }),
  );
  const { code, stderr } = await place.run(["train", "s.npz"]);
  expect([code, stderr]).toEqual([
    1,
    `nabla: s.npz: data and images may each be the inputs; arrays: ["X", "Y"] (--arrays X,Y), with two more for a test part, names them. Found data: float64 [${ROWS}, 3], images: uint8 [${ROWS}, 8, 8], target: int32 [${ROWS}]\n`,
  ]);
  const [data] = await ok(["data", "s.npz", "--arrays", "data,target", "--scaling", "none", "--json"]);
  expect(data).toMatchObject({
    inputShape: [3],
    notes: expect.arrayContaining([expect.stringMatching(/^data: .*used as they are$/)]),
  });
  expect((await place.run(["train", "moons", "--arrays", "a,b"])).stderr).toMatch(
    /^nabla: --arrays is for npz archives; moons is/,
  );
  expect((await place.run(["train", "moons", "--scaling", "none"])).stderr).toMatch(
    /^nabla: --scaling is for npz archives and IDX/,
  );
  expect((await place.run(["data", "s.npz", "--arrays", "data"])).stderr).toMatch("expected two names");
});
