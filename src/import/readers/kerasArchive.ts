import { anyText } from "../../host.ts";
import { Building } from "../building.ts";
import type { KerasOptions } from "../keras/tfjs.ts";
import { archiveCode } from "../readingCode.ts";
import type { Reader } from "./reader.ts";

/** A zip archive: Keras' own, or a folder with a model in it. */
export const kerasArchive: Reader<KerasOptions> = {
  title: "archives with one of these (Teachable Machine)",
  recognise(bytes) {
    if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return false;
    // names of files stand in an archive as they are, all of them at the end
    const names = anyText(bytes.subarray(-65_536));
    // torch.export.save() has a model.json of its own
    return !names.includes("archive_format") && /(?:config|model)\.json|\.h5/.test(names);
  },
  read: async (source, options) => (await archiveCode()).readArchive(source, options, new Building()),
};
