import { isOnnx, type OnnxOptions, readOnnx } from "../onnx/index.ts";
import type { Reader } from "./reader.ts";

export const onnx: Reader<OnnxOptions> = { title: "ONNX (.onnx)", recognise: isOnnx, read: readOnnx };
