/**
 * Every layer as .keras files: what comes back is the same in every bit. NABLA_KERAS_OUT=folder writes the files with what they predict;
 * checkKeras.py opens them with real Keras and compares.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ACTIVATIONS } from "../../src/activations/table.ts";
import { exportKeras } from "../../src/export/index.ts";
import { openModel } from "../../src/import/index.ts";
import { activation, type Model, sequential } from "../../src/index.ts";
import { ALL } from "../../src/layers/all.ts";
import { wave } from "../support/tfjs.ts";
import { differs, outputsOf, rowsFor } from "./onnxRound.ts";
import { CODERS } from "./states.ts";
import { CASES, MORE, modelWith } from "./tfjsCases.ts";

const folder = process.env.NABLA_KERAS_OUT;

async function round(name: string, made: Model, x: ReturnType<typeof rowsFor>): Promise<number> {
  const bytes = exportKeras(made);
  const own = Object.values(outputsOf(made, x))[0]!;
  if (folder) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.keras`), bytes);
    const inputs = Object.values(x).map(({ shape, data }) => ({ shape, data: Array.from(data) }));
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ inputs, output: Array.from(own) }));
  }
  const back = await openModel(bytes);
  return differs(own, Object.values(outputsOf(back, x))[0]!);
}

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
    if (["step", "gaussian"].includes(name)) {
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
