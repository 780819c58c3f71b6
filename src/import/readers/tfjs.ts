import { anyText } from "../../host.ts";
import { Building } from "../building.ts";
import type { KerasOptions } from "../keras/tfjs.ts";
import { tfjsCode } from "../readingCode.ts";
import type { Reader } from "./reader.ts";

/** An object of JSON that has the model's description, or its weights. */
export const tfjs: Reader<KerasOptions> = {
  title: "TensorFlow.js (model.json)",
  recognise: (bytes) =>
    /^\ufeff?\s{0,99}\{/.test(anyText(bytes.subarray(0, 99))) &&
    /"(?:modelTopology|weightsManifest|model_config)"/.test(anyText(bytes)),
  read: async (source, options) => (await tfjsCode()).readTfjs(source, options, new Building()),
};
