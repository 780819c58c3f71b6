/** A number of four digits, put together from single ones, and read by a network that knows single ones only. */
import { dense, flatten, readDigits, sequential } from "nabla";
import { digits } from "nabla/data";
import { main } from "./main.mjs";

const SIZE = 28;

/** Digits number `rows` of the test part, side by side so that their pictures overlap by eight columns. @param {number[]} rows */
function line(rows) {
  const set = digits({ samples: 100, part: "test" });
  const x = new Uint8Array(rows.length * SIZE * SIZE);
  const labels = new Int32Array(rows.length);
  set.read(Uint32Array.from(rows), x, labels);
  const step = SIZE - 8;
  const width = step * rows.length + 8;
  const data = new Uint8Array(width * SIZE);
  x.forEach((value, i) => {
    const [k, at] = [Math.floor(i / (SIZE * SIZE)), i % (SIZE * SIZE)];
    const to = Math.floor(at / SIZE) * width + k * step + (at % SIZE);
    data[to] = Math.max(data[to], value);
  });
  return { picture: { data, width, height: SIZE }, text: labels.join("") };
}

/** @param {{ data: Uint8Array, width: number, height: number }} picture @param {number[]} ends */
function show({ data, width, height }, ends) {
  const shades = " .:+#";
  const rows = [];
  for (let y = 0; y < height; y += 2) {
    const values = Array.from(
      { length: width },
      (_, x) => (data[y * width + x] + data[(y + 1) * width + x]) / 2,
    );
    rows.push(values.map((value) => shades[Math.round(value / 64)]).join(""));
  }
  rows.push(Array.from({ length: width }, (_, x) => (ends.includes(x) ? "^" : " ")).join(""));
  return rows.map((row) => row.trimEnd()).filter(Boolean);
}

export async function run(print = console.log) {
  const model = sequential(
    [flatten(), dense({ units: 100, activation: "relu" }), dense({ units: 10, activation: "softmax" })],
    { seed: 1 },
  );
  model.compile({ loss: "categoricalCrossentropy", optimizer: "adam" });
  await model.fit(digits({ samples: 20000 }), { epochs: 5, batchSize: 32 });

  const { picture, text } = line([11, 29, 48, 54]);
  const reading = readDigits(model, picture);
  print(
    show(
      picture,
      reading.digits.flatMap(({ from, to }) => [from, to - 1]),
    ).join("\n"),
  );
  for (const { digit, confidence, from, to } of reading.digits)
    print(`${digit} in columns ${from} to ${to - 1}, ${(100 * confidence).toFixed(1)} %`);
  print(
    `read ${reading.text}, written ${text}; sure of all of it: ${(100 * reading.confidence).toFixed(1)} %`,
  );
  return { text, reading };
}

await main(import.meta.url, run);
