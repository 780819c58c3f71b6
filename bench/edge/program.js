// What bench/edge.mjs runs inside each runtime: the example's handler, asked again and again for a prediction.

import model from "./model.js";
import { service } from "./service.js";

let serve;
const image = new Uint8Array(784).map((_, i) => (i * 7) % 256);
const request = () => new Request("http://localhost/predict", { method: "POST", body: image });
/** As Request and Response alone, without a model: what the rest of a handler's time goes to. */
const empty = async (asked) => Response.json([(await asked.arrayBuffer()).byteLength]);

/** Loads the model, unless it is there. */
export function ready() {
  serve ??= service(Uint8Array.from(atob(model), (c) => c.charCodeAt(0)));
}

/** Predictions one after the other; µs of each, where the runtime's clock moves while it computes. */
export async function answer(count = 0, bare = false) {
  const before = performance.now();
  ready();
  const handler = bare ? empty : serve;
  const first = await (await handler(request())).json();
  const started = performance.now() - before;
  const times = [];
  let last = performance.now();
  for (let i = 0; i < count; i++) {
    await handler(request());
    const now = performance.now();
    times.push((now - last) * 1000);
    last = now;
  }
  const all = times.reduce((sum, time) => sum + time, 0) / 1e6;
  times.sort((a, b) => a - b);
  const p99 = times[Math.floor(times.length * 0.99)];
  return { first, started, ...(count > 0 && all > 0 && { rate: count / all, p99 }) };
}
