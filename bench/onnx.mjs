// One prediction at a time: Nabla and ONNX Runtime, on the same networks with the same weights, in one thread each.
//   npm run bench -- --peers --only none && node bench/onnx.mjs        (after npm run build)
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { sequential } from "nabla";
import { internalsOf } from "../build/internals.js";
import { NETS } from "./nets.mjs";
import { peers as tools } from "./others/reading.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "peers");

/** A model of dense layers, convolutions and max poolings as ONNX: images as [rows, channels, height, width]. */
export function toOnnx(model, rows = 1) {
  const { onnx } = tools("onnx-proto");
  const { FLOAT, INT64 } = onnx.TensorProto.DataType;
  const nodes = [];
  const initializer = [];
  const weights = model.weights();
  const shapes = model.weightShapes();
  const constant = (name, dims, values) => {
    const data =
      values instanceof Float32Array
        ? { dataType: FLOAT, floatData: [...values] }
        : { dataType: INT64, int64Data: values };
    initializer.push({ name, dims, ...data });
    return name;
  };
  let last = "x";
  /** The shape of one row as Nabla has it: [height, width, channels] or [units]. */
  let shape = model.inputShape;
  /** The map that was made flat, whose order of values ONNX has differently. */
  let map;
  const add = (opType, inputs, attributes = {}) => {
    const name = `${opType}${nodes.length}`;
    const attribute = Object.entries(attributes).map(([key, value]) =>
      Array.isArray(value) ? { name: key, type: 7, ints: value } : { name: key, type: 2, i: value },
    );
    nodes.push({ name, opType, input: [last, ...inputs], output: [name], attribute });
    last = name;
  };
  const activate = (activation) => {
    const ops = { relu: "Relu", sigmoid: "Sigmoid", softmax: "Softmax", tanh: "Tanh" };
    if (activation.name === "linear") return;
    if (!ops[activation.name]) throw new Error(`no operator for ${activation.name}`);
    add(ops[activation.name], [], activation.name === "softmax" ? { axis: 1 } : {});
  };
  const single = shape.length === 1;
  const input = single ? [rows, shape[0]] : [rows, shape[2], shape[0], shape[1]];
  model.layers.forEach((layer, l) => {
    const config = internalsOf(model).configs[l];
    const kernel = weights[`${layer.name}.kernel`];
    const bias = weights[`${layer.name}.bias`];
    if (config.type === "dense") {
      const [inputs, units] = shapes[`${layer.name}.kernel`];
      // rows of the kernel in the order of a flat [channels, height, width]
      const ordered = map ? reordered(kernel, map, units) : kernel;
      map = undefined;
      add("Gemm", [constant(`w${l}`, [inputs, units], ordered), constant(`b${l}`, [units], bias)]);
    } else if (config.type === "conv2d") {
      const [h, w, c, f] = shapes[`${layer.name}.kernel`];
      const turned = new Float32Array(kernel.length);
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++)
          for (let i = 0; i < c; i++)
            for (let o = 0; o < f; o++)
              turned[((o * c + i) * h + y) * w + x] = kernel[((y * w + x) * c + i) * f + o];
      add("Conv", [constant(`w${l}`, [f, c, h, w], turned), constant(`b${l}`, [f], bias)], {
        kernel_shape: [h, w],
      });
    } else if (config.type === "maxPooling2d") {
      add("MaxPool", [], { kernel_shape: config.poolSize, strides: config.strides ?? config.poolSize });
    } else if (config.type === "flatten") {
      if (shape.length === 3) map = shape;
      add("Flatten", [], { axis: 1 });
    } else if (config.type !== "dropout") throw new Error(`no operator for ${config.type}`);
    if (config.activation) activate(config.activation);
    shape = layer.outputShape;
  });
  const value = (name, dims) => ({
    name,
    type: { tensorType: { elemType: FLOAT, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
  });
  const graph = {
    name: "net",
    node: nodes,
    initializer,
    input: [value("x", input)],
    output: [value(last, [rows, ...shape])],
  };
  const document = { irVersion: 8, opsetImport: [{ domain: "", version: 13 }], graph };
  return {
    bytes: onnx.ModelProto.encode(onnx.ModelProto.fromObject(document)).finish(),
    input,
    output: last,
  };
}

function reordered(kernel, [height, width, channels], units) {
  const out = new Float32Array(kernel.length);
  for (let c = 0; c < channels; c++)
    for (let p = 0; p < height * width; p++)
      out.set(
        kernel.subarray((p * channels + c) * units, (p * channels + c + 1) * units),
        (c * height * width + p) * units,
      );
  return out;
}

/** µs a call of each, the least of rounds that take turns: whatever else the machine does meets all alike. */
async function each(calls, n) {
  const least = {};
  for (let r = 0; r < 12; r++) {
    for (const [name, call] of Object.entries(calls)) {
      const t = performance.now();
      for (let i = 0; i < n; i++) await call();
      const took = ((performance.now() - t) * 1000) / n;
      // the first round warms up
      if (r > 0) least[name] = Math.min(least[name] ?? took, took);
    }
  }
  return least;
}

/** onnxruntime-web (WebAssembly) or onnxruntime-node (native), in one thread. @param {string} how "web" or "node" */
export async function runtime(how) {
  if (how === "node") {
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
    return { name: "onnxruntime-node", ort: tools("onnxruntime-node"), options };
  }
  const file = tools.resolve("onnxruntime-web/wasm").replace(/ort\.wasm\.min\.js$/, "ort.wasm.min.mjs");
  const ort = await import(pathToFileURL(file).href);
  ort.env.wasm.numThreads = 1;
  return { name: "onnxruntime-web", ort, options: { executionProviders: ["wasm"] } };
}

/** For each network µs a prediction: Nabla, onnxruntime-web, onnxruntime-node. */
export async function compare(names = ["W1", "W2", "W3", "W4"]) {
  const runtimes = { web: await runtime("web"), node: await runtime("node") };
  const rows = [];
  for (const name of names) {
    const model = sequential(NETS[name].layers(), { seed: 1 });
    const { bytes, input, output } = toOnnx(model);
    const x = Float32Array.from({ length: 784 }, (_, i) => ((i * 31) % 17) / 17);
    const ours = model.predict(x).data;
    const calls = { nabla: () => model.predict(x) };
    for (const [key, { ort, options }] of Object.entries(runtimes)) {
      const session = await ort.InferenceSession.create(bytes, options);
      const feeds = { x: new ort.Tensor("float32", x, input) };
      const theirs = (await session.run(feeds))[output].data;
      const apart = Math.max(...ours.map((value, i) => Math.abs(value - theirs[i])));
      if (!(apart < 1e-5))
        throw new Error(`${name}: onnxruntime-${key} says something else (${apart} apart)`);
      calls[key] = () => session.run(feeds);
    }
    const row = { name, what: NETS[name].what, ...(await each(calls, name === "W3" ? 500 : 2000)) };
    rows.push(row);
  }
  const version = (name) =>
    JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")).version;
  return { rows, web: version("onnxruntime-web"), node: version("onnxruntime-node") };
}

if (import.meta.url === `file://${process.argv[1]}`) console.log(await compare());
