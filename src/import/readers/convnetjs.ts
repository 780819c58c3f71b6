import { Building } from "../building.ts";
import { jsonHead } from "../jsonHead.ts";
import { jsonCode } from "../readingCode.ts";
import type { Reader } from "./reader.ts";

export const convnetjs: Reader = {
  title: "JSON of ConvNetJS",
  recognise: (bytes) => /"layer_type"\s*:\s*"/.test(jsonHead(bytes) ?? ""),
  read: async (source) => (await jsonCode()).readConvnet(await source.read(), source.name, new Building()),
};
