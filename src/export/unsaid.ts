/** What a model has that a format has not: all of it is collected, and said at once. */
import { NablaError } from "../errors.ts";

/** Thrown where a layer cannot be said. */
export class Unsaid extends Error {}

/** Where, and why. */
export interface Problem {
  readonly where: string;
  readonly why: string;
}

/** @param format whose files these are @throws NablaError that lists the problems, if there are any */
export function refuseAll(who: string, format: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new NablaError(
    `${who}: this model has parts that ${format} has not:\n${problems.map(({ where, why }) => `  ${where}: ${why}`).join("\n")}`,
    { details: { problems } },
  );
}
