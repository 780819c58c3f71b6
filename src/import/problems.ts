/** What a file has that there is not here: all of it is collected, and said at once. */
import { NablaError } from "../errors.ts";

/** Something that cannot be taken over. */
export interface Problem {
  /** Where: the node and its operator, the layer and its type. */
  readonly where: string;
  /** Why, and what the file's owner can do. */
  readonly why: string;
}

/** Thrown by what reads a part of a file; the part is then left out, and the rest looked at as well. */
export class Unsupported extends Error {}

/** As many as an error shows. */
const SHOWN = 12;

/** @throws NablaError that lists them, if there are any */
export function refuseAll(name: string, what: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  // the same reason for many nodes is one line
  const byReason = new Map<string, string[]>();
  for (const { where, why } of problems) byReason.set(why, [...(byReason.get(why) ?? []), where]);
  const lines = [...byReason].map(([why, where]) => {
    const more = where.length > 3 ? ` and ${where.length - 3} more` : "";
    return `  ${where.slice(0, 3).join(", ")}${more}: ${why}`;
  });
  const rest = lines.length > SHOWN ? `\n  … and ${lines.length - SHOWN} more` : "";
  throw new NablaError(
    `${name}: this ${what} has parts that there are not here:\n${lines.slice(0, SHOWN).join("\n")}${rest}`,
    { details: { problems: problems.map(({ where, why }) => ({ where, why })) } },
  );
}
