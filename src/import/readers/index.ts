/** All kinds of models that are read: one line each. */
import type { KerasOptions } from "../keras/tfjs.ts";
import type { OnnxOptions } from "../onnx/recognise.ts";
import { brainjs } from "./brainjs.ts";
import { convnetjs } from "./convnetjs.ts";
import { hdf5 } from "./hdf5.ts";
import { kerasArchive } from "./kerasArchive.ts";
import { nabla } from "./nabla.ts";
import { onnx } from "./onnx.ts";
import type { Reader } from "./reader.ts";
import { stateDict } from "./stateDict.ts";
import { tfjs } from "./tfjs.ts";

/** Options of all readers. */
export interface ReaderOptions extends OnnxOptions, KerasOptions {}

export const READERS: readonly Reader<ReaderOptions>[] = [
  nabla,
  onnx,
  tfjs,
  hdf5,
  kerasArchive,
  brainjs,
  convnetjs,
  stateDict,
];
