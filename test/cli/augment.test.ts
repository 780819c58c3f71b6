/** nabla train --augment, and the same in a configuration: what it does, and what it refuses. */
import { existsSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { done, flowers, idxFolder, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

test("in a configuration; a flag takes its place", async () => {
  const short = ["train", "digits", "--samples", "60", "--epochs", "2"];
  const model = { layers: [{ type: "flatten" }, { type: "dense", units: 10, activation: "softmax" }] };
  const training = (augment: unknown) => ({
    loss: "categoricalCrossentropy",
    ...(augment ? { augment } : {}),
  });
  const write = (name: string, augment?: unknown) =>
    place.write(name, JSON.stringify({ nabla: 1, model, training: training(augment) }));
  write("plain.json");
  write("long.json", {
    shift: [2, 1],
    elastic: { alpha: 20, sigma: 3 },
    flip: "horizontal",
    imageShape: [28, 28],
    fill: 5,
  });
  const sha = async (...flags: string[]) => done(await place.run([...short, ...flags])).weightsSha256;
  const form = "shift:2x1, elastic:20x3, flip:horizontal, imageShape:28x28, fill:5";
  const long = await sha("--config", "long.json");
  expect(await sha("--config", "plain.json", "--augment", form)).toBe(long);
  expect(await sha("--config", "plain.json")).not.toBe(long);
  const elastic = await sha("--config", "plain.json", "--augment", "elastic");
  expect(await sha("--config", "long.json", "--augment", "elastic:34x4")).toBe(elastic);
  // what images become depends on the seed, unless they have one of their own
  const seeds = [1, 2].map((seed) => sha("--config", "plain.json", "--augment", `elastic,seed:${seed}`));
  expect(new Set([...(await Promise.all(seeds)), elastic]).size).toBe(3);
});

test.each([
  [
    "digits",
    "shif:2",
    /--augment: there is no "shif"; did you mean "shift"\? expected some of shift, rotate, /,
  ],
  ["digits", "", /--augment: there is no "";/],
  ["digits", "shift:2,shift:3", /--augment: shift is there twice/],
  ["digits", "shift:2:3", /--augment: shift:2:3: expected one value/],
  ["digits", "shift:a", /--augment\.shift: expected a finite number ≥ 0, got "a"/],
  ["digits", "shift", /--augment\.shift: expected a finite number ≥ 0, got true/],
  ["digits", "rotate:200", /--augment\.rotate: .* got 200/],
  ["digits", "elastic:1x2x3", /--augment\.elastic: expected an object, got \[1,2,3\]/],
  ["digits", "flip:up", /--augment\.flip: expected one of horizontal, vertical, both, got "up"/],
  ["digits", "shift:28", /augment: shift: expected fewer than the 28 pixels an image is high, got 28/],
  ["moons", "shift:1", /augment: moons: expected images, rows of shape \[h, w\] or \[h, w, c\], got \[2\]/],
  ["flowers.csv", "rotate:5", /augment: flowers\.csv.*: expected images, .* got \[3\]; .* imageShape/],
])("%s --augment %j is refused", async (data, form, message) => {
  if (data.endsWith(".csv")) place.write(data, flowers());
  const args = ["train", data, "--augment", form, "--epochs", "1", "--out", "never.safetensors"];
  const { code, stdout, stderr } = await place.run(args);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stdout).toBe("");
  expect(existsSync(place.path("never.safetensors"))).toBe(false);
});

test("files of images", async () => {
  idxFolder(place, "idx");
  const result = await place.run(["train", "idx", "--epochs", "2", "--augment", "shift:1,elastic:20"]);
  expect(done(result)).toMatchObject({ epochs: 2 });
});
