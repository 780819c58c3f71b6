/** Every setting of fit(), whatever it is: a field is read from documents, kept in files, compared by resumed runs, sent to workers. */
import { describe, expect, test } from "vitest";
import {
  arrayDataset,
  type ConfigInput,
  configOf,
  type FitOptions,
  fromConfig,
  load,
  type Model,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { documentSettings, readSettings } from "../../src/training/settings.ts";
import { unsaid } from "../../src/training/unsaid.ts";

type Schema = {
  type?: string;
  anyOf?: Schema[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
};

/** A value that is not the default. */
function example({ type, anyOf, default: usual, minimum = 0, maximum, properties }: Schema): unknown {
  if (anyOf) return example(anyOf[0]!);
  // a power of two as well
  if (type === "integer" && maximum === 4096) return 4;
  if (type === "integer") return Math.max(minimum, 3);
  if (type === "number") return minimum + 0.25;
  if (type === "boolean") return usual !== true;
  if (type !== "object") throw new Error(`settings.test.ts: no example for ${type}`);
  if (!properties) return { 1: 2 };
  const [name, number] = Object.entries(properties).find(([, each]) => each.type === "number")!;
  return { [name]: example(number) };
}

const images = arrayDataset(
  { data: Uint8Array.from({ length: 24 * 25 }, (_, i) => (i * 37) % 251), shape: [24, 5, 5, 1] },
  Int32Array.from({ length: 24 }, (_, i) => i % 3),
);
const document = (training: object): ConfigInput => ({
  nabla: 1,
  model: {
    inputShape: [5, 5, 1],
    layers: [{ type: "flatten" }, { type: "dense", units: 3, activation: "softmax" }],
  },
  training: { loss: "categoricalCrossentropy", batchSize: 8, epochs: 2, ...training },
});
/** Trains until the second epoch has begun, and stops there. */
async function half(made: { model: Model; fit: FitOptions }, worker = false): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const stop = new AbortController();
  const save = (_epoch: number, _logs: unknown, context: { model: Model }) => {
    bytes ??= context.model.save();
    stop.abort();
  };
  const options = { ...made.fit, callbacks: [{ onEpochEnd: save }], signal: stop.signal, worker };
  await made.model.fit(images, options).catch((error) => {
    if (error !== stop.signal.reason) throw error;
  });
  return bytes!;
}
const MAY_DIFFER = ["epochs", "microBatchSize"];

describe.each(Object.entries(documentSettings().fields).map(([name, field]) => [name, field] as const))(
  "%s",
  (name, field) => {
    const value = example(field.jsonSchema() as Schema);
    const made = () => fromConfig(document({ [name]: value }));

    test("a document's settings are those fit() is given", () => {
      expect(made().fit[name as keyof FitOptions]).toMatchObject(value as object);
    });

    test("is in the file, and in the training that continues from it", async () => {
      const model = load(await half(made()));
      expect(configOf(model).training![name as "epochs"]).toMatchObject(value as object);
      expect(internalsOf(model).state.settings![name as "epochs"]).toMatchObject(value as object);
      await expect(model.fit(images, { resume: true })).resolves.toBeDefined();
    });

    test("a resumed run says the same", async () => {
      const bytes = await half(fromConfig(document({})));
      const other = load(bytes).fit(images, { resume: true, [name]: value });
      if (MAY_DIFFER.includes(name)) await expect(other).resolves.toBeDefined();
      else await expect(other).rejects.toThrow(new RegExp(`^fit: resume: ${name} `));
    });

    test("has the same effect in a worker", async () => {
      const [here, there] = [made(), made()];
      await here.model.fit(images, { ...here.fit, worker: false });
      await there.model.fit(images, { ...there.fit, worker: true });
      expect(weightsSha256(there.model)).toBe(weightsSha256(here.model));
    });
  },
);

test("a value that makes no sense is refused by its name", async () => {
  const { model } = fromConfig(document({}));
  await expect(model.fit(images, { microBatchSize: 0 })).rejects.toThrow(
    "fit: microBatchSize: expected a whole number ≥ 1, got 0",
  );
  await expect(model.fit(images, { batchsize: 3 } as FitOptions)).rejects.toThrow(
    'fit: unknown option "batchsize"; did you mean "batchSize"?',
  );
});

test("a file of a model that was not trained says what the fields fill in", () => {
  const { seed: _, ...rest } = readSettings({}, undefined, 7);
  expect(unsaid).toEqual(rest);
});
