/** nabla import, and nabla export --to model.onnx. */
import { existsSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { openModel } from "../../src/import/index.ts";
import { dense, load, sequential } from "../../src/index.ts";
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
    ["import", "a.onnx", "--out", "d.safetensors", "--dimension", "4"],
    /--dimension: expected a name and a size/,
  ],
  [
    ["import", "nowhere.onnx", "--out", "d.safetensors"],
    /nowhere\.onnx: cannot be read \(there is no such file\)/,
  ],
  [
    ["export", "a.safetensors", "--to", "a.onnx", "--weights", "int8"],
    /--weights: ONNX files are written with float32/,
  ],
])("%j is refused", async (args, message) => {
  const { code, stderr } = await place.run(args);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
  expect(existsSync(place.path("d.safetensors"))).toBe(false);
});
