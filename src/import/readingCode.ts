/** The code that reads files of a kind, loaded when such a file comes. */
import { messageOf, NablaError } from "../errors.ts";

/**
 * Not among the programs of nabla/static: with it every page that has that would carry all layers.
 *
 * @throws NablaError where it cannot be loaded
 */
export async function codeOf<Code>(
  files: string,
  load: () => Promise<Code>,
  who = "openModel",
): Promise<Code> {
  try {
    return await load();
  } catch (cause) {
    throw new NablaError(
      `${who}: the code that reads ${files} could not be loaded (${messageOf(cause)}). Load the page again; where import() is forbidden, as in service workers, open the file elsewhere: nabla import FILE writes one of Nabla's own`,
      { cause },
    );
  }
}

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
