/** A pole on a cart: a network learns from nothing but how long it stayed up to push left or right (REINFORCE). */
import { dense, sequential } from "nabla";
import { main } from "./main.mjs";
import { randomNumbers } from "./random.mjs";

const LIMIT = 500; // steps of an episode, of 0.02 s each
const SOLVED = 475; // steps up, on average over 100 episodes in a row: what Gym's CartPole-v1 calls solved

/** Place and speed of the cart, angle and speed of the pole. @param {() => number} random */
const start = (random) => Array.from({ length: 4 }, () => 0.1 * random() - 0.05);

/** After 0.02 s of a push with 10 N: Barto, Sutton and Anderson, 1983. @param {number[]} state @param {boolean} right */
function push([x, v, angle, spin], right) {
  const [sin, cos] = [angle - (angle * angle * angle) / 6, 1 - (angle * angle) / 2]; // of small angles
  const force = ((right ? 10 : -10) + 0.05 * spin * spin * sin) / 1.1;
  const turn = (9.8 * sin - cos * force) / (0.5 * (4 / 3 - (0.1 * cos * cos) / 1.1));
  const speedUp = force - (0.05 * turn * cos) / 1.1;
  return [x + 0.02 * v, v + 0.02 * speedUp, angle + 0.02 * spin, spin + 0.02 * turn];
}

/** More than 2.4 m from the middle, or 12 degrees from upright. @param {number[]} state */
const fallen = ([x, , angle]) => Math.abs(x) > 2.4 || Math.abs(angle) > 0.2095;

/** Episodes side by side. @param {import("nabla").Model} policy @param {number} count @param {() => number} random */
function play(policy, count, random) {
  const episodes = Array.from({ length: count }, () => ({
    now: start(random),
    states: /** @type {number[][]} */ ([]),
    pushes: /** @type {boolean[]} */ ([]),
  }));
  for (let step = 0, up = episodes; step < LIMIT && up.length > 0; step++) {
    const chances = policy.predict(up.map(({ now }) => now)).data;
    for (const [i, episode] of up.entries()) {
      const right = random() < chances[i];
      episode.states.push(episode.now);
      episode.pushes.push(right);
      episode.now = push(episode.now, right);
    }
    up = up.filter(({ now }) => !fallen(now));
  }
  return episodes;
}

/** @param {number[]} values */
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

/** What each push has brought: the steps still to come, each counting 1 % less than the one before. @param {number} steps */
function returns(steps) {
  const sums = [1];
  while (sums.length < steps) sums.push(1 + 0.99 * sums[sums.length - 1]);
  return sums.reverse();
}

export async function run(print = console.log) {
  const random = randomNumbers(1);
  const layers = [dense({ units: 16, activation: "tanh" }), dense({ units: 1, activation: "sigmoid" })];
  const policy = sequential(layers, { inputShape: [4], seed: 1 });
  policy.compile({ optimizer: { name: "adam", learningRate: 0.02 }, loss: "binaryCrossentropy" });
  const lengths = [];
  for (let round = 0; round < 150 && !(mean(lengths.slice(-5)) >= SOLVED); round++) {
    const episodes = play(policy, 20, random);
    lengths.push(mean(episodes.map(({ states }) => states.length)));
    if (round % 10 === 0) print(`round ${round}: up for ${lengths[round].toFixed(0)} steps`);
    const all = episodes.flatMap(({ states }) => returns(states.length));
    const average = mean(all);
    const spread = Math.sqrt(mean(all.map((value) => (value - average) ** 2)));
    const pushes = episodes.flatMap((episode) => episode.pushes);
    const chances = (await policy.forward(episodes.flatMap(({ states }) => states))).data;
    // of −mean(advantage · ln(chance of the push that was chosen)), by the chance of a push to the right
    const gradient = all.map((value, i) => {
      const advantage = (value - average) / spread / all.length;
      return pushes[i] ? -advantage / chances[i] : advantage / (1 - chances[i]);
    });
    await policy.backward(gradient);
    await policy.applyGradients();
  }
  const test = play(policy, 100, randomNumbers(2)).map(({ states }) => states.length);
  const [before, after] = [lengths[0], mean(test)];
  print(
    `${lengths.length} rounds of 20 episodes; then 100 new ones: up for ${after.toFixed(1)} of ${LIMIT} steps on average`,
  );
  return { before, after, rounds: lengths.length };
}

await main(import.meta.url, run);
