// What the command line trains, where there is no command line: pages and workers.

/**
 * @typedef {object} Task
 * @property {object} config what the command line made of its options
 * @property {string} [generated] name of a generated set
 * @property {{ samples: number }} [options]
 * @property {string} [csv] the text of a table, where it is none
 */

/**
 * @param {Task} task
 * @param {{ nabla: typeof import("../../src/index.ts"), data: typeof import("../../src/data/index.ts") }} library
 * @returns {Promise<string>} the hash of the weights
 */
export async function train({ config, generated, options, csv }, { nabla, data }) {
  const { model, fit } = nabla.fromConfig(/** @type {any} */ (config));
  const { train } =
    csv === undefined ? data.makeGenerated(/** @type {string} */ (generated), options) : data.csvSplit(csv);
  await model.fit(train, fit);
  return nabla.weightsSha256(model);
}
