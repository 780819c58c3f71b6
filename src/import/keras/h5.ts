/** Models in HDF5 files: those of Keras 2, and what Keras 3 saves as .h5; and weights as .keras files have them. */
import { DTYPES } from "../../checkpoint/dtypes.ts";
import { NablaError } from "../../errors.ts";
import { toUtf8 } from "../../host.ts";
import { type Dataset, Hdf5 } from "../../interop/hdf5/reader.ts";
import { HEADS } from "../../interop/kerasParts.ts";
import type { Model } from "../../model/model.ts";
import type { Building } from "../building.ts";
import { asFloats, valuesIn } from "../numbers.ts";
import type { Source } from "../source.ts";
import { field } from "./json.ts";
import { labelsBeside } from "./labels.ts";
import { modelOf, parsedJson } from "./model.ts";
import { lastPart, NamedStore, type Spot, type Store, type StoredTensor } from "./store.ts";
import type { KerasOptions } from "./tfjs.ts";

/** Numbers of a dataset. */
export function tensorOf(name: string, path: string, dataset: Dataset, file: string): StoredTensor {
  return {
    name,
    shape: dataset.shape,
    data() {
      const { type } = dataset;
      if (type.kind !== "number" || !DTYPES.has(type.dtype))
        throw new NablaError(`${file}: ${path} holds no numbers that layers compute with`);
      return asFloats(valuesIn(dataset.bytes(), type.dtype));
    },
  };
}

const asList = (value: unknown): readonly string[] =>
  typeof value === "string" ? [value] : Array.isArray(value) ? (value as string[]) : [];

/** A list of texts, which Keras writes in pieces where it is long: name, or name0, name1 … */
function listOf(file: Hdf5, path: string, name: string): readonly string[] {
  const whole = file.attribute(path, name);
  if (whole !== undefined) return asList(whole);
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = file.attribute(path, `${name}${i}`);
    if (part === undefined) return parts;
    parts.push(...asList(part));
  }
}

/** Each layer of the model is a group, which says in which order its weights are. */
class LayerStore implements Store {
  private readonly known = new Map<string, readonly (StoredTensor & { readonly path: string })[]>();

  constructor(
    private readonly file: Hdf5,
    private readonly root: string,
  ) {}

  private group(name: string) {
    const known = this.known.get(name);
    if (known) return known;
    const path = `${this.root}/${name}`;
    const found = listOf(this.file, path, "weight_names").flatMap((weight) => {
      const dataset = this.file.dataset(`${path}/${weight}`);
      return dataset
        ? [{ ...tensorOf(lastPart(weight), `${path}/${weight}`, dataset, this.file.name), path: weight }]
        : [];
    });
    this.known.set(name, found);
    return found;
  }

  of(spot: Spot): readonly StoredTensor[] {
    const { names, within } = spot;
    const all = this.group(names[0]!);
    if (names.length > 1) return new NamedStore(all).of({ ...spot, names: names.slice(1) });
    if (within === undefined) return all;
    const inner = all.filter(({ path }) => path.split("/").includes(within));
    if (inner.length > 0) return inner;
    // older files do not name what is within; both directions are one behind the other
    const [forward, backward] = [/^forward_/.test(within), /^backward_/.test(within)];
    const half = all.length / 2;
    return forward ? all.slice(0, half) : backward ? all.slice(half) : all;
  }
}

/** @throws NablaError for a damaged file, and for what there is not here: all of it at once */
export async function readHdf5(source: Source, options: KerasOptions, building: Building): Promise<Model> {
  const { name } = source;
  return modelOfHdf5(await source.read(), name, await labelsBeside(source, building), options, building);
}

/** @param classes what the folder says they are called */
export async function modelOfHdf5(
  bytes: Uint8Array,
  name: string,
  classes: readonly string[] | undefined,
  options: KerasOptions,
  building: Building,
): Promise<Model> {
  const file = new Hdf5(bytes, name);
  const config = file.attribute("", "model_config");
  if (typeof config !== "string") {
    const keras = ["layers", "_layer_checkpoint_dependencies", "top_level_model_weights"].some((group) =>
      file.names("").includes(group),
    );
    throw new NablaError(
      keras || file.attribute("", "layer_names") !== undefined
        ? `${name}: this file has the weights of a Keras model and not the model; save both: model.save("model.keras")`
        : `${name}: an HDF5 file in which there is no Keras model`,
    );
  }
  const described = parsedJson(toUtf8(config), `${name}: model_config`);
  const version = file.attribute("", "keras_version") ?? file.attribute("model_weights", "keras_version");
  return modelOf({
    name,
    building,
    format: "Keras",
    described,
    store: new LayerStore(file, "model_weights"),
    version: typeof version === "string" ? version : undefined,
    ...(classes && { classes }),
    ...options,
    left: [
      ...(file.attribute("", "training_config") !== undefined ? ["loss and optimizer"] : []),
      ...(file.names("").includes("optimizer_weights") ? ["optimizer state"] : []),
    ],
  });
}

/** Weights of Keras 3: each layer's in a group by its class and number, whose datasets are numbered. */
export class PathStore implements Store {
  constructor(
    private readonly file: Hdf5,
    /** Whether layers are where the first files of this kind have them. */
    private readonly renamed: (path: string) => string = (path) => path,
  ) {}

  of({ path: given }: Spot): readonly StoredTensor[] {
    const path = this.renamed(given);
    for (const group of [`${path}/vars`, `${path}/cell/vars`]) {
      const found = this.group(group);
      if (found.length > 0) return found;
    }
    return HEADS.flatMap((what) => this.group(`${path}/${what}_dense/vars`));
  }

  private group(group: string): StoredTensor[] {
    return this.file
      .names(group)
      .filter((name) => /^\d+$/.test(name))
      .sort((a, b) => Number(a) - Number(b))
      .flatMap((name) => {
        const dataset = this.file.dataset(`${group}/${name}`);
        return dataset ? [tensorOf(name, `${group}/${name}`, dataset, this.file.name)] : [];
      });
  }
}

/** A description's own name for it: { compile_config } says how it was trained. */
export const wasCompiled = (described: unknown): boolean => {
  const config = field(described, "compile_config");
  return field(config, "loss") !== undefined || field(config, "optimizer") !== undefined;
};
