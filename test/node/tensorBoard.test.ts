/** Event files: their bytes by the format, and what the real TensorBoard has read of them (test/golden/make_tensorboard.py). */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { blobs } from "../../src/data/index.ts";
import { dense, sequential } from "../../src/index.ts";
import { decode } from "../../src/interop/protobuf.ts";
import { tensorBoard } from "../../src/node/index.ts";
import { crc32c, EventFile, histogramOf } from "../../src/node/tensorBoard/events.ts";
import golden from "../golden/tensorboard.json" with { type: "json" };
import { tensorBoardRun } from "../support/tensorBoardRun.mjs";

const folder = mkdtempSync(join(tmpdir(), "nabla-tensorboard-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("CRC-32C of the check string of the standard, and of RFC 3720's zeros", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

/** The events of a file, each with its checksums right. */
function eventsIn(bytes: Uint8Array): Record<string, unknown>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const masked = (part: Uint8Array) => {
    const crc = crc32c(part);
    return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  };
  const events: Record<string, unknown>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true));
    expect(masked(bytes.subarray(at, at + 8))).toBe(view.getUint32(at + 8, true));
    const message = bytes.subarray(at + 12, at + 12 + length);
    expect(masked(message)).toBe(view.getUint32(at + 12 + length, true));
    events.push(
      decode(message, "Event", {
        Event: { 2: ["step", "int"], 3: ["version", "text"], 5: ["summary", "Summary"] },
        Summary: { 1: ["values", ["Value"]] },
        Value: { 1: ["tag", "text"], 2: ["value", "float"] },
      }),
    );
    at += 16 + length;
  }
  return events;
}

test("TensorBoard has read the figures, weights and layers of this training", async () => {
  const model = await tensorBoardRun({ dense, sequential, blobs, tensorBoard }, join(folder, "run"));
  expect(readdirSync(join(folder, "run")).sort()).toEqual(Object.keys(golden.runs).sort());
  const { train, validation } = golden.runs;
  const { history } = model.history;
  const steps = (values: readonly number[]) => values.map((value, step) => [step, Math.fround(value)]);
  expect(train.scalars.epoch_loss).toEqual(steps(history.loss!));
  expect(train.scalars.epoch_accuracy).toEqual(steps(history.accuracy!));
  expect(train.scalars.epoch_learning_rate).toEqual(steps(history.learningRate!));
  expect(validation.scalars.epoch_loss).toEqual(steps(history.valLoss!));
  // and what was read is what is in the files
  const own = join(folder, "run", "validation");
  const events = readdirSync(own).flatMap((file) => eventsIn(readFileSync(join(own, file))));
  expect(events[0]!.version).toBe("brain.Event:2");
  const losses = events.flatMap(({ step, summary }) => {
    const { values } = (summary ?? { values: [] }) as { values: { tag: string; value: number }[] };
    return values.filter(({ tag }) => tag === "epoch_loss").map(({ value }) => [step, value]);
  });
  expect(losses).toEqual(validation.scalars.epoch_loss);
  const last = train.histograms["last/kernel"].at(-1)!;
  const kernel = model.weights()["last.kernel"]!;
  expect(last).toMatchObject({
    step: 3,
    num: 12,
    counts: 12,
    min: Math.min(...kernel),
    max: Math.max(...kernel),
  });
  expect(Object.keys(train.histograms)).toHaveLength(4);
  expect(train.graph).toEqual([
    ["input", "input", []],
    ["first", "dense", ["input"]],
    ["last", "dense", ["first"]],
  ]);
});

test("histograms: every value is below one limit and not below the one before; what is not finite is left out", () => {
  const { min, max, count, sum, limits, counts } = histogramOf([0, 1, 2, 3, 4, Number.NaN, 4], 4);
  expect({ min, max, count, sum }).toEqual({ min: 0, max: 4, count: 6, sum: 14 });
  expect(limits).toEqual([1, 2, 3, 4]);
  expect(counts).toEqual([1, 1, 1, 3]);
  expect(histogramOf([7, 7])).toMatchObject({ limits: [7], counts: [2] });
  expect(histogramOf([])).toMatchObject({ count: 0 });
});

test("figures of batches; and a folder that cannot be made is said once and ends nothing", async () => {
  const model = sequential([dense({ units: 3, activation: "softmax" })], { seed: 1, inputShape: [2] });
  model.compile({ loss: "categoricalCrossentropy", optimizer: "sgd" });
  const data = blobs({ samples: 20, seed: 1, classes: 3 });
  const at = join(folder, "batches");
  await model.fit(data, { batchSize: 5, callbacks: [tensorBoard(at, { updateFreq: 2, writeGraph: false })] });
  const [file] = readdirSync(join(at, "train"));
  const text = readFileSync(join(at, "train", file!), "latin1");
  expect(text.match(/batch_loss/g)).toHaveLength(2);
  expect(() => tensorBoard(at, { updateFreq: 0 })).toThrow(
    'updateFreq: expected "epoch", "batch" or a whole',
  );

  writeFileSync(join(folder, "file"), "");
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  await model.fit(data, { epochs: 3, callbacks: [tensorBoard(join(folder, "file"))] });
  expect(warn).toHaveBeenCalledTimes(1);
  expect(model.history.epoch).toHaveLength(3);
  warn.mockRestore();
});

test("a file whose first write failed begins with its header all the same", async () => {
  const run = join(folder, "failed");
  const file = new EventFile(run);
  const path = join(run, file["name"]);
  mkdirSync(path, { recursive: true });
  await expect(file.write(1, [{ tag: "loss", value: 3 }])).rejects.toThrow("EISDIR");
  rmdirSync(path);
  await file.write(2, [{ tag: "loss", value: 2 }]);
  await file.write(3, [{ tag: "loss", value: 1 }]);
  const events = eventsIn(readFileSync(path));
  expect(events.map(({ version, step }) => version ?? step)).toEqual(["brain.Event:2", 2, 3]);
});
