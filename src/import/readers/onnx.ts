import { Building } from "../building.ts";
import { isOnnx, type OnnxOptions } from "../onnx/recognise.ts";
import { onnxCode } from "../readingCode.ts";
import type { Reader } from "./reader.ts";

export const onnx: Reader<OnnxOptions> = {
  title: "ONNX (.onnx)",
  recognise: isOnnx,
  read: async (source, options) => (await onnxCode()).readOnnx(source, options, () => new Building()),
};
