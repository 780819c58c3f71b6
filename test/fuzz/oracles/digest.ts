/** What a reading gave back, as a text: equal for equal values only. */
import { createHash } from "node:crypto";

/** Beyond this many values the rest is not looked at. */
const MOST = 200_000;

/** @throws PrototypeError where a plain object of the result has another prototype than it was born with */
export function digestOf(value: unknown): string {
  const hash = createHash("sha1");
  const seen = new Set<object>();
  let count = 0;
  const add = (value: unknown, path: string): void => {
    if (++count > MOST) return;
    if (ArrayBuffer.isView(value)) {
      hash.update(`${value.constructor.name}${value.byteLength}:`);
      hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (typeof value === "object" && value !== null) {
      if (seen.has(value)) return void hash.update("again");
      seen.add(value);
      if (Array.isArray(value)) {
        hash.update(`[${value.length}`);
        value.forEach((item, i) => add(item, `${path}[${i}]`));
      } else if (value instanceof Map) {
        hash.update(`Map${value.size}`);
        for (const [key, item] of value) {
          add(key, path);
          add(item, `${path}.${String(key)}`);
        }
      } else if (value instanceof Set) add([...value], path);
      else {
        const prototype = Object.getPrototypeOf(value);
        const named = (prototype as { constructor?: { name: string } } | null)?.constructor;
        if (
          prototype !== null &&
          prototype !== Object.prototype &&
          (typeof named !== "function" || named.prototype !== prototype)
        )
          throw new PrototypeError(path);
        hash.update("{");
        for (const [key, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
          hash.update(`${JSON.stringify(key)}:`);
          add(item, `${path}.${key}`);
        }
      }
      hash.update("}");
    } else if (typeof value === "number") hash.update(Object.is(value, -0) ? "-0;" : `${value};`);
    else if (typeof value === "string") hash.update(`${value.length}"${value}"`);
    else if (typeof value === "function") hash.update("function;");
    else hash.update(`${typeof value} ${String(value)};`);
  };
  add(value, "result");
  return hash.digest("hex");
}

/** A key of the input has become an object's prototype. */
export class PrototypeError extends Error {
  override readonly name = "PrototypeError";
}
