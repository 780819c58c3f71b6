// What face-api's own program makes of pictures of 112 x 112: their values as JSON on standard input, its scores on standard output.
//   node test/import/faces/oracle.mjs FOLDER < rows.json
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const rows = JSON.parse(readFileSync(0, "utf8"));
// its TensorFlow.js would take Node for the Node of its bundler
const { process: own } = globalThis;
Object.assign(globalThis, { process: undefined });
const { tf, nets, NetInput } = await import(pathToFileURL(join(folder, "dist/face-api.esm.js")).href);
globalThis.process = own;
tf.env().setPlatform("plain", {
  isTypedArray: (/** @type {unknown} */ a) =>
    [Float32Array, Int32Array, Uint8Array, Uint8ClampedArray].some((type) => a instanceof type),
  now: () => performance.now(),
  encode: (/** @type {string} */ text) => new TextEncoder().encode(text),
  decode: (/** @type {Uint8Array} */ bytes) => new TextDecoder().decode(bytes),
});
await tf.setBackend("cpu");
const read = (/** @type {string} */ name) => readFileSync(join(folder, "model", name));
const manifest = JSON.parse(read("face_expression_model-weights_manifest.json").toString());
const weights = new Uint8Array(read("face_expression_model.bin")).buffer;
const net = nets.faceExpressionNet;
net.loadFromWeightMap(
  tf.io.decodeWeights(
    weights,
    manifest.flatMap((/** @type {{ weights: unknown }} */ group) => group.weights),
  ),
);
const scores = rows.map((/** @type {number[]} */ row) => {
  const picture = tf.tensor3d(Float32Array.from(row), [112, 112, 3]);
  return [...net.forwardInput(new NetInput([picture])).dataSync()];
});
console.log(JSON.stringify(scores));
