/** `nabla/import`: models that other programs have made. */
import { NablaError } from "../errors.ts";
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
  const source = sourceOf(model, options.files);
  const bytes = await source.read();
  const known = { ...source, read: async () => bytes };
  const reader = READERS.find(({ recognise }) => recognise(bytes));
  if (!reader)
    throw new NablaError(
      `${source.name}: ${latinHead(bytes)}; expected one of these: ${READERS.map(({ title }) => title).join(", ")}`,
    );
  return reader.read(known, options);
}
