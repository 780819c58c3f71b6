/** nabla import */

import type { ConfigInput } from "../../config/config.ts";
import { NablaError } from "../../errors.ts";
import { parseJson } from "../../fields/json.ts";
import { type LoadedWeights, loadWeights, openModel } from "../../import/index.ts";
import { fromConfig } from "../../model/fromConfig.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { saveModel } from "../../node/models.ts";
import { readBytes } from "../../node/paths.ts";
import type { Terminal } from "../../report/terminal.ts";
import { plural } from "../../report/text/format.ts";
import { showShape } from "../../shape.ts";
import { openModel as openOwn } from "../input/openModel.ts";

/** What is not as it was in the file. */
interface Said {
  left?: readonly string[];
  notes?: readonly string[];
}

interface ImportFlags {
  out: string;
  onto?: string;
  partly?: boolean;
  dimension?: Readonly<Record<string, number>>;
  batch?: number | false;
  json?: boolean;
}

export async function importModel(path: string, flags: ImportFlags, terminal: Terminal): Promise<number> {
  const { bold, print, printJson } = terminal;
  if (!/\.safetensors$/i.test(flags.out))
    throw new NablaError(`--out: expected a file ending in .safetensors, got "${flags.out}"`);
  const onto = flags.onto === undefined ? undefined : await emptyModel(flags.onto);
  const weights = onto && (await loadWeights(onto, path, { from: "pytorch", strict: !flags.partly }));
  const model = onto ?? (await opened(path, flags));
  await saveModel(model, flags.out);
  const { parameterCount: parameters } = internalsOf(model).built;
  const { inputs, outputs } = model;
  if (flags.json) {
    const { import: from } = (model.metadata.extra ?? {}) as { import?: unknown };
    printJson({
      file: flags.out,
      parameters,
      inputs,
      outputs,
      ...(from !== undefined && { from }),
      ...weights,
    });
    return 0;
  }
  if (weights) for (const line of tableOf(weights)) print(line);
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

async function opened(path: string, { partly, dimension: dimensions, batch }: ImportFlags): Promise<Model> {
  if (partly) throw new NablaError("--partly: needs --onto, which is not given");
  return openModel(path, {
    ...(dimensions && { dimensions }),
    ...(batch !== undefined && { batch }),
  });
}

/** What weights are put into: a model that was saved, or a configuration of one. */
async function emptyModel(path: string): Promise<Model> {
  if (!path.endsWith(".json")) return openOwn(path);
  const text = new TextDecoder().decode(await readBytes(path));
  return fromConfig(parseJson(text, path) as ConfigInput, path).model;
}

/** What went where, a tensor a line. */
function tableOf({ loaded, kept, unused, notes }: LoadedWeights): string[] {
  const rows = loaded.map(({ tensor, tensorShape, parameter, shape, by, how }) => [
    tensor === undefined ? "–" : `${tensor} ${showShape(tensorShape!)}`,
    `→ ${parameter} ${showShape(shape)}`,
    `by ${by}`,
    how,
  ]);
  const widths = [0, 1, 2].map((i) => Math.max(0, ...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  "));
  if (kept.length > 0) lines.push(`as they were: ${kept.join(", ")}`);
  if (unused.length > 0) lines.push(`not used: ${unused.join(", ")}`);
  return [...lines, ...notes];
}
