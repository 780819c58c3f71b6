/** What becomes of parts of a file that cannot be read. */
import { NablaError } from "../../errors.ts";
import { Unsupported } from "../problems.ts";

/** Thrown where a layer cannot be looked at further because one before it could not be read. */
export class Skipped extends Error {}

/** What a part of a file that could not be read says. @returns undefined for what has been said already */
export function problemOf(error: unknown): string | undefined {
  if (error instanceof Skipped) return undefined;
  if (error instanceof Unsupported || error instanceof NablaError) return error.message;
  throw error;
}
