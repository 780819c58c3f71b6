/** Files that are no pictures, and classes without any: what is said of them. */
import { NablaError } from "../../errors.ts";
import { shortened } from "./classes.ts";
import type { ImageFile, ImagePart, ImageSet, Problem } from "./imageParts.ts";

/** @throws NablaError that names the files that are no pictures, if there are any */
export function refuse<File extends ImageFile>({ root, parts, problems, told, flag }: ImageSet<File>): void {
  if (problems.length === 0) return;
  const all = parts.reduce((sum, { files }) => sum + files.length, 0);
  const n = problems.length;
  const what = told
    ? `${n} ${n === 1 ? "file is" : "files are"} no picture with a label`
    : n === 1
      ? "1 file is not a readable picture"
      : `${n} files are not readable pictures`;
  throw new NablaError(
    `${root}: ${what} (${all} are): ${listed(problems)}. Repair or remove them, or leave them out with unreadable: "skip"${flag("--unreadable skip")}`,
    { details: { problems } },
  );
}

/** The first few, one after the other. */
export function listed(problems: readonly Problem[]): string {
  const more = problems.length - 5;
  return (
    problems
      .slice(0, 5)
      .map(({ path, why }) => `${path}: ${why}`)
      .join("; ") + (more > 0 ? `; and ${more} more` : "")
  );
}

/** Every class has a picture to train on; a test part, or classes given by name, may lack some. */
export function checkFilled<File extends ImageFile>(
  { classes, problems, kinds }: ImageSet<File>,
  parts: readonly ImagePart<File>[],
  given: boolean,
): void {
  for (const [i, { folder, files }] of parts.entries()) {
    const counts = new Array<number>(classes.length).fill(0);
    for (const { label } of files) counts[label]!++;
    const empty = i === 0 && !given ? classes.filter((_, label) => counts[label] === 0) : [];
    if (files.length > 0 && empty.length === 0) continue;
    const what = files.length === 0 ? "found" : `${shortened(empty)} ${empty.length === 1 ? "has" : "have"}`;
    throw new NablaError(
      `${folder}: expected at least one ${kinds} file for each class; ${what} none${problems.length ? ` (left out: ${listed(problems)})` : ""}; fill or remove what is empty`,
    );
  }
}
