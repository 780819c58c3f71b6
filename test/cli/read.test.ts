/** nabla read, as users run it. */
import { encode } from "fast-png";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeStrip } from "../../bench/strips.mjs";
import { buffersFor, range } from "../../src/data/dataset.ts";
import { digits } from "../../src/data/index.ts";
import { type Reading, readDigits } from "../../src/index.ts";
import { Stream } from "../../src/math/random.ts";
import { loadModel } from "../../src/node/index.ts";
import { done, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

/** What the library says. */
let known: Reading;
beforeAll(async () => {
  done(await place.run(["train", "digits", "--samples", "6000", "--epochs", "5", "--out", "m.safetensors"]));
  const test = digits({ samples: 200, part: "test" });
  const { x, y } = buffersFor(test, test.length);
  test.read(range(test.length), x, y);
  const image = (i: number) => x.subarray(i * 784, i * 784 + 784) as Uint8Array;
  const strip = makeStrip(image, (i) => y[i], test.length, new Stream(1, 4), { digits: [4, 4] });
  known = readDigits(await loadModel(place.path("m.safetensors")), strip.picture);
  const { data, width, height } = strip.picture;
  place.write("light.png", encode({ data, width, height, channels: 1, depth: 8 }));
  const ink = Uint8Array.from({ length: data.length * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : 255 - data[Math.floor(i / 4)],
  );
  place.write("dark.png", encode({ data: ink, width, height, channels: 4, depth: 8 }));
  const empty = new Uint8Array(3000).fill(255);
  place.write("empty.png", encode({ data: empty, width: 60, height: 50, channels: 1, depth: 8 }));
});

test("prints the number and how sure each digit is", async () => {
  const { code, stdout, stderr } = await place.run(["read", "m.safetensors", "light.png", "dark.png"]);
  expect([code, stderr]).toEqual([0, ""]);
  const [light, dark] = stdout.trim().split("\n");
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const each = known.digits.map(({ digit, confidence }) => `${digit} ${percent(confidence)}`).join(", ");
  expect(known.text).toMatch(/^\d{4}$/);
  expect(light).toBe(`light.png: ${known.text} ${percent(known.confidence)}   ${each}`);
  expect(dark).toBe(light.replace("light", "dark"));
});

test("--json: one object a picture", async () => {
  const { code, stdout } = await place.run(["read", "m.safetensors", "light.png", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ input: "light.png", ...known });
});

test.each<[string, string[], RegExp]>([
  [
    "no ink in the last picture",
    ["light.png", "empty.png"],
    /^nabla: empty\.png: found no ink: the background is 255/,
  ],
  ["no such picture", ["none.png"], /^nabla: none\.png: cannot be read: no such file/],
  ["no picture", ["m.safetensors"], /^nabla: m\.safetensors: expected a PNG or JPEG picture/],
])("refused, with nothing said of the others: %s", async (_, pictures, message) => {
  const { code, stdout, stderr } = await place.run(["read", "m.safetensors", ...pictures]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("refused: a model of something else, a picture for a model", async () => {
  done(await place.run(["train", "moons", "--samples", "50", "--epochs", "1", "--out", "moons.safetensors"]));
  const other = await place.run(["read", "moons.safetensors", "light.png"]);
  expect(other.code).toBe(1);
  expect(other.stderr).toMatch(
    /expected a model that takes one digit of 28 × 28 pixels .*; this one takes \[2\]/,
  );
  const picture = await place.run(["read", "light.png", "light.png"]);
  expect(picture.stderr).toMatch(/light\.png: this is a PNG image, not a model/);
});
