/** How data was read, and what of it was left out. */
import type { OpenedData } from "../../node/dataFiles.ts";
import type { Terminal } from "../terminal.ts";

/** Prints how the data was read, a sentence a line. */
export function sayNotes({ notes = [] }: Pick<OpenedData, "notes">, { dim, print }: Terminal): void {
  for (const note of notes) print(dim(note));
}

/** The same in JSON. */
export const notesOf = ({ notes = [] }: Pick<OpenedData, "notes">): { notes?: readonly string[] } =>
  notes.length > 0 ? { notes } : {};
