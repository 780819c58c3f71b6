/** A model as a file among the visitor's downloads. */
import { NablaError } from "../errors.ts";
import { attempt } from "../host.ts";
import type { Model } from "../model/model.ts";
import { bytesOf } from "./models.ts";

/** Until browsers have begun to read what is downloaded; in ms. */
const KEPT = 60_000;

/**
 * Hands a model, or a checkpoint's bytes, to the visitor as a download. `loadModel(file)` takes it back, and so does everything that
 * reads safetensors.
 *
 * @param name of the file; default "model.safetensors"; ".safetensors" is added to names without an ending
 * @throws NablaError in workers, which have no downloads
 */
export function downloadModel(model: Model | Uint8Array, name = "model.safetensors"): void {
  const bytes = bytesOf("downloadModel", model);
  if (attempt(() => document.body) === undefined)
    throw new NablaError(
      "downloadModel: there is no page here to download from (a worker?); send model.save() to the page and call it there",
    );
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = /\.\w+$/.test(name) ? name : `${name}.safetensors`;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), KEPT);
}
