/** Folders of pictures and single pictures on the command line. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { encode } from "fast-png";
import jpeg from "jpeg-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digits } from "../../src/data/digits/index.ts";
import { loadModel } from "../../src/node/models.ts";
import { contents } from "../data/helpers.ts";
import { fixture } from "../data/images/support.ts";
import { done, events, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(place.path(name)), { recursive: true });
  place.write(name, content);
}

/** 8 × 8 pixels, or times more: an upright bar, a lying one, or a block, with noise; as PNG. */
function drawn(kind: string, i: number, times = 1): Uint8Array {
  return encode({ ...pixels(kind, i, times), channels: 1 });
}

function asJpeg(kind: string, i: number, times = 1): Uint8Array {
  const { width, height, data } = pixels(kind, i, times);
  const rgba = Buffer.from(Array.from(data, (value) => [value, value, value, 255]).flat());
  return jpeg.encode({ width, height, data: rgba }, 90).data;
}

function pixels(kind: string, i: number, times: number): { width: number; height: number; data: Uint8Array } {
  const side = 8 * times;
  const at = 1 + (i % 5);
  const data = Uint8Array.from({ length: side * side }, (_, p) => {
    const [x, y] = [Math.floor((p % side) / times), Math.floor(p / side / times)];
    const on = { upright: x === at, lying: y === at, block: x >= at && x < at + 3 && y >= 2 && y < 5 }[kind];
    return (on ? 180 : 30) + ((p * 31 + i * 17) % 40);
  });
  return { width: side, height: side, data };
}

const KINDS = ["block", "lying", "upright"];

describe("a folder of class folders", () => {
  beforeAll(async () => {
    for (const kind of KINDS) {
      for (let i = 0; i < 40; i++) put(`shapes/train/${kind}/${i}.png`, drawn(kind, i));
      for (let i = 40; i < 50; i++) put(`shapes/test/${kind}/${i}.png`, drawn(kind, i, 1 + (i % 3)));
    }
    const trained = await place.run([
      "train",
      "shapes",
      "--size",
      "8",
      "--epochs",
      "15",
      "--schedule",
      "constant",
      "--seed",
      "3",
      "--out",
      "m.safetensors",
    ]);
    expect(done(trained).testAccuracy).toBeGreaterThan(0.9);
  });

  test("gives a model that knows its classes and how its pictures were made", async () => {
    const model = await loadModel(place.path("m.safetensors"));
    expect(model.metadata.classes).toEqual(KINDS);
    expect(model.metadata.extra).toMatchObject({
      data: {
        name: "shapes",
        kind: "images",
        inputType: "uint8",
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      images: { width: 8, height: 8, channels: 1, fit: "pad" },
    });
  });

  test("predict names the class of a PNG or JPEG and says what it did to it", async () => {
    put("small.png", drawn("upright", 3));
    put("large.png", drawn("lying", 2, 5));
    const { stdout, stderr } = await place.run(["predict", "m.safetensors", "small.png", "large.png"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^small\.png: upright \d+\.\d\d % {3}then /);
    expect(stdout).toMatch(/large\.png: lying .*\n {2}\(40×40 brought to 8×8\)/);
    put("photo.jpg", asJpeg("block", 4, 3));
    const photo = await place.run(["predict", "m.safetensors", "photo.jpg"]);
    expect(photo.stdout).toMatch(/^photo\.jpg: block .*\n {2}\(made grey, 24×24 brought to 8×8\)/);
    const [first] = events((await place.run(["predict", "m.safetensors", "large.png", "--json"])).stdout);
    expect(first).toMatchObject({ input: "large.png", class: "lying", prepared: "40×40 brought to 8×8" });
  });

  test("predict takes rows of such a folder, evaluate the whole of it", async () => {
    const row = await place.run(["predict", "m.safetensors", "shapes#29"]);
    expect(row.stdout).toMatch(/^shapes#29: upright .*✓/);
    const { stdout } = await place.run(["evaluate", "m.safetensors", "shapes"]);
    expect(stdout).toContain("shapes, test part: 30 rows");
    // some of the classes, sizes of any kind: the model says which class is which
    for (let i = 0; i < 5; i++) put(`others/upright/${i}.png`, drawn("upright", i, 2));
    const some = JSON.parse((await place.run(["evaluate", "m.safetensors", "others", "--json"])).stdout);
    expect(some).toMatchObject({ rows: 5, accuracy: 1 });
    put("strange/round/1.png", drawn("block", 1));
    expect((await place.run(["evaluate", "m.safetensors", "strange"])).stderr).toContain(
      'there is no class "round"; the classes are block, lying, upright',
    );
  });

  test("models vote on pictures only where these were brought to a size alike", async () => {
    const other = [
      "train",
      "shapes",
      "--size",
      "8",
      "--fit",
      "crop",
      "--epochs",
      "1",
      "--out",
      "cropped.safetensors",
    ];
    expect((await place.run(other)).code).toBe(0);
    expect(
      (await place.run(["evaluate", "m.safetensors", "cropped.safetensors", "shapes"])).stderr,
    ).toContain(
      "cropped.safetensors: was trained on pictures resized with --fit crop, m.safetensors with pad; expected the same",
    );
  });

  test("data says what is in it", async () => {
    const { stdout } = await place.run(["data", "shapes", "--size", "8", "--preview", "1"]);
    expect(stdout).toMatch(
      /shapes: pictures, 120 rows, and 30 to test with\n(.*\n)?( {2})?shapes.train to train on, shapes.test to test with\n/,
    );
    expect(stdout).toMatch(/block +40 +33\.33 % +10/);
  });

  test("resuming needs the same pictures, brought to the same shape", async () => {
    const args = [
      "train",
      "shapes",
      "--size",
      "8",
      "--epochs",
      "16",
      "--schedule",
      "constant",
      "--seed",
      "3",
      "--resume",
      "m.safetensors",
      "--out",
      "n.safetensors",
    ];
    expect(done(await place.run(args)).epochs).toBe(16);
    expect((await place.run([...args, "--fit", "crop"])).stderr).toContain(
      'pictures.fit was "pad" in m.safetensors, now it is "crop"',
    );
    put("shapes/train/block/new.png", drawn("block", 7));
    expect((await place.run(args)).stderr).toContain("shapes has changed since");
  });

  test("unreadable files are refused by name, or left out and named", async () => {
    for (const kind of KINDS) for (let i = 0; i < 8; i++) put(`mixed/${kind}/${i}.png`, drawn(kind, i));
    put("mixed/lying/broken.jpg", fixture("baseline.jpg").subarray(0, 600));
    put("mixed/lying/notes.txt", "none");
    const refused = await place.run(["train", "mixed", "-q"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^nabla: mixed: 2 files are not readable pictures .*broken\.jpg.*notes\.txt.*\(--unreadable skip\)\n$/,
    );
    const skipped = await place.run(["train", "mixed", "--unreadable", "skip", "--epochs", "1"]);
    expect(skipped.code).toBe(0);
    expect(events(skipped.stdout)[0]).toMatchObject({ rows: 24 });
    expect(skipped.stderr).toMatch(
      /nabla: mixed: 2 files left out:\n.*notes\.txt: .*not a picture\n|broken\.jpg: /,
    );
  });

  test("its options are for it alone, and say what they take", async () => {
    expect((await place.run(["train", "moons", "--size", "8"])).stderr).toContain(
      "--size is for folders of pictures; moons is something else",
    );
    const size = await place.run(["train", "shapes", "--size", "8by8"]);
    expect(size.stderr).toContain(
      '--size: expected pixels on a side, or width and height, like 32 or 48x32, got "8by8"',
    );
    expect((await place.run(["train", "shapes"])).stderr).toContain("choose one size for all");
    expect((await place.run(["train", "--help"])).stdout).toMatch(
      /--size <N\|WxH>\s+pictures: pixels of a row/,
    );
  });
});

describe("a picture of a digit", () => {
  beforeAll(async () => {
    done(
      await place.run([
        "train",
        "digits",
        "--samples",
        "6000",
        "--epochs",
        "4",
        "--seed",
        "1",
        "--out",
        "d.safetensors",
      ]),
    );
  });

  /** A generated digit as a scan: enlarged, dark on light, not in the middle. */
  function scan(row: number): { file: Uint8Array; digit: number; own: Uint8Array } {
    const set = digits({ samples: 10, part: "test" });
    const { x, y } = contents(set);
    const own = Uint8Array.from(x.slice(row * 784, (row + 1) * 784));
    const [width, height] = [300, 200];
    const data = Uint8Array.from({ length: width * height }, (_, p) => {
      const [u, v] = [Math.floor(((p % width) - 170) / 4), Math.floor((Math.floor(p / width) - 30) / 4)];
      const ink = u >= 0 && u < 28 && v >= 0 && v < 28 ? own[v * 28 + u]! : 0;
      return 235 - Math.floor(ink * 0.8) - Math.floor((p % width) / 12);
    });
    return { file: encode({ width, height, channels: 1, data }), digit: y[row]!, own };
  }

  test("dark on light is inverted, cut, scaled and centred, and that is said", async () => {
    const right: boolean[] = [];
    for (let row = 0; row < 6; row++) {
      const { file, digit } = scan(row);
      put("scan.png", file);
      const [said] = events((await place.run(["predict", "d.safetensors", "scan.png", "--json"])).stdout);
      expect(said!.prepared).toMatch(
        /^dark on light, inverted; cut to \d+×\d+ of 300×200, scaled and centred as in MNIST/,
      );
      right.push(said!.class === String(digit));
    }
    expect(right.filter(Boolean).length).toBeGreaterThanOrEqual(5);
  });

  test("--as-is leaves it", async () => {
    put("scan.png", scan(0).file);
    const { stdout } = await place.run(["predict", "d.safetensors", "scan.png", "--as-is"]);
    expect(stdout).toContain("(300×200 brought to 28×28)");
    expect(stdout).not.toContain("inverted");
  });

  test("one that is as MNIST's are already is not touched", async () => {
    const { own } = scan(1);
    put("own.png", encode({ width: 28, height: 28, channels: 1, data: own }));
    const { stdout } = await place.run(["predict", "d.safetensors", "own.png"]);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    const [plain] = events(
      (await place.run(["predict", "d.safetensors", "-", "--json"], JSON.stringify([...own]))).stdout,
    );
    const [picture] = events((await place.run(["predict", "d.safetensors", "own.png", "--json"])).stdout);
    expect(picture!.ranking).toEqual(plain!.ranking);
  });

  test("JPEG is read as well; what is no picture, or shows nothing, is said by name", async () => {
    put("grey.jpg", fixture("grey.jpg"));
    expect((await place.run(["predict", "d.safetensors", "grey.jpg", "--as-is"])).stdout).toMatch(
      /^grey\.jpg: \d /,
    );
    put("photo.png", "");
    put("photo.gif", "GIF89a..........");
    put("blank.png", encode({ width: 50, height: 40, channels: 1, data: new Uint8Array(2000).fill(230) }));
    const error = async (file: string) => (await place.run(["predict", "d.safetensors", file])).stderr;
    expect(await error("photo.png")).toMatch(/^nabla: photo\.png: the file is empty/);
    expect(await error("photo.gif")).toContain("this is a GIF image");
    expect(await error("blank.png")).toContain("all of one tone");
    done(
      await place.run(["train", "moons", "--samples", "40", "--epochs", "1", "--out", "moons.safetensors"]),
    );
    expect((await place.run(["predict", "moons.safetensors", "grey.jpg"])).stderr).toContain(
      "grey.jpg: a picture, but the model takes inputs [2], which are not pictures",
    );
  });
});
