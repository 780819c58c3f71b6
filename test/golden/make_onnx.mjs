/**
 * ONNX' own tests of its operators RNN, GRU and LSTM, to onnx.json: `node test/golden/make_onnx.mjs FOLDER > test/golden/onnx.json`.
 * Made from Debian's package libonnx-testdata 1.12.0-2: `apt-get download libonnx-testdata; dpkg-deb -x libonnx-testdata_*.deb FOLDER`.
 * Their files are Protocol Buffers; of these the few fields are read that say tensors, attributes, and names of inputs and outputs.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(process.argv[2] ?? ".", "usr/share/libonnx-testdata/data/node");

/**
 * Fields of a message; values are numbers, or bytes.
 *
 * @param {Buffer} bytes
 * @returns {[number: number, value: any][]}
 */
function fieldsOf(bytes) {
  /** @type {[number: number, value: any][]} */
  const fields = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const wire = key & 7;
    if (wire === 0) fields.push([key >> 3, varint()]);
    else if (wire === 5) {
      fields.push([key >> 3, bytes.readFloatLE(at)]);
      at += 4;
    } else if (wire === 2) {
      const length = varint();
      fields.push([key >> 3, bytes.subarray(at, at + length)]);
      at += length;
    } else throw new Error(`wire type ${wire}`);
  }
  return fields;
}

/** @type {(fields: [number: number, value: any][], number: number) => any[]} */
const all = (fields, number) => fields.flatMap(([key, value]) => (key === number ? [value] : []));

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9. @param {Buffer} bytes */
function tensorOf(bytes) {
  const fields = fieldsOf(bytes);
  const [raw] = all(fields, 9);
  const [type] = all(fields, 2);
  const data = Array.from({ length: raw.length / 4 }, (_, i) =>
    type === 1 ? Number(raw.readFloatLE(4 * i).toPrecision(9)) : raw.readInt32LE(4 * i),
  );
  return { name: String(all(fields, 8)[0]), shape: all(fields, 1), data };
}

const cases = readdirSync(folder)
  .filter((name) => /^test_(simple_rnn|rnn|gru|lstm)_/.test(name))
  .sort()
  .map((name) => {
    const [graph] = all(fieldsOf(readFileSync(join(folder, name, "model.onnx"))), 7);
    const node = fieldsOf(all(fieldsOf(graph), 1)[0]);
    const attributes = Object.fromEntries(
      all(node, 5).map((/** @type {Buffer} */ bytes) => {
        const fields = fieldsOf(bytes);
        return [String(all(fields, 1)[0]), all(fields, 3)[0] ?? all(fields, 2)[0]];
      }),
    );
    const files = (/** @type {string} */ kind) =>
      readdirSync(join(folder, name, "test_data_set_0"))
        .filter((file) => file.startsWith(kind))
        .sort()
        .map((file) => tensorOf(readFileSync(join(folder, name, "test_data_set_0", file))));
    const wanted = all(node, 2).map(String).filter(Boolean);
    const [inputs, outputs] = [files("input"), files("output")];
    // by the names of the operator's inputs; what a node leaves out has no file
    const given = all(node, 1).map(String);
    return {
      name: name.slice(5),
      operator: String(all(node, 4)[0]),
      attributes,
      inputs: Object.fromEntries(given.filter(Boolean).map((key, i) => [key, only(inputs[i])])),
      outputs: Object.fromEntries(wanted.map((key, i) => [key, only(outputs[i])])),
    };
  });

/** @param {{ shape: number[], data: number[] }} tensor */
function only({ shape, data }) {
  return { shape, data };
}

console.log(`{\n  "source": "Debian libonnx-testdata 1.12.0-2 (ONNX 1.12.0, Apache-2.0)",\n  "cases": [\n${cases.map((one) => `    ${JSON.stringify(one)}`).join(",\n")}\n  ]\n}`);
