/** nabla import, and nabla export --to model.onnx. */
import { existsSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { openModel } from "../../src/import/index.ts";
import { dense, load, sequential } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { numbers, onnxFile } from "../import/written.ts";
import { workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

test("a model goes out as ONNX and comes back", async () => {
  const model = sequential([dense({ units: 3, activation: "softmax" })], { inputShape: [2] });
  place.write("a.safetensors", model.save());
  const out = await place.run(["export", "a.safetensors", "--to", "a.onnx"]);
  expect(out).toMatchObject({ code: 0, stderr: "" });
  expect(out.stdout).toMatch(/^a\.onnx: [\d,]+ bytes; 9 parameters as float32\n$/);
  const back = await place.run(["import", "a.onnx", "--out", "b.safetensors", "--json"]);
  expect(back).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(back.stdout)).toMatchObject({
    file: "b.safetensors",
    parameters: 9,
    inputs: [{ name: "input", shape: [2] }],
    from: { format: "ONNX", opset: 17 },
  });
  const x = [[1, 2]];
  expect(load(readFileSync(place.path("b.safetensors"))).predict(x).data).toEqual(model.predict(x).data);
  // a path is a source as well
  expect((await openModel(place.path("a.onnx"))).predict(x).data).toEqual(model.predict(x).data);
});

test("weights go out as PyTorch has them, and onto a model again, with a table of what went where", async () => {
  const layers = () => [
    dense({ units: 3, activation: "relu", name: "fc1" }),
    dense({ units: 1, name: "fc2" }),
  ];
  const model = sequential(layers(), { inputShape: [2], seed: 3 });
  place.write("d.safetensors", model.save());
  place.write("empty.safetensors", sequential(layers(), { inputShape: [2] }).save());
  place.write(
    "empty.json",
    JSON.stringify({
      nabla: 1,
      model: { inputShape: [2], layers: internalsOf(model).configs },
      training: { loss: "meanSquaredError" },
    }),
  );
  const out = await place.run(["export", "d.safetensors", "--to", "w.safetensors"]);
  expect(out).toMatchObject({ code: 0, stderr: "" });
  const { code, stdout } = await place.run([
    ...["import", "w.safetensors", "--onto", "empty.safetensors", "--out", "e.safetensors"],
  ]);
  expect(code).toBe(0);
  expect(stdout).toBe(`fc1.weight [3, 2]  → fc1.kernel [2, 3]  by name  oi → io
fc1.bias [3]       → fc1.bias [3]       by name  as it is
fc2.weight [1, 3]  → fc2.kernel [3, 1]  by name  oi → io
fc2.bias [1]       → fc2.bias [1]       by name  as it is
e.safetensors: 13 parameters
takes input [2]
gives fc2 [1]
`);
  expect(load(readFileSync(place.path("e.safetensors"))).weights()).toEqual(model.weights());
  const json = await place.run([
    ...["import", "w.safetensors", "--onto", "empty.json", "--out", "f.safetensors", "--json"],
  ]);
  expect(JSON.parse(json.stdout)).toMatchObject({ kept: [], unused: [], loaded: { length: 4 } });
  expect(load(readFileSync(place.path("f.safetensors"))).weights()).toEqual(model.weights());
  // without a model it says what is needed
  const alone = await place.run(["import", "w.safetensors", "--out", "g.safetensors"]);
  expect(alone.stderr).toContain("--onto");
});

test("weights are looked up beside the file, sizes and the batch are flags", async () => {
  place.write("c.data", new Uint8Array(numbers(6).buffer));
  place.write(
    "c.onnx",
    onnxFile({
      nodes: [["MatMul", ["x", "w"], ["y"]]],
      inputs: { x: ["N", "steps", 2] },
      outputs: ["y"],
      external: { name: "w", file: "c.data", shape: [2, 3] },
    }),
  );
  const refused = await place.run(["import", "c.onnx", "--out", "c.safetensors"]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/c\.onnx: .*"steps"/s);
  expect(existsSync(place.path("c.safetensors"))).toBe(false);
  const { code, stdout } = await place.run([
    "import",
    "c.onnx",
    "--out",
    "c.safetensors",
    "--dimension",
    "steps=4",
  ]);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: "c.safetensors: 6 parameters\ntakes x [4, 2]\ngives y [4, 3]\n",
  });
});

test.each([
  [["import", "a.onnx", "--out", "a.json"], /--out: expected a file ending in \.safetensors/],
  [
    ["import", "a.onnx", "--out", "d2.safetensors", "--dimension", "4"],
    /--dimension: expected a name and a size/,
  ],
  [
    ["import", "nowhere.onnx", "--out", "d2.safetensors"],
    /nowhere\.onnx: cannot be read \(there is no such file\)/,
  ],
  [
    ["export", "a.safetensors", "--to", "a.onnx", "--weights", "int8"],
    /--weights: ONNX files are written with float32/,
  ],
  [["export", "d.safetensors", "--to", "./d.safetensors"], /--to: .* is the model itself/],
  [["import", "a.onnx", "--out", "d2.safetensors", "--partly"], /--partly: needs --onto/],
])("%j is refused", async (args, message) => {
  const { code, stderr } = await place.run(args);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
  expect(existsSync(place.path("d2.safetensors"))).toBe(false);
});
