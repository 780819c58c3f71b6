// ONNX Runtime, which predicts: node bench/others/onnx.mjs web|node. One thread, as one row has nothing to share out; tensors made of arrays,
// answers read as arrays.
import { readFileSync } from "node:fs";
import { sequential } from "nabla";
import { NETS } from "../nets.mjs";
import { runtime, toOnnx } from "../onnx.mjs";
import { serve } from "./serve.mjs";

const [how = "web"] = process.argv.slice(2);
const { ort, options, name } = await runtime(how);
const { version } = JSON.parse(
  readFileSync(new URL(`../peers/node_modules/${name}/package.json`, import.meta.url), "utf8"),
);

serve(
  { name, version, threads: 1 },
  {
    train() {
      throw new Error("it predicts only");
    },
    async predict(spec, rows) {
      const model = sequential(NETS[spec.name].layers(), { seed: 1 });
      const { bytes, input, output } = toOnnx(model, rows);
      const session = await ort.InferenceSession.create(bytes, options);
      const x = Float32Array.from(
        { length: rows * spec.input.reduce((a, b) => a * b) },
        (_, i) => (i % 7) / 7,
      );
      return {
        step: async () => void (await session.run({ x: new ort.Tensor("float32", x, input) }))[output].data,
        close: () => session.release(),
      };
    },
  },
);
