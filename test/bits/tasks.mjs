// What the command line trains, where there is no command line: pages, workers, and builds of the core.

/**
 * @typedef {object} Task
 * @property {object} config what the command line made of its options
 * @property {string} [generated] name of a generated set
 * @property {{ samples: number }} [options]
 * @property {keyof typeof READS} [kind] what the file is
 * @property {string} [file] its text
 * @property {any} [like] how it was read, in the model's file
 * @property {number} [step] from the beginning of a window of a text to that of the next
 * @property {number} [testSplit]
 * @property {number} [seed] chooses what is tested with
 */

/**
 * @typedef {object} Library
 * @property {typeof import("../../src/index.ts")} nabla
 * @property {typeof import("../../src/data/index.ts")} data
 * @property {typeof import("../../src/sequences/index.ts")} sequences
 */

/** @satisfies {Record<string, (text: string, task: Task, library: Library) => { train: import("../../src/data/dataset.ts").Dataset }>} */
const READS = {
  table: (text, _task, { data }) => data.csvSplit(text),
  series: (text, { like, testSplit: testFraction }, { sequences }) =>
    sequences.windowSplit(sequences.csvSeries(text), { length: like.length, like, testFraction }),
  text: (text, { like, step, testSplit: testFraction }, { sequences }) =>
    sequences.textSplit(text, {
      ...like,
      step,
      vocabulary: new sequences.Vocabulary(like.vocabulary),
      testFraction,
    }),
  sequences: (text, { like, testSplit: testFraction, seed }, { sequences }) =>
    sequences.jsonSequences(text, { like, testFraction, seed }),
  steps: (text, { like, testSplit: testFraction, seed }, { sequences }) =>
    sequences.csvSequences(text, { like, testFraction, seed }),
};

/**
 * @param {Task} task
 * @param {Library} library
 * @returns {Promise<string>} the hash of the weights
 */
export async function train(task, library) {
  const { nabla, data } = library;
  const { model, fit } = nabla.fromConfig(/** @type {any} */ (task.config));
  const { train } =
    task.file === undefined
      ? data.makeGenerated(/** @type {string} */ (task.generated), task.options)
      : READS[task.kind ?? "table"](task.file, task, library);
  await model.fit(train, fit);
  return nabla.weightsSha256(model);
}

/**
 * @param {Readonly<Record<string, Task>>} tasks by their names
 * @param {Library} library
 * @returns {Promise<Record<string, string>>} hashes; what went wrong is an answer, too
 */
export async function trainAll(tasks, library) {
  /** @type {Record<string, string>} */
  const answers = {};
  for (const [name, task] of Object.entries(tasks))
    answers[name] = await train(task, library).catch((error) => `failed: ${error?.message ?? error}`);
  return answers;
}
