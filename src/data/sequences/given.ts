/** Options as they were given: null stands for the default, as undefined does. */
import { demand, isObject } from "../../fields/expected.ts";

/** @throws NablaError for what is no object */
export function givenOf<T extends object>(who: string, options: T): T {
  demand(isObject(options) && !Array.isArray(options), who, "its options as an object", options);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value != null)) as T;
}
