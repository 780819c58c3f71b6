import { Building } from "../building.ts";
import { jsonHead } from "../jsonHead.ts";
import { jsonCode } from "../readingCode.ts";
import type { Reader } from "./reader.ts";

export const brainjs: Reader = {
  title: "JSON of brain.js",
  recognise: (bytes) => {
    const head = jsonHead(bytes);
    if (!head) return false;
    return (
      (/"sizes"\s*:\s*\[/.test(head) && /"layers"\s*:\s*\[/.test(head)) ||
      (/"type"\s*:\s*"(?:LSTM|GRU|RNN)(?:TimeStep|Cell)?"/.test(head) && /"inputSize"/.test(head))
    );
  },
  read: async (source) => (await jsonCode()).readBrain(await source.read(), source.name, new Building()),
};
