/**
 * Every layer as .keras files: what comes back is the same in every bit, and each file is one that real Keras was seen to open, byte for byte.
 * NABLA_KERAS_OUT=folder writes the files with what they predict; checkKeras.py opens them with real Keras, compares, and keeps what it saw.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ACTIVATIONS } from "../../src/activations/table.ts";
import { exportKeras } from "../../src/export/index.ts";
import { openModel } from "../../src/import/index.ts";
import { activation, type Model, sequential } from "../../src/index.ts";
import { ALL } from "../../src/layers/all.ts";
import SEEN from "../golden/keras.json" with { type: "json" };
import { wave } from "../support/tfjs.ts";
import { differs, outputsOf, rowsFor } from "./onnxRound.ts";
import { CODERS } from "./states.ts";
import { CASES, MORE, modelWith } from "./tfjsCases.ts";

const folder = process.env.NABLA_KERAS_OUT;

/** Files that real Keras opened, and what it predicted of the same rows. */
const seen = new Map<string, { bytes: Uint8Array; output: readonly number[] }>();
{
  const all = gunzipSync(readFileSync(fileURLToPath(new URL("../golden/keras.gz", import.meta.url))));
  let at = 0;
  for (const [name, { length, output }] of Object.entries(SEEN.files)) {
    seen.set(name, { bytes: all.subarray(at, at + length), output });
    at += length;
  }
}
const AGAIN =
  "is not the file that real Keras was seen to open: see test/export/checkKeras.py, and run it with --write";

async function round(name: string, made: Model, x: ReturnType<typeof rowsFor>): Promise<number> {
  const bytes = exportKeras(made);
  const own = Object.values(outputsOf(made, x))[0]!;
  if (folder) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.keras`), bytes);
    const inputs = Object.values(x).map(({ shape, data }) => ({ shape, data: Array.from(data) }));
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ inputs, output: Array.from(own) }));
  } else {
    const there = seen.get(name);
    expect(there && Buffer.compare(bytes, there.bytes), `${name}.keras ${AGAIN}`).toBe(0);
    expect(differs(own, there!.output)).toBeLessThan(1e-5);
  }
  const back = await openModel(bytes);
  return differs(own, Object.values(outputsOf(back, x))[0]!);
}

/** Activations that Keras has not. */
const UNSAID: readonly string[] = ["step", "gaussian"];

const cases = [CASES, MORE].flatMap((table, k) =>
  Object.entries(table).flatMap(([type, each]) =>
    each.map(([options, ...shapes], i) => ({
      type,
      options,
      shapes,
      name: `${type}_${i + 1}${k ? "_more" : ""}`,
    })),
  ),
);

test.skipIf(folder)("nothing else was seen", () => {
  const written = ACTIVATIONS.filter((name) => !UNSAID.includes(name)).map((name) => `activation_${name}`);
  const names = [...cases.map(({ name }) => name), ...written, ...CODERS.map(([name]) => `states_${name}`)];
  expect([...seen.keys()].sort()).toEqual(names.sort());
});

describe("layers for Keras", () => {
  test.each(cases)("$name", async ({ type, options, shapes, name }) => {
    const made = modelWith(type, options, shapes);
    const x = rowsFor(made, 3, type === "embedding" ? (i) => (i * 3) % 7 : wave);
    const difference = await round(name, made, x);
    if (type === "normalization" || type === "separableConv2d") expect(difference).toBeLessThan(2e-6);
    else expect(difference).toBe(0);
  });

  test.each(ACTIVATIONS)("activation %s", async (name) => {
    const made = sequential([activation({ activation: name })], { inputShape: [12] });
    if (UNSAID.includes(name)) {
      expect(() => exportKeras(made)).toThrow("exportKeras: this model has parts that Keras has not:");
      return;
    }
    expect(
      await round(
        `activation_${name}`,
        made,
        rowsFor(made, 3, (i) => 3 * wave(i)),
      ),
    ).toBe(0);
  });

  test.each(CODERS)("states: %s", async (name, make) => {
    const made = make();
    expect(await round(`states_${name}`, made, rowsFor(made, 3, wave))).toBe(0);
  });

  test("the same file each time", () => {
    const made = sequential([ALL.dense({ units: 2 })], { inputShape: [3] });
    expect(exportKeras(made)).toEqual(exportKeras(made));
  });
});
