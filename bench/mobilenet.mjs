// One picture of 224 × 224 through nsfwjs' MobileNetV2: Nabla, TensorFlow.js' Wasm and onnxruntime-web, in one thread each, in turn. Milliseconds of
// processor time, which a busy machine changes less than the clock's.
//   npm run bench -- --peers --only none && node scripts/tools.mjs models && node bench/mobilenet.mjs      (after npm run build)
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { exportOnnx } from "nabla/export";
import { openModel } from "nabla/import";
import { median } from "../build/internals.js";
import { peers } from "./others/reading.mjs";

const ROUNDS = 31;
const folder = new URL(
  "../build/tools/models/node_modules/nsfwjs/dist/models/mobilenet_v2/",
  import.meta.url,
);
const require = createRequire(import.meta.url);
const part = (name) => require(new URL(`${name}.min.js`, folder).pathname);
const { modelTopology, weightsManifest } = part("model");
const weights = new Uint8Array(Buffer.from(part("group1-shard1of1"), "base64"));
const picture = Float32Array.from({ length: 224 * 224 * 3 }, (_, i) => 0.5 + 0.4 * Math.sin(i / 97));

const json = new TextEncoder().encode(JSON.stringify({ modelTopology, weightsManifest }));
const model = await openModel(json, { files: { [weightsManifest[0].paths[0]]: weights } });
const x = { data: picture, shape: [1, 224, 224, 3] };
const calls = { nabla: () => model.predict(x).data };

const tf = peers("@tensorflow/tfjs");
tf.enableProdMode();
const wasm = peers("@tensorflow/tfjs-backend-wasm");
wasm.setThreadsCount(1);
wasm.setWasmPaths(join(dirname(peers.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist/"));
await tf.setBackend("wasm");
const net = await tf.loadLayersModel(
  tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData: weights.buffer }),
);
const tensor = tf.tensor(picture, x.shape);
calls["tfjs Wasm"] = () => tf.tidy(() => net.predict(tensor).dataSync());

const ort = await import(
  pathToFileURL(peers.resolve("onnxruntime-web/wasm").replace(/ort\.wasm\.min\.js$/, "ort.wasm.min.mjs")).href
);
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(exportOnnx(model), { executionProviders: ["wasm"] });
const feeds = { [session.inputNames[0]]: new ort.Tensor("float32", picture, x.shape) };
calls["onnxruntime-web"] = async () => (await session.run(feeds))[session.outputNames[0]].data;

const times = Object.fromEntries(Object.keys(calls).map((name) => [name, []]));
const own = calls.nabla();
for (let round = 0; round < ROUNDS; round++)
  for (const [name, call] of Object.entries(calls)) {
    const began = process.cpuUsage();
    const said = await call();
    const { user, system } = process.cpuUsage(began);
    const took = (user + system) / 1000;
    const apart = Math.max(...own.map((value, i) => Math.abs(value - said[i])));
    if (!(apart < 1e-5)) throw new Error(`${name} says something else: ${apart} apart`);
    // the first warms up
    if (round > 0) times[name].push(took);
  }
const least = Object.entries(times).map(([name, all]) => [name, Math.min(...all), median(all)]);
for (const [name, min, middle] of least)
  console.log(`${name.padEnd(16)} ${min.toFixed(1)} ms least, ${middle.toFixed(1)} ms median`);
