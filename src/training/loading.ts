/** Code that is loaded when it is used. */
import { messageOf, NablaError } from "../errors.ts";

const DOES: Readonly<Record<string, string>> = { evaluate: "evaluates", confusionMatrix: "evaluates" };

/** @throws NablaError where it cannot be */
export async function loaded<T>(code: Promise<T>, who = "fit"): Promise<T> {
  try {
    return await code;
  } catch (cause) {
    throw new NablaError(
      `${who}: the code that ${DOES[who] ?? "trains"} could not be loaded (${messageOf(cause)}); the weights are as they were. Load the page again, and see that all files of the library are served`,
      { cause },
    );
  }
}
