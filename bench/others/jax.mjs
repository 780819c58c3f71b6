// jax-js, WebAssembly: node bench/others/jax.mjs [threads]
// As its documents and its own MNIST example train: one function under jit(), gradients by valueAndGrad(), arrays owned and passed on, the way of
// awaiting that does not block. Here the whole step is under jit(), which is faster than the example's prediction alone.
// Node has no Worker of the kind it asks for, and without one it computes in one thread. With `threads` it is given one.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { Worker as Thread } from "node:worker_threads";
import { batchesOf, channelsFirst, peers } from "./reading.mjs";
import { serve } from "./serve.mjs";

const threads = process.argv[2] === "threads" ? availableParallelism() : 1;
if (threads > 1) withWorkers();
else Reflect.deleteProperty(globalThis, "Worker");
const {
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy: np,
  tree,
  valueAndGrad,
  blockUntilReady,
} = peers("@jax-js/jax");
await init("wasm");
defaultDevice("wasm");

/** The little of a page's Worker that jax-js uses, on a thread of Node. */
function withWorkers() {
  const sources = new Map();
  const make = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) => {
    const url = make(blob);
    sources.set(url, blob.text());
    return url;
  };
  globalThis.Worker = class {
    #thread;
    #early = [];
    constructor(url) {
      sources.get(String(url)).then((text) => {
        const own = `const { parentPort } = require("node:worker_threads");
          const self = globalThis; self.postMessage = (m) => parentPort.postMessage(m);
          const postMessage = self.postMessage;
          parentPort.on("message", (data) => self.onmessage({ data }));\n`;
        this.#thread = new Thread(own + text, { eval: true });
        this.#thread.unref();
        this.#thread.on("message", (data) => this.onmessage?.({ data }));
        this.#thread.on("error", (error) => this.onerror?.(error));
        for (const message of this.#early) this.#thread.postMessage(message);
      });
    }
    postMessage(message) {
      if (this.#thread) this.#thread.postMessage(message);
      else this.#early.push(message);
    }
  };
}

const activations = {
  linear: (z) => z,
  relu: (z) => nn.relu(z),
  sigmoid: (z) => nn.sigmoid(z),
};
/** Its own ReLU passes gradients on where its input is exactly 0, others stop them there. */
const ALIKE = { ...activations, relu: (z) => np.where(np.greater(z.ref, 0), z, 0) };

function forward({ layers, input }, activations) {
  if (layers.some(({ type }) => type === "lstm")) throw new Error("it has no scan and no recurrent layer");
  return (params, x) => {
    let shape = input;
    let a = x;
    layers.forEach((layer, l) => {
      const { type, output } = layer;
      const act = activations[layer.activation === "softmax" ? "linear" : layer.activation];
      if (type === "dense") a = act(np.dot(a, params[`w${l}`]).add(params[`b${l}`]));
      else if (type === "conv2d") {
        const padding = layer.padding === "same" ? "SAME" : "VALID";
        a = act(lax.convGeneralDilated(a, params[`w${l}`], [1, 1], padding).add(params[`b${l}`]));
      } else if (type === "maxPooling2d") a = lax.reduceWindow(a, np.max, layer.poolSize, layer.poolSize);
      else if (type === "flatten") a = a.reshape([-1, shape.reduce((p, q) => p * q)]);
      else throw new Error(`${type} is not written for it here`);
      shape = output;
    });
    return a;
  };
}

function parameters(spec) {
  const params = {};
  channelsFirst(spec).forEach((pair, l) => {
    if (!pair) return;
    const { type, kernel } = spec.layers[l];
    const [h, w, c, f] = kernel;
    const shape = type === "conv2d" ? [f, c, h, w] : kernel;
    params[`w${l}`] = np.array(pair.kernel).reshape(shape);
    params[`b${l}`] = np.array(pair.bias).reshape(type === "conv2d" ? [f, 1, 1] : [pair.bias.length]);
  });
  return params;
}

/** Pixels as [rows, channels, height, width]. */
function images(x, rows, input) {
  if (input.length === 1) return np.array(x).reshape([rows, input[0]]);
  const [h, w, c] = input;
  if (c === 1) return np.array(x).reshape([rows, 1, h, w]);
  return np.transpose(np.array(x).reshape([rows, h, w, c]), [0, 3, 1, 2]);
}

/** The optimizer, as @jax-js/optax writes it: state and parameters that follow from gradients. */
function update({ name, momentum, beta1, beta2, epsilon }, rate) {
  const each = (params, make) => Object.fromEntries(Object.keys(params).map((key) => [key, make(key)]));
  if (name === "sgd")
    return (params, g, state) => [each(params, (k) => params[k].sub(g[k].mul(rate))), state];
  if (name === "nesterov")
    return (params, g, state) => {
      const v = each(params, (k) => state.v[k].mul(momentum).add(g[k].ref));
      const next = each(params, (k) => params[k].sub(v[k].ref.mul(momentum).add(g[k]).mul(rate)));
      return [next, { v }];
    };
  return (params, g, state) => {
    const m = each(params, (k) => state.m[k].mul(beta1).add(g[k].ref.mul(1 - beta1)));
    const v = each(params, (k) => state.v[k].mul(beta2).add(np.square(g[k]).mul(1 - beta2)));
    const next = each(params, (k) =>
      params[k].sub(m[k].ref.mul(state.rate.ref).div(np.sqrt(v[k].ref).add(epsilon))),
    );
    state.rate.dispose();
    return [next, { m, v }];
  };
}

const { version } = JSON.parse(
  readFileSync(join(dirname(peers.resolve("@jax-js/jax")), "../package.json"), "utf8"),
);

serve(
  { name: threads > 1 ? "jax-js, Wasm, all threads" : "jax-js, Wasm", version, threads },
  {
    async train(spec, learningRate, alike) {
      if (!spec.comparable) throw new Error("dropout is not written for it here");
      const { batch, input, optimizer, loss: kind } = spec;
      const out = forward(spec, alike ? ALIKE : activations);
      const loss = (params, x, y) => {
        const z = out(params, x);
        if (kind === "quadratic")
          return np
            .square(z.sub(y))
            .sum()
            .mul(0.5 / batch);
        return nn
          .logSoftmax(z)
          .mul(y)
          .sum()
          .mul(-1 / batch);
      };
      const move = update(optimizer, learningRate);
      const step = jit((params, state, x, y) => {
        const [value, g] = valueAndGrad(loss)(tree.ref(params), x, y);
        const [next, after] = move(params, g, state);
        return [value, next, after];
      });
      let params = parameters(spec);
      const zeros = () =>
        Object.fromEntries(Object.entries(params).map(([k, p]) => [k, np.zerosLike(p.ref)]));
      let state =
        optimizer.name === "adam"
          ? { m: zeros(), v: zeros() }
          : optimizer.name === "nesterov"
            ? { v: zeros() }
            : {};
      const batches = batchesOf(spec).map(({ x, y }) => ({
        x: images(x, batch, input),
        y: nn.oneHot(np.array(y), 10),
      }));
      let t = 0;
      return {
        step: async (i, wanted) => {
          const { x, y } = batches[i % batches.length];
          t++;
          if (optimizer.name === "adam") {
            const { beta1, beta2 } = optimizer;
            state.rate = np.array((learningRate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t));
          }
          const [value, next, after] = step(params, state, x.ref, y.ref);
          params = next;
          state = after;
          if (wanted) return value.jsAsync();
          value.dispose();
          await blockUntilReady(params);
        },
        close: () => {
          tree.dispose(params);
          tree.dispose(state);
          for (const { x, y } of batches) tree.dispose({ x, y });
        },
      };
    },
    async predict(spec, rows) {
      const out = forward(spec, activations);
      const f = jit((params, x) => nn.softmax(out(params, x)));
      const params = parameters(spec);
      const x = Float32Array.from(
        { length: rows * spec.input.reduce((a, b) => a * b) },
        (_, i) => (i % 7) / 7,
      );
      return {
        step: async () => void (await f(tree.ref(params), images(x, rows, spec.input)).data()),
        close: () => tree.dispose(params),
      };
    },
  },
);
