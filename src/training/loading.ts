/** Code that is loaded when it is used. */
import { messageOf, NablaError, STATIC } from "../errors.ts";

/**
 * What `load` imports; where it is refused, what nabla/static has brought along.
 *
 * @throws NablaError where it cannot be loaded
 */
export async function loaded<T extends object>(load: () => Promise<T>, who = "fit"): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    // it is all or nothing
    if ("train" in STATIC) return STATIC as T;
    throw new NablaError(
      `${who}: its code could not be loaded (${messageOf(cause)}); the weights are as they were. Load the page again; in Next add serverExternalPackages: ["nabla"]; where import() is forbidden, add import "nabla/static"`,
      { cause },
    );
  }
}
