/** Zip archives with a model: Keras' own (.keras), and what Teachable Machine exports. */
import { unzip, type ZipEntry, zipEntries } from "../../data/numpy/zip.ts";
import { NablaError } from "../../errors.ts";
import { Hdf5 } from "../../interop/hdf5/reader.ts";
import type { Model } from "../../model/model.ts";
import type { Building } from "../building.ts";
import type { Source } from "../source.ts";
import { modelOfHdf5, PathStore, wasCompiled } from "./h5.ts";
import { textField } from "./json.ts";
import { labelsBeside } from "./labels.ts";
import { modelOf, parsedJson } from "./model.ts";
import type { KerasOptions } from "./tfjs.ts";

const KIND = "zip archive";

/** What an archive may unpack to: as large as a model may be. */
const MOST = 2 ** 31;

/** @throws NablaError for a damaged file, and for what there is not here: all of it at once */
export async function readArchive(source: Source, options: KerasOptions, building: Building): Promise<Model> {
  const { name } = source;
  const bytes = await source.read();
  const entries = new Map(zipEntries(bytes, name, KIND).map((entry) => [entry.name, entry] as const));
  const unpacked = (entry: ZipEntry) => {
    if (entry.size > MOST) throw new NablaError(`${name}: ${entry.name} unpacks to more than ${MOST} bytes`);
    return unzip(bytes, entry, `${name}: ${entry.name}`, undefined, undefined, KIND);
  };
  const [config, weights] = [entries.get("config.json"), entries.get("model.weights.h5")];
  if (config && weights)
    return readKeras(name, unpacked(config), unpacked(weights), entries, unpacked, options, building);
  // files of a folder, as they would be beside each other
  const model = [...entries.values()].find((entry) =>
    /(?:^|\/)(?:model\.json|[^/]+\.(?:h5|hdf5))$/.test(entry.name),
  );
  if (!model)
    throw new NablaError(
      `${name}: a zip archive in which there is no model that is known; it has ${[...entries.keys()].slice(0, 5).join(", ")}`,
    );
  const folder = model.name.slice(0, model.name.lastIndexOf("/") + 1);
  const inner = (file: string) => entries.get(`${folder}${file}`);
  const within: Source = {
    name: `${name}: ${model.name}`,
    read: async () => unpacked(model),
    async optional(file) {
      const entry = inner(file);
      return entry && unpacked(entry);
    },
    async beside(file, what) {
      const entry = inner(file);
      if (!entry)
        throw new NablaError(`${name}: ${what} are in ${JSON.stringify(file)}, which is not in the archive`);
      return unpacked(entry);
    },
  };
  if (model.name.endsWith(".json")) {
    const { readTfjs } = await building.piece(() => import("./tfjs.ts"));
    return readTfjs(within, options, building);
  }
  return modelOfHdf5(
    await within.read(),
    within.name,
    await labelsBeside(within, building),
    options,
    building,
  );
}

function readKeras(
  name: string,
  config: Uint8Array,
  weights: Uint8Array,
  entries: ReadonlyMap<string, ZipEntry>,
  unpacked: (entry: ZipEntry) => Uint8Array,
  options: KerasOptions,
  building: Building,
): Promise<Model> {
  const described = parsedJson(config, `${name}: config.json`);
  const metadata = entries.get("metadata.json");
  const version =
    metadata && textField(parsedJson(unpacked(metadata), `${name}: metadata.json`), "keras_version");
  const file = new Hdf5(weights, `${name}: model.weights.h5`);
  // the first files of this kind are Keras 2's
  const older = file.names("").includes("_layer_checkpoint_dependencies");
  const compiled = wasCompiled(described);
  return modelOf({
    name,
    building,
    format: "Keras",
    described,
    store: new PathStore(
      file,
      older ? (path) => path.replace(/(^|\/)layers\//g, "$1_layer_checkpoint_dependencies/") : undefined,
    ),
    version,
    ...options,
    left: [
      ...(compiled ? ["loss and optimizer"] : []),
      ...(file.names("optimizer/vars").length > 2 ? ["optimizer state"] : []),
    ],
  });
}
