/** nabla summary */
import { NablaError } from "../../errors.ts";
import { internalsOf } from "../../model/internals.ts";
import { configOf, weightsSha256 } from "../../model/save.ts";
import { layerSummaries } from "../../model/summary.ts";
import { since } from "../../training/run.ts";
import { openModel } from "../input/openModel.ts";
import type { Terminal } from "../terminal.ts";
import { count, plural } from "../text/format.ts";
import { extraOf } from "../training/resume.ts";

export async function summaryCommand(
  path: string,
  flags: { json?: boolean },
  { print, printJson }: Terminal,
): Promise<number> {
  if (/\.json$/i.test(path))
    throw new NablaError(`${path}: expected a model file (.safetensors) as nabla train --out writes it`);
  const model = await openModel(path);
  const { run } = internalsOf(model).state;
  const done = since(run);
  const { training } = configOf(model);
  const extra = extraOf(model);
  const { classes } = model.metadata;
  if (flags.json) {
    printJson({
      layers: layerSummaries(model),
      inputShape: model.inputShape,
      parameters: internalsOf(model).built.parameterCount,
      bytes: internalsOf(model).built.parameterCount * 4,
      ...(training && { training }),
      ...(classes && { classes }),
      ...(extra && { data: extra.data }),
      epochs: done.epoch,
      steps: done.step,
      weightsSha256: weightsSha256(model),
    });
    return 0;
  }
  print(model.summary());
  print();
  if (training) {
    const { loss, optimizer, batchSize, seed, epochs } = training;
    print(
      `loss ${loss.name}, ${optimizer.name} with η = ${optimizer.learningRate}, batches of ${batchSize}, seed ${seed}`,
    );
    const where = run.batch > 0 ? `, ${count(run.batch)} steps into the next` : "";
    print(
      `trained ${count(done.epoch)} of ${plural(epochs, "epoch")}${where}, ${count(done.step)} steps${extra ? `, on ${extra.data.name}` : ""}`,
    );
  }
  if (classes) print(`classes: ${classes.join(", ")}`);
  print(`weights SHA-256: ${weightsSha256(model)}`);
  return 0;
}
