/** The code that reads files of Keras and TensorFlow.js, loaded when such a file comes. */
import { messageOf, NablaError } from "../errors.ts";

/**
 * Not among the programs of nabla/static: with it every page that has that would carry all layers.
 *
 * @throws NablaError where it cannot be loaded
 */
export async function kerasCode(): Promise<typeof import("./keras/index.ts")> {
  try {
    return await import("./keras/index.ts");
  } catch (cause) {
    throw new NablaError(
      `openModel: the code that reads files of Keras and TensorFlow.js could not be loaded (${messageOf(cause)}). Load the page again; where import() is forbidden, as in service workers, open the file elsewhere: nabla import FILE writes one of Nabla's own`,
      { cause },
    );
  }
}
