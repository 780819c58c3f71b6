/** Models as files: a sound one, and ones that a host must refuse with an explanation. */
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { digits } from "../../src/data/index.ts";
import { dense, flatten, sequential } from "../../src/index.ts";
import { writeSafetensors } from "../support/checkpoints.ts";

/** A model of digits. */
export async function trainedModel(units: readonly number[] = [30], samples = 300): Promise<Uint8Array> {
  const hidden = units.map((n) => dense({ units: n, activation: "relu" }));
  const model = sequential([flatten(), ...hidden, dense({ units: 10, activation: "softmax" })], { seed: 2 });
  model.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
  await model.fit(digits({ samples }));
  return model.save();
}

/** The file with another word in its document, its checksum made anew: as another version of Nabla would have written it. */
function rewritten(file: Uint8Array, from: string, to: string): Uint8Array {
  const { tensors, metadata } = readSafetensors(file, "model");
  const key = "nabla.checkpoint";
  const text = metadata[key]!.replace(from, to);
  if (text === metadata[key]) throw new Error(`${from} is not in the file`);
  return writeSafetensors(
    [...tensors].map(([name, { shape, data }]) => ({ name, shape, data })),
    { [key]: text },
  );
}

export async function models(): Promise<Record<"model" | "newer" | "unknown", Uint8Array>> {
  const model = await trainedModel();
  return {
    model,
    newer: rewritten(model, '"version":1', '"version":2'),
    unknown: rewritten(model, '"type":"dense"', '"type":"capsules"'),
  };
}
