/** All kinds of models that are read: one line each. */
import type { OnnxOptions } from "../onnx/index.ts";
import { brainjs } from "./brainjs.ts";
import { convnetjs } from "./convnetjs.ts";
import { nabla } from "./nabla.ts";
import { onnx } from "./onnx.ts";
import type { Reader } from "./reader.ts";
import { stateDict } from "./stateDict.ts";

/** Options of all readers. */
export interface ReaderOptions extends OnnxOptions {}

export const READERS: readonly Reader<ReaderOptions>[] = [nabla, onnx, brainjs, convnetjs, stateDict];
