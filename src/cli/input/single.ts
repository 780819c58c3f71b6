/** The command line reads rows of one input and one target: models of more are for programs, and that is said before anything is done. */
import { NablaError } from "../../errors.ts";
import type { LayerConfig } from "../../layers/configs.ts";
import type { Model } from "../../model/model.ts";

/** @param name of the file the model is in @param instead what a program does with such a model */
export function checkSingle(model: Model, name: string, instead = "predict() takes and gives them"): void {
  check(namesOf(model.inputs), namesOf(model.outputs), name, instead);
}

/** The same for a document. */
export function checkSingleDocument(
  { layers, outputs }: { readonly layers: readonly LayerConfig[]; readonly outputs?: object },
  name: string,
): void {
  const inputs = layers
    .filter(({ type }) => type === "input")
    .map((layer, i) => layer.name ?? `input_${i + 1}`);
  if (outputs) check(inputs, Object.keys(outputs), name, "fit() takes them");
}

const namesOf = (all: Model["inputs"]): string[] => all.map(({ name }) => name);

function check(inputs: readonly string[], outputs: readonly string[], name: string, instead: string): void {
  if (inputs.length <= 1 && outputs.length <= 1) return;
  const some = (what: string, names: readonly string[]) =>
    `${names.length} ${what}${names.length === 1 ? "" : "s"} (${names.join(", ")})`;
  throw new NablaError(
    `${name}: the model has ${some("input", inputs)} and ${some("output", outputs)}; this command takes models of one input and one output. In a program, ${instead} by name`,
  );
}
