/** Files that say anything of a graph: what cannot be is refused with an error that says so, by load() as by nabla/predict. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { add, concatenate, dense, input, load, model } from "../../src/index.ts";
import { load as loadPredictor } from "../../src/predict/index.ts";
import { writeSafetensors } from "../support/checkpoints.ts";

const image = input({ shape: [4], name: "left" });
const tower = dense({ units: 4, name: "tower", activation: "tanh" });
const twice = tower.apply(tower.apply(image));
const joined = concatenate({ name: "joined" }).apply([image, add({ name: "sum" }).apply([image, twice])]);
const saved = model({ inputs: image, outputs: { y: dense({ units: 2, name: "last" }).apply(joined) } })
  .compile({ loss: "quadratic", optimizer: "sgd" })
  .save();

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
interface Doc {
  config: {
    nabla: Json;
    model: { layers: Record<string, Json>[]; outputs: Json; [key: string]: Json | object };
  };
}

/** The file with another document. */
function rewritten(change: (document: Doc) => void): Uint8Array {
  const { tensors, metadata } = readSafetensors(saved, "saved");
  const document = JSON.parse(metadata["nabla.checkpoint"]!);
  change(document);
  const list = [...tensors].map(([name, { shape, data }]) => ({ name, shape, data }));
  return writeSafetensors(list, { "nabla.checkpoint": JSON.stringify(document) });
}

const readers = [
  ["nabla", load],
  ["nabla/predict", loadPredictor],
] as const;

function refused(read: (bytes: Uint8Array, name?: string) => unknown, bytes: Uint8Array): string {
  try {
    read(bytes, "my.safetensors");
  } catch (error) {
    expect((error as Error).name, String((error as Error).stack)).toBe("NablaError");
    expect((error as Error).message).toMatch(/^my\.safetensors: /);
    return (error as Error).message;
  }
  throw new Error("it was read");
}

const layer = (at: number, fields: Record<string, Json>) => (document: Doc) => {
  Object.assign(document.config.model.layers[at], fields);
};
const outputs = (value: Json) => (document: Doc) => {
  document.config.model.outputs = value;
};

const hostile: Record<string, (document: Doc) => void> = {
  "a cycle": layer(1, { inputs: ["last"] }),
  "a layer that is its own input": layer(1, { inputs: ["tower"] }),
  "an unknown input": layer(1, { inputs: ["right"] }),
  "an input named as what objects inherit": layer(1, { inputs: ["__proto__"] }),
  "inputs that are text": layer(1, { inputs: "left" }),
  "inputs that are a number": layer(1, { inputs: 3 }),
  "inputs that are numbers": layer(1, { inputs: [0] }),
  "inputs that are an object": layer(1, { inputs: { length: 1, 0: "left" } }),
  "inputs that are nothing": layer(1, { inputs: null }),
  "no inputs": layer(1, { inputs: [] }),
  "more inputs than a layer takes": layer(1, { inputs: ["left", "left"] }),
  "fewer than a layer takes": layer(3, { inputs: ["left"] }),
  "an input with inputs": layer(0, { inputs: ["left"] }),
  "a shape that is text": layer(0, { shape: "4" }),
  "a shape that is a number": layer(0, { shape: 4 }),
  "a shape without sizes": layer(0, { shape: [] }),
  "a shape of nothing": layer(0, { shape: null }),
  "a shape of text": layer(0, { shape: ["4"] }),
  "a size of 0": layer(0, { shape: [0] }),
  "a negative size": layer(0, { shape: [-4] }),
  "a broken size": layer(0, { shape: [4.5] }),
  "another size": layer(0, { shape: [5] }),
  "a size beyond memory": layer(0, { shape: [2 ** 40] }),
  "sizes beyond numbers": layer(0, { shape: [1e200, 1e200] }),
  "units beyond memory": layer(1, { units: 2 ** 40 }),
  "a layer that shares itself": layer(2, { layer: "shared_1" }),
  "one that shares an unknown layer": layer(2, { layer: "right" }),
  "one that shares an input": layer(2, { layer: "left" }),
  "one that shares a later layer": layer(2, { layer: "last" }),
  "one that shares what objects inherit": layer(2, { layer: "constructor" }),
  "one that shares nothing": layer(2, { layer: null }),
  "two layers of one name": layer(1, { name: "left" }),
  "a name that is a number": layer(0, { name: 3 }),
  "an input named as what objects inherit has": layer(0, { name: "__proto__" }),
  "an unknown type": layer(1, { type: "denser" }),
  "a type that objects inherit": layer(1, { type: "constructor" }),
  "a type that is a prototype": layer(1, { type: "__proto__" }),
  "an axis there is not": layer(4, { axis: 7 }),
  "an axis that is text": layer(4, { axis: "last" }),
  "outputs that are nothing": outputs(null),
  "outputs that are text": outputs("last"),
  "outputs that are a list": outputs(["last"]),
  "outputs that are a number": outputs(7),
  "no outputs": outputs({}),
  "an output that is unknown": outputs({ y: "first" }),
  "an output that is an input": outputs({ y: "left" }),
  "an output that is a number": outputs({ y: 3 }),
  "an output that is a list": outputs({ y: ["last"] }),
  "an output that objects inherit": outputs({ y: "toString" }),
  "an output called as what objects inherit": outputs({ constructor: "last" }),
  "an output called __proto__": outputs(JSON.parse('{ "__proto__": "last" }')),
  "an output without a name": outputs({ "": "last" }),
  "a layer that reaches no output": outputs({ y: "sum" }),
  "no layers": (document) => {
    document.config.model.layers = [];
  },
  "layers that are nothing": (document) => {
    document.config.model.layers = [null as never, 3 as never];
  },
  "an input alone": (document) => {
    document.config.model.layers.length = 1;
  },
  "no input": (document) => {
    document.config.model.layers.shift();
  },
  "no outputs at all": (document) => {
    delete (document.config.model as Record<string, unknown>).outputs;
  },
};

describe.each(readers)("%s", (_, read) => {
  test("the file as it is", () => {
    expect(() => read(rewritten(() => {}))).not.toThrow();
  });

  test.each(Object.entries(hostile))("%s", (_, change) => {
    refused(read, rewritten(change));
  });

  test("layers within layers without end", () => {
    // JSON.stringify() would not come to an end of it
    const text = `${'{"type":"residual","shortcut":[],"layers":['.repeat(20_000)}{"type":"flatten"}${"]}".repeat(20_000)}`;
    const { metadata } = readSafetensors(saved, "saved");
    const document = metadata["nabla.checkpoint"]!.replace(/\{"type":"dense"/, `${text},{"type":"dense"`);
    refused(read, writeSafetensors([], { "nabla.checkpoint": document }));
  });

  test("a hundred thousand layers", () => {
    refused(
      read,
      rewritten(({ config }) => {
        const more = Array.from({ length: 100_000 }, (_, i) => ({ type: "flatten", name: `f${i}` }));
        config.model.layers.push(...more);
      }),
    );
  });

  test("anything anywhere: read, or refused", () => {
    const names = [
      "__proto__",
      "constructor",
      "left",
      "tower",
      "sum",
      "joined",
      "last",
      "shared",
      "input",
      "add",
    ];
    const value = fc.oneof(
      fc.constantFrom<Json[]>(...names),
      fc.constantFrom<Json[]>(
        [],
        {},
        null,
        0,
        -1,
        1,
        2,
        1e9,
        2 ** 53,
        1e300,
        0.5,
        "",
        true,
        ["left"],
        ["tower", "sum"],
      ),
      fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
    );
    const edit = fc.record({ at: fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }), value });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const bytes = rewritten((document) => {
          for (const { at, value } of edits) {
            let place = document.config.model as unknown as Record<string, Json>;
            let key = "layers";
            for (const step of at) {
              const keys = Object.keys(place);
              key = keys[step % keys.length];
              const next = place[key];
              if (typeof next !== "object" || next === null || Object.keys(next).length === 0) break;
              place = next as Record<string, Json>;
            }
            if (key !== undefined && Object.hasOwn(place, key)) place[key] = value;
          }
        });
        try {
          read(bytes);
        } catch (error) {
          if ((error as Error).name !== "NablaError") throw error;
        }
      }),
      { numRuns: 400, seed: 3 },
    );
  });
});
