/** What is given to load() by mistake is told from what it is. */
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { dense, load, sequential } from "../../src/index.ts";
import { load as loadPredictor } from "../../src/predict/index.ts";
import { writeSafetensors } from "../support/checkpoints.ts";

const model = sequential([dense({ units: 2, inputShape: [3] })], { seed: 1 });
const saved = model.compile({ optimizer: "sgd", loss: "meanSquaredError" }).save();
const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** The file with another configuration, and a checksum that fits. */
function reconfigured(change: (config: Record<string, unknown>) => void): Uint8Array {
  const { tensors, metadata } = readSafetensors(saved, "saved");
  const document = JSON.parse(metadata["nabla.checkpoint"]!);
  change(document.config);
  const list = [...tensors].map(([name, { shape, data }]) => ({ name, shape, data }));
  return writeSafetensors(list, { "nabla.checkpoint": JSON.stringify(document) });
}

describe.each([
  ["nabla", load],
  ["nabla/predict", loadPredictor],
] as const)("%s", (_, read) => {
  test.each<[unknown, string]>([
    [
      ascii("a,b,label\n1,2,3\n4,5,6\n"),
      "it looks like text; a model is what save() or nabla train --out wrote",
    ],
    [ascii("\0asm\x01\0\0\0 and so on"), "it looks like a WebAssembly module, perhaps an exported model"],
    [ascii("<!doctype html><title>404</title>"), "it looks like a web page"],
    [new Uint8Array(5), "expected at least 8 bytes, got 5; a model is what save()"],
    ["model.safetensors", "as a Uint8Array, got String; read the file first"],
    [Promise.resolve(saved), "got Promise; await it first"],
    [saved.buffer, "got ArrayBuffer; pass new Uint8Array(buffer)"],
    [undefined, "expected the file's bytes as a Uint8Array, got Undefined"],
  ])("%o", (bytes, words) => {
    expect(() => read(bytes as Uint8Array)).toThrow(words);
    expect(() => read(bytes as Uint8Array)).toThrow(/^checkpoint: /);
  });

  test("a configuration of a later version", () => {
    const later = reconfigured((config) => {
      config.nabla = 3;
    });
    expect(() => read(later)).toThrow(
      /^checkpoint: config.nabla: the configuration has version 3, this Nabla reads version 2; update nabla/,
    );
    expect(() => read(later, "my.safetensors")).toThrow(/^my.safetensors: checkpoint: config.nabla/);
    read(reconfigured(() => {}));
  });
});
