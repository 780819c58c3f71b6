// What every host of JavaScript owes Nabla: the same suite runs inside workerd, Deno, Bun, edge-runtime and Node. It asks
// nothing of them but the language, WebAssembly and timers, and returns what it found as plain values: a test compares them
// with those of this project's own Node. No test framework: there is none in an isolate.

/** @param {Uint8Array} bytes */
const changed = (bytes, /** @type {number} */ at) => {
  const copy = bytes.slice();
  copy[at] ^= 1;
  return copy;
};
/** The bits of float32 values, for comparisons that forgive nothing. @param {Float32Array} values */
const bits = (values) =>
  Array.from(new Uint32Array(values.slice().buffer), (word) => word.toString(16)).join(" ");

/** What `call` throws: whose error it is, and its words. @param {() => unknown} call */
async function thrown(call) {
  try {
    await call();
    return "nothing";
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error);
    return `${name}: ${message}`;
  }
}

/**
 * @param {{ nabla: typeof import("nabla"), data: typeof import("nabla/data"), light: typeof import("nabla/predict"),
 *   files: { model: Uint8Array, newer: Uint8Array, unknown: Uint8Array } }} host the package as imported there, and
 *   models: one of 28 × 28 pixels, one of a later version, one with a layer nobody knows
 * @returns {Promise<Record<string, unknown>>}
 */
export async function contract({ nabla, data, light, files }) {
  const { conv2d, dense, dropout, flatten, load, maxPooling2d, sequential, weightsSha256 } = nabla;
  /** @type {Record<string, unknown>} */
  const found = {};

  // load and predict
  const model = load(files.model, "model");
  found.loaded = weightsSha256(model);
  found.shapes = [model.inputShape, model.outputShape];
  const images = new Uint8Array(3 * 784).map((_, i) => (i * 2654435761) >>> 24);
  const outputs = model.predict(images);
  found.predicted = bits(outputs.data);
  found.classes = [...outputs.argMax()];
  found.floats = bits(model.predict(Float32Array.from(images, (byte) => byte / 255)).data);
  // more rows than are computed at once
  found.parts = bits(model.predict(images, { batchSize: 2 }).data);

  // the same from the entry that only predicts
  const predictor = light.load(files.model, "model");
  found.light = bits(predictor.predict(images).data);
  found.lightParts = bits(predictor.predict(images, { batchSize: 2 }).data);
  const later = await light.loadAsync(files.model, "model");
  found.later = bits(later.predict(images).data);

  // a few training steps: dense, convolutional, random layers, and going on from a file
  const points = sequential(
    [dense({ units: 12, activation: "gelu" }), dense({ units: 1, activation: "sigmoid" })],
    { seed: 3 },
  );
  points.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy"] });
  const { history } = await points.fit(data.moons({ samples: 200 }), {
    epochs: 3,
    batchSize: 16,
    validationSplit: 0.2,
  });
  found.trained = [weightsSha256(points), history.loss, history.valAccuracy];
  const layers = [
    conv2d({ filters: 4, kernelSize: 3, activation: "relu" }),
    maxPooling2d(),
    flatten(),
    dropout({ rate: 0.25 }),
    dense({ units: 10, activation: "softmax" }),
  ];
  const pictures = sequential(layers, { seed: 5 });
  pictures.compile({ optimizer: "nesterov", loss: "categoricalCrossentropy" });
  await pictures.fit(data.digits({ samples: 60 }), { epochs: 1, batchSize: 12 });
  found.convolutional = weightsSha256(pictures);
  const again = load(points.save());
  // dense layers alone, so no code comes later
  const row = [[0.25, -0.5]];
  found.points = bits(points.predict(row).data);
  found.laterPoints = bits((await light.loadAsync(points.save())).predict(row).data);
  const whole = data.moons({ samples: 200 });
  await again.fit(whole, { epochs: 5, batchSize: 16, validationSplit: 0.2, resume: true });
  found.resumed = weightsSha256(again);
  found.evaluated = await again.evaluate(whole);

  // a training gives others their turn, and a signal stops it
  const long = sequential([dense({ units: 64, activation: "tanh" }), dense({ units: 1 })], { seed: 1 });
  long.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  const endless = long.fit(data.moons({ samples: 2000 }), {
    epochs: 100_000,
    batchSize: 10,
    signal: stop.signal,
  });
  found.stopped = await endless.then(
    () => "it ran to its end",
    (/** @type {Error} */ error) => error.name,
  );

  // errors, in the same words everywhere
  found.truncated = await thrown(() => load(files.model.subarray(0, files.model.length - 100), "model"));
  found.header = await thrown(() => load(files.model.subarray(0, 50), "model"));
  found.altered = await thrown(() => load(changed(files.model, files.model.length - 50), "model"));
  found.lightTruncated = await thrown(() => light.load(files.model.subarray(0, 1000), "model"));
  found.lightAltered = await thrown(() => light.load(changed(files.model, files.model.length - 50), "model"));
  found.lightNewer = await thrown(() => light.load(files.newer, "model"));
  found.laterUnknown = await thrown(() => light.loadAsync(files.unknown, "model"));
  found.lightUnknown = await thrown(() => light.load(files.unknown, "model"));
  found.lightLength = await thrown(() => predictor.predict(new Float32Array(783)));
  found.newer = await thrown(() => load(files.newer, "model"));
  found.unknown = await thrown(() => load(files.unknown, "model"));
  found.nothing = await thrown(() => load(new Uint8Array(0), "model"));
  found.length = await thrown(() => model.predict(new Float32Array(783)));
  found.shape = await thrown(() => model.predict([[1, 2, 3]]));
  found.batch = await thrown(() => points.fit(data.moons({ samples: 20 }), { batchSize: 21 }));
  found.option = await thrown(() =>
    points.fit(data.moons({ samples: 20 }), /** @type {any} */ ({ epoch: 1 })),
  );
  found.other = await thrown(() => nabla.loadCore(/** @type {any} */ (7)));
  return found;
}
