/** Which key of records is their target, where nobody says it. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { USUAL_LABELS } from "../tables/header.ts";

/**
 * The key that is called as targets are; undefined where none is.
 *
 * @param known features of rows that were read before, which are no targets
 * @throws NablaError for several: the others would be taken for inputs
 */
export function usualLabel(
  name: string,
  keys: readonly string[],
  ignore: readonly string[],
  known: readonly string[] = [],
): string | undefined {
  const called = (usual: string) =>
    keys.filter((key) => key.toLowerCase() === usual && !ignore.includes(key));
  // beside x, y is a place or a direction
  const axis = called("x").length > 0;
  const [label, ...others] = USUAL_LABELS.flatMap(called).filter((key) => !known.includes(key));
  const other = others.find((key) => !(axis && key.toLowerCase() === "y"));
  if (label === undefined || other === undefined) return label;
  throw new NablaError(
    `${name}: row 0: ${show(label)} and ${show(other)} may both be the target; name it with label (--label ${label}), and leave the other out with ignore (--ignore ${other}) unless it is an input`,
  );
}
