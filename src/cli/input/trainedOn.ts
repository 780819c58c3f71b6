/** Whether a model is looked at with rows it has learnt: figures of these promise too much. */
import type { Part } from "../options/part.ts";

/**
 * @param same whether the data is that of the training, by its digest
 * @param kept the share that was kept out of the training, which is among all rows
 * @returns a note, where there is something to say
 */
export function trainedOn(part: Part, same: boolean, kept = 0): string[] {
  if (!same || part === "test" || part === "validation") return [];
  const rows = part === "all" && kept > 0 ? "some of these rows" : "these rows";
  return [`the model was trained on ${rows}; on others it may do worse`];
}
