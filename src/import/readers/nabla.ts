import { KEY } from "../../checkpoint/document.ts";
import { load } from "../../model/load.ts";
import type { Reader } from "./reader.ts";

/** Its header begins after eight bytes of its length. */
export const nabla: Reader = {
  title: "safetensors as nabla writes it",
  recognise: (bytes) =>
    bytes.length > 8 && bytes[8] === 0x7b && String.fromCharCode(...bytes.subarray(8, 400)).includes(KEY),
  read: async (source) => load(await source.read(), source.name),
};
