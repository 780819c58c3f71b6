/**
 * Gestures from an accelerometer: a hand draws a circle, shakes, swipes or knocks, for half a second to a second and a half, faster or slower,
 * harder or softer, with the phone held at any angle in one plane. Sequences have different lengths; an LSTM reads them with the padding masked.
 */
import { dense, lstm, masking, sequential } from "nabla";
import { sequences } from "nabla/sequences";
import { main } from "./main.mjs";
import { randomNumbers } from "./random.mjs";

/** Acceleration along three axes at a time from 0 to 1, before it is turned. */
const GESTURES = {
  circle: (/** @type {number} */ t) => [Math.cos(2 * Math.PI * t), Math.sin(2 * Math.PI * t), 0],
  shake: (/** @type {number} */ t) => [Math.sin(8 * Math.PI * t), 0, 0],
  // speeds up, then slows down
  swipe: (/** @type {number} */ t) => [Math.sin(2 * Math.PI * t), 0, 0],
  knock: (/** @type {number} */ t) => [0, 0, t % 0.5 < 0.1 ? 1.5 : -0.2],
};

/**
 * @param {number} n
 * @param {number} seed
 */
function record(n, seed) {
  const random = randomNumbers(seed);
  const names = /** @type {(keyof typeof GESTURES)[]} */ (Object.keys(GESTURES));
  return Array.from({ length: n }, (_, i) => {
    const label = names[i % names.length];
    const steps = 25 + Math.floor(50 * random());
    const [force, turn, late] = [0.6 + 0.8 * random(), 2 * Math.PI * random(), 0.1 * random()];
    const noise = () => 0.3 * (random() + random() + random() - 1.5);
    const acceleration = Array.from({ length: steps }, (_, s) => {
      const [x, y, z] = GESTURES[label](late + s / steps).map((value) => force * value);
      return {
        x: x * Math.cos(turn) - y * Math.sin(turn) + noise(),
        y: x * Math.sin(turn) + y * Math.cos(turn) + noise(),
        z: z + 1 + noise(), // gravity
      };
    });
    return { acceleration, label };
  });
}

export async function run(print = console.log) {
  const { train, info } = sequences(record(600, 1), { testFraction: 0 });
  const { train: test } = sequences(record(400, 2), { testFraction: 0, like: info, keep: "first" });
  print(`${train.length} gestures, rows of ${info.steps} steps of ${info.features?.join(", ")}`);
  const model = sequential(
    [
      masking({ maskValue: info.maskValue }),
      lstm({ units: 32 }),
      dense({ units: Object.keys(GESTURES).length, activation: "softmax" }),
    ],
    { seed: 1 },
  );
  model.compile({
    optimizer: { name: "adam", learningRate: 0.01, clipNorm: 1 },
    schedule: "cosine",
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(train, { epochs: 15 });
  const { accuracy } = await model.evaluate(test);
  print(`${test.length} new ones: ${(100 * accuracy).toFixed(1)} % right`);
  return { accuracy };
}

await main(import.meta.url, run);
