import { readConvnet } from "../convnetjs.ts";
import { jsonHead } from "../json.ts";
import type { Reader } from "./reader.ts";

export const convnetjs: Reader = {
  title: "JSON of ConvNetJS",
  recognise: (bytes) => /"layer_type"\s*:\s*"/.test(jsonHead(bytes) ?? ""),
  read: async (source) => readConvnet(await source.read(), source.name),
};
