/** Files of brain.js and ConvNetJS. */
export { readBrain } from "./brainjs.ts";
export { readConvnet } from "./convnetjs.ts";
