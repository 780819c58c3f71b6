/** Networks of brain.js and ConvNetJS: what the libraries themselves have written, and what they made of inputs. */
import { expect, test } from "vitest";
import { NablaError } from "../../../src/errors.ts";
import { openModel } from "../../../src/import/index.ts";
import { load } from "../../../src/index.ts";
import { type Net, predictsAsTheirs } from "./check.ts";
import made from "./nets.json";

const { nets, refused } = made as unknown as { nets: Net[]; refused: { name: string; json: object }[] };
const bytesOf = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

test.each(nets.map((net) => [net.name, net] as const))("%s", async (_name, net) => {
  const model = await predictsAsTheirs(net);
  // it is a model like any other
  const again = load(model.save());
  expect(again.weights()).toEqual(model.weights());
});

test("names of brain.js are those of classes and inputs", async () => {
  for (const library of ["brain.js", "brain.js-2"]) {
    const { metadata } = await openModel(bytesOf(nets.find(({ name }) => name === `${library} names`)!.json));
    expect(metadata).toEqual({
      classes: ["light", "dark"],
      extra: { import: { format: "brain.js", inputs: ["r", "g", "b"], outputs: ["light", "dark"] } },
    });
  }
});

const refusal = async (json: unknown): Promise<string> => {
  const error = await openModel(bytesOf(json)).catch((cause) => cause);
  expect(error).toBeInstanceOf(NablaError);
  return error.message;
};

test("what there is not here is refused by its name, all of it", async () => {
  const said = await Promise.all(refused.map(({ json }) => refusal(json)));
  expect(said).toEqual([
    expect.stringMatching(
      /a "LSTM" of brain\.js: .*NeuralNetworkGPU are read\. Train it anew with lstm\(\)$/,
    ),
    expect.stringMatching(/a "GRU" of brain\.js: .* gru\(\)$/),
    expect.stringMatching(/a "RNNTimeStep" of brain\.js: .* simpleRnn\(\)$/),
    expect.stringMatching(
      /layers\[2\]: a layer "lrn" of ConvNetJS.*\n.*layers\[3\]: a layer "quadtransform"/,
    ),
  ]);
});

test("damaged documents: where, what was expected, what came", async () => {
  // biome-ignore lint/suspicious/noExplicitAny: each line changes another part of another document
  const change = (name: string, edit: (json: any) => void) => {
    const json = structuredClone(nets.find((net) => net.name === name)!.json);
    edit(json);
    return refusal(json);
  };
  expect(await change("brain.js sigmoid", (json) => delete json.layers[1]["1"].weights["0"])).toContain(
    "layers[1].1.weights.0: expected a number, got",
  );
  expect(await change("brain.js-2 relu", (json) => json.layers[2].weights[1].pop())).toContain(
    "layers[2].weights[1]: expected 3 numbers, got 2",
  );
  expect(await change("brain.js-2 relu", (json) => (json.sizes[1] = 1e9))).toContain(
    "layers[1]: expected 1000000000 nodes, got 3",
  );
  expect(await change("brain.js-2 relu", (json) => (json.trainOpts.activation = "softplus"))).toContain(
    'activation: expected one of sigmoid, relu, leaky-relu, tanh, got "softplus"',
  );
  expect(await change("ConvNetJS classifier", (json) => (json.layers[1].filters[0].w["3"] = "x"))).toContain(
    'layers[1].filters[0].w[3]: expected a number, got "x"',
  );
  expect(await change("ConvNetJS classifier", (json) => json.layers.shift())).toMatch(
    /layers\[0\]\.layer_type: expected "input"/,
  );
});
