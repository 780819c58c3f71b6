/** nabla import */
import { NablaError } from "../../errors.ts";
import { openModel } from "../../import/index.ts";
import { internalsOf } from "../../model/internals.ts";
import { saveModel } from "../../node/models.ts";
import { showShape } from "../../shape.ts";
import type { Terminal } from "../terminal.ts";
import { plural } from "../text/format.ts";

/** What is not as it was in the file. */
interface Said {
  left?: readonly string[];
  notes?: readonly string[];
}

interface ImportFlags {
  out: string;
  dimension?: Readonly<Record<string, number>>;
  batch?: number | false;
  json?: boolean;
}

export async function importModel(path: string, flags: ImportFlags, terminal: Terminal): Promise<number> {
  const { bold, print, printJson } = terminal;
  if (!/\.safetensors$/i.test(flags.out))
    throw new NablaError(`--out: expected a file ending in .safetensors, got "${flags.out}"`);
  const { dimension: dimensions, batch } = flags;
  const model = await openModel(path, {
    ...(dimensions && { dimensions }),
    ...(batch !== undefined && { batch }),
  });
  await saveModel(model, flags.out);
  const { parameterCount: parameters } = internalsOf(model).built;
  const { inputs, outputs } = model;
  if (flags.json) {
    const { import: from } = model.metadata.extra as { import?: unknown };
    printJson({ file: flags.out, parameters, inputs, outputs, ...(from !== undefined && { from }) });
    return 0;
  }
  const said = (ports: typeof inputs) =>
    ports.map(({ name, shape }) => `${name} ${showShape(shape)}`).join(", ");
  print(`${bold(flags.out)}: ${plural(parameters, "parameter")}`);
  print(`takes ${said(inputs)}`);
  print(`gives ${said(outputs)}`);
  const { left = [], notes = [] } = (model.metadata.extra as { import?: Said } | undefined)?.import ?? {};
  if (left.length > 0) print(`left in the file: ${left.join(", ")}`);
  for (const note of notes) print(note);
  return 0;
}
