import { Building } from "../building.ts";
import type { KerasOptions } from "../keras/tfjs.ts";
import { kerasCode } from "../readingCode.ts";
import type { Reader } from "./reader.ts";

/** Names of files in an archive stand in it as they are. */
const has = (bytes: Uint8Array, name: string): boolean => {
  const wanted = Array.from(name, (letter) => letter.charCodeAt(0));
  // the directory is at the end
  for (let at = Math.max(0, bytes.length - 65_536); at + wanted.length <= bytes.length; at++)
    if (wanted.every((code, i) => bytes[at + i] === code)) return true;
  return false;
};

/** A zip archive: Keras' own, or a folder with a model in it. */
export const kerasArchive: Reader<KerasOptions> = {
  title: "archives with one of these (Teachable Machine)",
  recognise: (bytes) =>
    bytes[0] === 0x50 &&
    bytes[1] === 0x4b &&
    // torch.export.save() has a model.json of its own
    !has(bytes, "archive_format") &&
    ["config.json", "model.json", ".h5"].some((name) => has(bytes, name)),
  read: async (source, options) => (await kerasCode()).readArchive(source, options, new Building()),
};
