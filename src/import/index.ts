/** `nabla/import`: models that other programs have made. */
import { NablaError } from "../errors.ts";
import { int, list, show, string } from "../fields/fields.ts";
import { record } from "../fields/objects.ts";
import { checkGiven, having, plain, thing } from "../fields/programs.ts";
import { latinHead } from "./head.ts";
import type { Model } from "../model/model.ts";
import { READERS, type ReaderOptions } from "./readers/index.ts";
import { type Files, type ModelSource, sourceOf } from "./source.ts";

export type { OnnxOptions } from "./onnx/index.ts";
export type { Files, ModelSource } from "./source.ts";

/** What openModel() takes besides the model. */
export interface OpenModelOptions extends ReaderOptions {
  /** Files that lie beside the model, by name, where they cannot be looked up: in a page. */
  files?: Files;
}

/**
 * A model from a file of another program, recognised by what is in it; or one of this library's own. It is a graph of layers like any
 * other: it predicts, and it can be trained further, saved and exported. Images are [height, width, channels], whatever the file has.
 *
 * @param model a path (in Node), an address, a File or several, or bytes
 * @throws NablaError for files that are damaged or of no known kind, and for parts of a model that there are not here: all of them at once
 */
export async function openModel(model: ModelSource, options: OpenModelOptions = {}): Promise<Model> {
  checkGiven("openModel", options, {
    files: plain(),
    dimensions: record(int({ min: 1 })),
    constants: record(thing("{ shape, data }")),
    outputs: list(string(), { min: 1 }),
    batch: having<unknown>("the number of an axis, or false"),
  });
  const { batch } = options;
  if (batch != null && batch !== false && !(Number.isInteger(batch) && batch >= 0))
    throw new NablaError(`openModel: batch: expected the number of an axis, or false, got ${show(batch)}`);
  const source = sourceOf(model, options.files ?? {});
  const bytes = await source.read();
  const known = { ...source, read: async () => bytes };
  const reader = READERS.find(({ recognise }) => recognise(bytes));
  if (!reader)
    throw new NablaError(
      `${source.name}: ${latinHead(bytes)}; expected one of these: ${READERS.map(({ title }) => title).join(", ")}`,
    );
  return reader.read(known, options);
}
