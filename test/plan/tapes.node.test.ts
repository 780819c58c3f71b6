/**
 * The tapes, weights and checkpoints of networks with every layer, loss and optimizer, as they were written down. A change of one is a
 * decision: NABLA_WRITE_GOLDEN=1 writes tapes and weights anew, and checkpoints only where there are none.
 */

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  type Callback,
  type ConfigInput,
  type Dataset,
  earlyStopping,
  fromConfig,
  load,
  type Model,
  reduceLROnPlateau,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { Network } from "../../src/network/network.ts";
import { planFor } from "../../src/network/plans.ts";
import { walkBack } from "../../src/plan/walk.ts";
import { dataFor, NETS } from "../support/tapeNets.ts";
import { type Tape, tapesOf } from "../support/tapes.ts";

const folder = fileURLToPath(new URL("../golden/before", import.meta.url));
const file = join(folder, "tapes.json");
const writing = process.env.NABLA_WRITE_GOLDEN === "1";

interface Golden {
  /** Kernels of each plan, in order, and the hash of the tape with every field. */
  tapes: string[];
  weights: string;
  /** Where weights have changed since the checkpoint was written: what it continues to. */
  continued?: string;
}
const golden: Record<string, Golden> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};

const callbacks = (): Callback[] => [
  reduceLROnPlateau({ monitor: "loss", patience: 1, minDelta: 10 }),
  earlyStopping({ monitor: "loss", patience: 9, restoreBestWeights: true }),
];

const summary = (tape: Tape): string => {
  const hash = createHash("sha256").update(tape.join("\n")).digest("hex").slice(0, 16);
  return `${tape
    .slice(0, -1)
    .map((line) => line.split(" ")[0])
    .join(" ")} | ${hash}`;
};

class Crash extends Error {}
const CRASH = 4;
/** Trains to the middle of the second epoch, as a crash would leave it. */
async function crashed(document: ConfigInput, data: Dataset): Promise<Uint8Array> {
  const { model, fit } = fromConfig(document);
  let bytes: Uint8Array | undefined;
  const crash: Callback = {
    onBatchEnd(_batch, _logs, context) {
      if (context.step !== CRASH) return;
      bytes = context.model.save();
      throw new Crash();
    },
  };
  await model.fit(data, { ...fit, callbacks: [...callbacks(), crash] }).catch((error) => {
    if (!(error instanceof Crash)) throw error;
  });
  return bytes!;
}

describe.each(Object.entries(NETS))("%s", (name, document) => {
  const data = dataFor(document);
  const place = join(folder, `${name.replaceAll(/[^a-z]+/g, "-")}.safetensors`);

  test("plans the tapes and trains the weights that were written down", async () => {
    let model!: Model;
    const tapes = await tapesOf(async () => {
      const made = fromConfig(document);
      model = made.model;
      await model.fit(data, { ...made.fit, callbacks: callbacks() });
      await model.evaluate(data);
      model.predict(data, { batchSize: 5 });
      await model.gradients(data);
      if (name !== "perceptron") await model.inputGradients(data);
    });
    const got: Golden = { tapes: tapes.map(summary), weights: weightsSha256(model) };
    if (writing) {
      golden[name] = got;
      writeFileSync(file, `${JSON.stringify(golden, undefined, 1)}\n`);
      if (!existsSync(place)) writeFileSync(place, await crashed(document, data));
    }
    const { tapes: written, weights } = golden[name];
    expect(got).toEqual({ tapes: written, weights });
  });

  test.each([false, true])(
    "the walk through graphs is the same as that through chains: %s",
    (inputGradient) => {
      const { built, state } = internalsOf(fromConfig(document).model);
      const { architecture } = built;
      const objectives = [{ loss: state.required.loss, target: data.target.kind }];
      const plan = (walk: typeof walkBack | undefined) => {
        const network = new Network({ ...architecture, walk });
        network.prepareTraining([]);
        return planFor(network, "train", 5, [{ type: "float32", scale: 1 }], { objectives, inputGradient });
      };
      // a network in which values meet has one walk only
      const { walk } = architecture;
      expect(walk === undefined).toBe(!built.layers.some(({ type }) => type === "residual"));
      expect(plan(walk)).toEqual(plan(walkBack));
    },
  );

  test("a checkpoint of an earlier version continues to the same bits", async () => {
    const model = load(new Uint8Array(readFileSync(place)));
    await model.fit(data, { resume: true, callbacks: callbacks() });
    const { weights, continued = weights } = golden[name];
    const got = weightsSha256(model);
    if (writing && got !== weights) {
      golden[name].continued = got;
      writeFileSync(file, `${JSON.stringify(golden, undefined, 1)}\n`);
    } else expect(got).toBe(continued);
  });
});
