/** `nabla/import`: models that other programs have made. */
import { NablaError } from "../errors.ts";
import { bool, choice, int, list, show, string } from "../fields/fields.ts";
import { record } from "../fields/objects.ts";
import { checkGiven, having, plain, thing } from "../fields/programs.ts";
import { internalsOf } from "../model/internals.ts";
import type { Model } from "../model/model.ts";
import type { LoadedWeights } from "./pytorch/index.ts";
import { pytorchCode, unreadCode } from "./readingCode.ts";
import { READERS, type ReaderOptions } from "./readers/index.ts";
import { type Files, type ModelSource, sourceOf } from "./source.ts";

export type { OnnxOptions } from "./onnx/recognise.ts";
export type { LoadedTensor, LoadedWeights } from "./pytorch/index.ts";
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
  if (!reader) {
    const what = (await unreadCode())?.whatIs(bytes) ?? "this is no model that is known";
    throw new NablaError(
      `${source.name}: ${what}; expected one of these: ${READERS.map(({ title }) => title).join(", ")}`,
    );
  }
  return reader.read(known, options);
}

/** What loadWeights() takes besides the model and the file. */
export interface LoadWeightsOptions {
  /** Whose weights they are: their names and layouts. */
  from: "pytorch";
  /**
   * Whether everything in the file must find its place, and every layer its weights. false: what fits is taken, the rest left, as for the
   * body of a model that has another head. Default true.
   */
  strict?: boolean;
}

/**
 * Puts weights of another program into a model that one has built: a state dict of PyTorch's, as `.safetensors` or as torch.save() wrote it
 * (`.pt`, `.pth`). Tensors are found by the names of layers; where names differ, those of the same shapes by their order. They are transposed as
 * layers here want them; a dense layer behind flatten gets its rows in the order of channels last.
 *
 * @param model built: its input shape is known
 * @param file a path (in Node), an address, a File, or bytes
 * @returns which tensor went where, and what was done with it
 * @throws NablaError listing all that does not fit, and naming what a pickle holds besides tensors; the model is as before then
 */
export async function loadWeights(
  model: Model,
  file: ModelSource,
  options: LoadWeightsOptions,
): Promise<LoadedWeights> {
  checkGiven("loadWeights", options, { from: choice(["pytorch"]), strict: bool() });
  if (options?.from === undefined)
    throw new NablaError(
      'loadWeights: from: expected "pytorch", got nothing; it says whose names and layouts the file has',
    );
  internalsOf(model);
  const source = sourceOf(file);
  const bytes = await source.read();
  return (await pytorchCode()).loadStateDict(model, bytes, source.name, options.strict ?? true);
}
