/** What builds leave out: see scripts/defines.mjs. */

/** Whether fields carry their documentation and can write JSON Schema. False in what ships: the schema ships as a file. */
declare const DOCS: true;
/** Whether there is training at all. False in nabla/predict. */
declare const TRAINING: true;
/** The worker's file, seen from the one that starts it. */
declare const WORKER_FILE: string;
