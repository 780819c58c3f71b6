/** The checkpoints of a training as files: which are kept, and which of them a training goes on from. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KEY } from "../../src/checkpoint/document.ts";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { moons } from "../../src/data/generated/points.ts";
import { dense, type Model, NablaError, sequential, weightsSha256 } from "../../src/index.ts";
import { checkpointIn } from "../../src/node/checkpointIn.ts";
import { Checkpoints, loadNewest, savedTo } from "../../src/node/checkpoints.ts";
import { loadModel } from "../../src/node/models.ts";
import { writeSafetensors } from "../support/checkpoints.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-checkpoints-"));
  path = join(folder, "m.safetensors");
});
afterEach(() => rmSync(folder, { recursive: true }));

const data = moons({ samples: 64 });
const settings = { epochs: 6, batchSize: 16 };
const fresh = (): Model =>
  sequential([dense({ units: 4, activation: "tanh" }), dense({ units: 1, activation: "sigmoid" })], {
    seed: 2,
  }).compile({ loss: "binaryCrossentropy", optimizer: "adam" });
const names = () => readdirSync(folder).sort();
const flip = (file: string) => {
  const bytes = readFileSync(join(folder, file));
  bytes[bytes.length - 9]! ^= 4;
  writeFileSync(join(folder, file), bytes);
};

/** Figures for `monitor`, one an epoch. */
const figures = (values: readonly number[]) => ({
  onEpochEnd: (epoch: number, logs: Record<string, number>) => void (logs.figure = values[epoch]!),
});

async function trained(keep: number | undefined, epochs = settings.epochs): Promise<Model> {
  const model = fresh();
  const callbacks = [
    figures([5, 3, 4, 4, 4, 4]),
    checkpointIn(path, { keep, ...(keep && { monitor: "figure" }) }),
  ];
  await model.fit(data, { ...settings, epochs, callbacks });
  return model;
}

describe("what is kept", () => {
  test("without keep: the newest and the one before", async () => {
    const model = await trained(undefined);
    expect(names()).toEqual(["m.safetensors", "m.safetensors.previous"]);
    expect(weightsSha256(await loadModel(path))).toBe(weightsSha256(model));
  });

  test("keep 2: the last two and the best, by name; the newest takes no room twice", async () => {
    await trained(2);
    expect(names()).toEqual([
      "m.best.epoch0002-step0000008.safetensors",
      "m.epoch0005-step0000020.safetensors",
      "m.epoch0006-step0000024.safetensors",
      "m.safetensors",
    ]);
    const newest = statSync(path);
    expect(statSync(join(folder, "m.epoch0006-step0000024.safetensors")).ino).toBe(newest.ino);
    const best = await loadModel(join(folder, "m.best.epoch0002-step0000008.safetensors"));
    const two = fresh();
    await two.fit(data, { ...settings, epochs: 2 });
    expect(weightsSha256(best)).toBe(weightsSha256(two));
  });

  test("a resumed training keeps on counting, and knows the best; what it is past goes first", async () => {
    await trained(3, 3);
    writeFileSync(join(folder, "m.epoch0009-step0000036.safetensors"), "of another training");
    const { model } = await loadNewest(path);
    await model.fit(data, {
      ...settings,
      resume: true,
      callbacks: [figures([5, 3, 4, 4, 4, 4]), checkpointIn(path, { keep: 3, monitor: "figure" })],
    });
    expect(names()).toEqual([
      "m.best.epoch0002-step0000008.safetensors",
      "m.epoch0004-step0000016.safetensors",
      "m.epoch0005-step0000020.safetensors",
      "m.epoch0006-step0000024.safetensors",
      "m.safetensors",
    ]);
    const whole = fresh();
    await whole.fit(data, settings);
    expect(weightsSha256(model)).toBe(weightsSha256(whole));
  });

  test("without hard links each is a file of its own", async () => {
    const link = () => Promise.reject(Object.assign(new Error("EPERM"), { code: "EPERM" }));
    const files = new Checkpoints(path, { keep: 2, fs: { link } });
    for (let step = 1; step <= 3; step++)
      await files.write(new TextEncoder().encode(`step ${step}`), { epoch: 0, step }, step === 1);
    expect(names().map((name) => [name, readFileSync(join(folder, name), "utf8")])).toEqual([
      ["m.best.epoch0000-step0000001.safetensors", "step 1"],
      ["m.epoch0000-step0000002.safetensors", "step 2"],
      ["m.epoch0000-step0000003.safetensors", "step 3"],
      ["m.safetensors", "step 3"],
    ]);
  });

  test("a damaged file does not take the place of a previous one that is whole", async () => {
    await trained(undefined, 3);
    const before = readFileSync(`${path}.previous`);
    flip("m.safetensors");
    const files = new Checkpoints(path);
    await files.write(new TextEncoder().encode("new"));
    expect(readFileSync(`${path}.previous`).equals(before)).toBe(true);
    await files.write(new TextEncoder().encode("newer"));
    expect(readFileSync(`${path}.previous`, "utf8")).toBe("new");
  });
});

describe("which one a training goes on from", () => {
  const sha = async (epochs: number) => {
    const model = fresh();
    await model.fit(data, { ...settings, epochs });
    return weightsSha256(model);
  };

  test("the newest that is whole; what is passed over is named with its reason", async () => {
    await trained(3);
    const from = async (where = path) => {
      const { model, path: found, passed } = await loadNewest(where);
      return [
        found.slice(folder.length + 1),
        weightsSha256(model),
        passed.map((each) => each.problem),
      ] as const;
    };
    for (const where of [path, folder])
      expect(await from(where)).toEqual(["m.safetensors", await sha(6), []]);
    // a name of its own is a hard link: damage is the same for both
    flip("m.safetensors");
    rmSync(join(folder, "m.epoch0006-step0000024.safetensors"));
    const damaged = expect.stringContaining("damaged or changed since it was saved");
    expect(await from()).toEqual(["m.epoch0005-step0000020.safetensors", await sha(5), [damaged]]);
    truncateSync(join(folder, "m.epoch0005-step0000020.safetensors"), 900);
    const truncated = expect.stringContaining("truncated");
    expect(await from(folder)).toEqual([
      "m.epoch0004-step0000016.safetensors",
      await sha(4),
      [damaged, truncated],
    ]);
    rmSync(path);
    writeFileSync(join(folder, "m.epoch0004-step0000016.safetensors"), "");
    expect(await from()).toEqual([
      "m.best.epoch0002-step0000008.safetensors",
      await sha(2),
      [expect.stringContaining("no such file"), truncated, expect.stringContaining("not a safetensors file")],
    ]);
    writeFileSync(join(folder, "m.best.epoch0002-step0000008.safetensors"), "x");
    await expect(loadNewest(path)).rejects.toThrow(/none of its checkpoints can be read: .*m\.epoch0005/);
  });

  test("the previous one", async () => {
    await trained(undefined);
    truncateSync(path, 100);
    const { path: found, model } = await loadNewest(path);
    expect([found, weightsSha256(model)]).toEqual([`${path}.previous`, await sha(5)]);
  });

  test("one that is named is read itself, or not at all", async () => {
    await trained(2);
    const name = join(folder, "m.epoch0005-step0000020.safetensors");
    expect((await loadNewest(name)).path).toBe(name);
    flip("m.epoch0005-step0000020.safetensors");
    await expect(loadNewest(name)).rejects.toThrow("damaged");
    expect(savedTo(name)).toBe(path);
    expect(savedTo(`${path}.previous`)).toBe(path);
    expect(savedTo(path)).toBe(path);
    expect(savedTo(join(folder, "a.best.epoch1-step2"))).toBe(join(folder, "a"));
  });

  test("a folder of several trainings, of none, and a path that is nowhere", async () => {
    await expect(loadNewest(folder)).rejects.toThrow(
      "expected a folder with checkpoints (.safetensors), found none",
    );
    await trained(undefined, 1);
    copyFileSync(path, join(folder, "other.safetensors"));
    await expect(loadNewest(folder)).rejects.toThrow(
      "there are checkpoints of 2 trainings (m.safetensors, other.safetensors); name the one to go on with",
    );
    await expect(loadNewest(join(folder, "absent"))).rejects.toThrow(/absent: cannot be read: no such file$/);
    if (process.platform !== "win32")
      await expect(loadModel("/dev/zero")).rejects.toThrow("/dev/zero: cannot be read: it is a device");
  });

  test("a newer version is no damage: an older checkpoint does not hide it", async () => {
    await trained(undefined);
    const { metadata, tensors } = readSafetensors(readFileSync(path), path);
    const text = metadata[KEY]!.replace('"version":1', '"version":9');
    const all = [...tensors].map(([name, { shape, data }]) => ({ name, shape, data }));
    writeFileSync(path, writeSafetensors(all, { [KEY]: text }));
    await expect(loadNewest(path)).rejects.toThrow(/version 9.*update nabla/);
  });

  test.each([
    ["", {}, /^checkpointIn: expected a path or a file: URL, got ""$/],
    ["m", { keep: 0 }, /^checkpointIn: keep: expected a whole number ≥ 1, got 0$/],
    ["m", { kept: 1 }, /^checkpointIn: unknown option "kept"/],
    ["m", { onError: 3 }, /^checkpointIn: onError: expected a function or "throw", got 3$/],
  ])("%j with %j is refused at once", (where, options, message) => {
    expect(() => checkpointIn(where, options as never)).toThrow(message);
    expect(() => checkpointIn(where, options as never)).toThrow(NablaError);
    expect(existsSync(where || "m")).toBe(false);
  });
});
