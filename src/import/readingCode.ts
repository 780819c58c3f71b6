/** The code that reads files of a kind, loaded when such a file comes. */
import { codeOf } from "./loading.ts";

const KERAS = "files of Keras and TensorFlow.js";
export const tfjsCode = () => codeOf(KERAS, () => import("./keras/tfjs.ts"));
export const hdf5Code = () => codeOf(KERAS, () => import("./keras/h5.ts"));
export const archiveCode = () => codeOf(KERAS, () => import("./keras/archive.ts"));

export const jsonCode = (): Promise<typeof import("./json/index.ts")> =>
  codeOf("JSON of brain.js and ConvNetJS", () => import("./json/index.ts"));

/** What says what a file is that nobody reads. Without it less is said. */
export const unreadCode = (): Promise<typeof import("./unread/index.ts") | undefined> =>
  import("./unread/index.ts").catch(() => undefined);

export const pytorchCode = (): Promise<typeof import("./pytorch/index.ts")> =>
  codeOf("weights of PyTorch", () => import("./pytorch/index.ts"), "loadWeights");

export const onnxCode = () => codeOf("ONNX files", () => import("./onnx/index.ts"));
