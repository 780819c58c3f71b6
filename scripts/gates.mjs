// Writes src/layers/gates.ts: the activations that kernels of recurrent layers have, of the enum in assembly/math/recurrence.ts, so that
// their numbers are written once. Run by the build; the result is committed so that editors and reviewers see it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeIfChanged } from "./write.mjs";

/** The text of src/layers/gates.ts. @param {string} assembly the folder */
export function gatesText(assembly) {
  const text = readFileSync(join(assembly, "math/recurrence.ts"), "utf8");
  const [, names] = /^const enum Gate \{ ([\w, ]+) \}$/m.exec(text) ?? [];
  if (!names) throw new Error(`${assembly}/math/recurrence.ts: expected a line "const enum Gate { … }"`);
  const list = names.split(", ").map((name) => `"${name}"`);
  return [
    "// Generated from assembly/math/recurrence.ts by scripts/gates.mjs. Do not edit: change the enum Gate in AssemblyScript and build.",
    "",
    "/** Activations that gates of recurrent layers may have, each in the place of its number in kernels. */",
    `export const GATES = [${list.join(", ")}];`,
    "",
  ].join("\n");
}

export const writeGates = (assembly, file) => writeIfChanged(file, gatesText(assembly));
