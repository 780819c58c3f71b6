/** Models of Keras and TensorFlow.js: loaded when a file of theirs is opened. */
export { readArchive } from "./archive.ts";
export { readHdf5 } from "./h5.ts";
export { readTfjs } from "./tfjs.ts";
