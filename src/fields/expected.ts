/** Arguments of the functions that programs call: where one is not even of the right type, an error says what it should be. */
import { NablaError } from "../errors.ts";
import { isBytes } from "../tags.ts";
import { show } from "./fields.ts";

/** @param who begins the error @param what was expected @throws NablaError unless `ok` */
export function demand(ok: unknown, who: string, what: string, got: unknown): void {
  if (!ok) throw new NablaError(`${who}: expected ${what}, got ${show(got)}`);
}

/** @throws NablaError unless it is text */
export const demandText = (who: string, what: string, got: unknown): void =>
  demand(typeof got === "string", who, what, got);

/** @throws NablaError unless it is a Uint8Array, whatever realm it is of */
export const demandBytes = (who: string, got: unknown): void =>
  demand(isBytes(got), who, "bytes, a Uint8Array", got);

/** Whether a value has properties. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** @throws NablaError unless it is the path of a file or folder */
export const demandPath = (who: string, got: unknown): void =>
  demand(typeof got === "string" && got !== "", who, "a path", got);
