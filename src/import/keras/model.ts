/** What all files with models of Keras have in common: a description, and weights. */
import { messageOf, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { fromUtf8 } from "../../host.ts";
import type { Model } from "../../model/model.ts";
import { sizeOf } from "../../shape.ts";
import type { Building } from "../building.ts";
import { type Problem, refuseAll, Unsupported } from "../problems.ts";
import { applyClass } from "./apply.ts";
import { inputsOf, isModel, ModelSink, outputNames, readModel } from "./graph.ts";
import { classOf, field } from "./json.ts";
import { codeFor } from "./later.ts";
import { HANDLERS } from "./layers.ts";
import type { Context } from "./reading.ts";
import type { Store } from "./store.ts";

export interface Opened {
  /** Empty; made by whoever loads this code, which so brings no layers along. */
  readonly building: Building;
  /** As errors call it. */
  readonly name: string;
  /** "TensorFlow.js", "Keras". */
  readonly format: string;
  /** { class_name, config } */
  readonly described: unknown;
  readonly store: Store;
  readonly version: string | undefined;
  readonly classes?: readonly string[];
  readonly dimensions?: Readonly<Record<string, number>>;
  /** What is in the file and stays there. */
  readonly left?: readonly string[];
}

/** @throws NablaError for what is no JSON */
export function parsedJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(fromUtf8(bytes).replace(/^\ufeff/, ""));
  } catch (cause) {
    throw new NablaError(`${name}: no JSON, or a damaged file: ${messageOf(cause)}`, { cause });
  }
}

/** @throws NablaError for what there is not here: all of it at once */
export async function modelOf(opened: Opened): Promise<Model> {
  const {
    name: file,
    building,
    described,
    store,
    version,
    classes,
    dimensions = {},
    format,
    left = [],
  } = opened;
  const className = classOf(described);
  const config = field(described, "config");
  if (
    className === undefined ||
    config === undefined ||
    !isModel(className, Array.isArray(config) ? { layers: config } : config)
  )
    throw new NablaError(
      `${file}: expected a model of layers (Sequential or Functional), got ${show(className ?? described)}; models that are code of Python are rebuilt with keras.Model(inputs, outputs) before they are saved`,
    );
  const whole = Array.isArray(config) ? { layers: config } : config;
  const code = await codeFor(described, HANDLERS, building);
  const { graphs } = code;
  const problems: Problem[] = [];
  const context: Context = {
    building,
    store,
    problems,
    notes: new Set(),
    version: Number.parseInt(version ?? "2", 10) || 2,
    apply: applyClass,
    ...code,
  };
  const outputs = new Map<string, string>();
  const inputs: { name: string; file: string }[] = [];
  try {
    const starts = inputsOf(whole, graphs).map((port) => {
      const sizes = sizesOf(port, dimensions, problems);
      if (!sizes) return undefined;
      const { name } = building.input(port.name, sizes).config;
      inputs.push({ name, file: port.name });
      return name;
    });
    const ends = readModel({
      context,
      sink: new ModelSink(building),
      className,
      config: whole,
      spot: { names: [], path: "" },
      inputs: starts,
    });
    ends.forEach((end, i) => {
      if (end !== undefined)
        outputs.set(fresh(outputs, outputNames(whole, graphs)[i] ?? "output"), ended(building, end));
    });
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    problems.push({ where: "the model", why: error.message });
  }
  refuseAll(file, `${format} model`, problems);
  // labels of another model, which lie in the same folder, are not its own
  const units = [...outputs.values()].map((end) => sizeOf(building.layers.get(end)!.shape));
  const named = classes && (classes.length === units[0] || (units[0] === 1 && classes.length === 2));
  return building.model(outputs, file, {
    ...(named && { classes }),
    extra: {
      import: {
        format,
        ...(version !== undefined && { producer: version }),
        inputs,
        outputs: [...outputs.keys()],
        ...(left.length > 0 && { left }),
        ...(context.notes.size > 0 && { notes: [...context.notes] }),
      },
    },
  });
}

/** An input cannot be an output: a layer stands between. */
function ended(building: Building, name: string): string {
  if (building.layers.get(name)!.config.type !== "input") return name;
  return building.add("activation", { activation: "linear" }, [name]).config.name;
}

function fresh(names: ReadonlyMap<string, string>, wish: string): string {
  const plain = wish === "" || wish in {} ? "output" : wish;
  let name = plain;
  for (let n = 2; names.has(name); n++) name = `${plain}_${n}`;
  return name;
}

/** Sizes of a row's axes. @returns undefined where some are open and nobody says them */
function sizesOf(
  { name, shape }: { name: string; shape: readonly unknown[] | undefined },
  dimensions: Readonly<Record<string, number>>,
  problems: Problem[],
): number[] | undefined {
  const where = `the input ${show(name)}`;
  if (!shape) {
    problems.push({
      where,
      why: "its shape is not in the file; build the model with keras.Input(shape) and save it again",
    });
    return undefined;
  }
  const open: string[] = [];
  const sizes = shape.slice(1).map((size, i) => {
    const key = `${name}.${i + 1}`;
    const given = Object.hasOwn(dimensions, key) ? dimensions[key] : undefined;
    const said = given ?? size;
    if (typeof said === "number" && Number.isSafeInteger(said) && said > 0) return said;
    open.push(key);
    return 0;
  });
  if (open.length === 0 && sizes.length > 0) return sizes;
  const why =
    sizes.length === 0
      ? "a row is a single number; give it one axis"
      : `its shape ${show(shape)} leaves axes open; say their sizes: openModel(…, { dimensions: { ${open.map((key) => `${show(key)}: …`).join(", ")} } })`;
  problems.push({ where, why });
  return undefined;
}
