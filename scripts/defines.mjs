// The constants of src/constants.d.ts, as a bundler's `define`.

/** For programs that run from the sources: everything is there. */
export const WHOLE = { DOCS: "true", TRAINING: "true", WORKER_FILE: '"./worker.js"' };
/** For what ships: the documentation of fields is in schema.json alone. */
export const SHIPPED = { ...WHOLE, DOCS: "false" };
/** For nabla/predict: nothing that only training needs. */
export const PREDICTING = { ...SHIPPED, TRAINING: "false" };
/** Where the worker's file lies. @param {string} file */
export const workerAt = (file) => ({ WORKER_FILE: JSON.stringify(file) });
