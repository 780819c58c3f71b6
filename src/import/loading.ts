/** Loads code of readers. */
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
