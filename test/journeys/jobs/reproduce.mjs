// The same seed: the same weights, in one go and in two, with one thread and with two.
import { dense, load, sequential, weightsSha256 } from "nabla";
import { moons } from "nabla/data";

const data = () => moons({ samples: 600, seed: 3 });
function fresh() {
  const model = sequential(
    [dense({ units: 32, activation: "relu" }), dense({ units: 1, activation: "sigmoid" })],
    { seed: 9 },
  );
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  return model;
}
const hashes = {};
for (const threads of [1, 2]) {
  const model = fresh();
  await model.fit(data(), { epochs: 6, threads });
  hashes[`${threads} threads`] = weightsSha256(model);
}
const half = fresh();
const stop = new AbortController();
const callbacks = [{ onEpochEnd: (epoch) => void (epoch === 2 && stop.abort()) }];
await half.fit(data(), { epochs: 6, callbacks, signal: stop.signal }).catch((error) => {
  if (!stop.signal.aborted) throw error;
});
const again = load(half.save());
await again.fit(data(), { epochs: 6, resume: true });
hashes["stopped and resumed"] = weightsSha256(again);
console.log(JSON.stringify(hashes));
