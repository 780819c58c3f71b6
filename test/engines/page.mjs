// What test/engines/browsers.test.ts runs in pages, with the library as pages get it.

// computed, so that types are looked for in the sources, not in what the build makes of them
const built = "../../build/browser";
/** @type {typeof import("../../src/index.ts")} */
const { fromConfig, weightsSha256 } = await import(`${built}/nabla.js`);
/** @type {typeof import("../../src/data/index.ts")} */
const { csvSplit, makeGenerated } = await import(`${built}/data.js`);

/** @typedef {import("../../src/index.ts").Dataset} Dataset */

/**
 * @typedef {object} Task
 * @property {object} config what the command line made of its options
 * @property {string} [generated] name of a generated set
 * @property {{ samples: number }} [options]
 * @property {string} [csv] the text of a table, where it is none
 * @property {{ mean: number, scale: number }} [target] how the command line scales a table's targets
 */

/**
 * @param {Dataset} dataset
 * @param {{ mean: number, scale: number }} by
 * @returns {Dataset}
 */
const scaled = (dataset, { mean, scale }) => ({
  ...dataset,
  read(indices, x, y) {
    dataset.read(indices, x, y);
    for (let i = 0; i < indices.length; i++) y[i] = (y[i] - mean) / scale;
  },
});

/**
 * Trains, in the worker that trainings have on pages.
 *
 * @param {Task} task
 * @returns {Promise<{ sha256: string, script: string }>} the hash of the weights, and the script the worker ran
 */
async function train({ config, generated, options, csv, target }) {
  const { model, fit } = fromConfig(/** @type {any} */ (config));
  const { train } =
    csv === undefined ? makeGenerated(/** @type {string} */ (generated), options) : csvSplit(csv);
  await model.fit(target ? scaled(train, target) : train, fit);
  const scripts = performance.getEntriesByType("resource").map(({ name }) => name);
  return {
    sha256: weightsSha256(model),
    script: scripts.find((name) => /worker[^/]*\.js$/.test(name)) ?? "none",
  };
}

Object.assign(globalThis, { train });
