/** nabla summary */
import { checkEncoding, kindOf } from "../../data/tables/encoding.ts";
import { filledText } from "../../data/tables/fitEncoding.ts";
import { NablaError } from "../../errors.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { configOf, weightsSha256 } from "../../model/save.ts";
import { layerSummaries } from "../../model/summary.ts";
import type { Terminal } from "../../report/terminal.ts";
import { count, plural } from "../../report/text/format.ts";
import { rails } from "../../report/text/rails.ts";
import { inLine } from "../../report/text/visible.ts";
import { since } from "../../training/run.ts";
import { openModel } from "../input/openModel.ts";
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
  const graph = internalsOf(model).topology.outputs !== undefined;
  if (flags.json) {
    printJson({
      layers: layerSummaries(model),
      ...(graph ? { inputs: model.inputs, outputs: model.outputs } : { inputShape: model.inputShape }),
      parameters: internalsOf(model).built.parameterCount,
      bytes: internalsOf(model).built.parameterCount * 4,
      ...(training && { training }),
      ...(classes && { classes }),
      ...(extra && { data: extra.data }),
      ...(extra?.csv && { columns: extra.csv.columns, label: extra.csv.label }),
      ...(extra?.csv?.encoding && { encoding: extra.csv.encoding }),
      epochs: done.epoch,
      steps: done.step,
      weightsSha256: weightsSha256(model),
    });
    return 0;
  }
  print(drawn(model));
  print();
  if (training) {
    const { loss, optimizer, batchSize, seed, epochs } = training;
    print(
      `loss ${loss.name}, ${optimizer.name} with η = ${optimizer.learningRate}, batches of ${batchSize}, seed ${seed}`,
    );
    const where = run.batch > 0 ? `, ${count(run.batch)} steps into the next` : "";
    print(
      `trained ${count(done.epoch)} of ${plural(epochs, "epoch")}${where}, ${count(done.step)} steps${extra ? `, on ${inLine(extra.data.name)}` : ""}`,
    );
  }
  if (extra?.csv?.encoding) {
    const encoding = checkEncoding(extra.csv.encoding, extra.csv.columns, `${path}: encoding`);
    print(`columns, to predict ${inLine(extra.csv.label)}:`);
    encoding.forEach((entry, i) => {
      const filled = entry.fill === undefined ? "" : `; missing values are ${filledText(entry)}`;
      print(inLine(`  ${extra.csv!.columns[i]}: ${kindOf(entry.kind).title(entry)}${filled}`));
    });
  }
  if (classes) print(`classes: ${classes.map(inLine).join(", ")}`);
  print(`weights SHA-256: ${weightsSha256(model)}`);
  return 0;
}

/** The summary; of a graph with its layers joined by lines. */
function drawn(model: Model): string {
  const { built, topology } = internalsOf(model);
  if (!topology.outputs) return model.summary();
  const { inputs, layers, outputs } = built.architecture;
  const nodes = rails([
    ...inputs.map(() => []),
    ...layers.map((layer) => layer.inputs),
    ...outputs.map(({ layer }) => [inputs.length + layer]),
  ]);
  const [head, rule, ...rows] = model.summary().split("\n");
  const blank = " ".repeat(nodes[0]!.at.length);
  const lines = nodes.flatMap(({ before, at }, i) => [...before, `${at}  ${rows[i]}`]);
  return [head, rule]
    .map((line) => `${blank}  ${line}`)
    .concat(lines, `${blank}  ${rows.at(-2)}`, rows.at(-1)!)
    .map((line) => line.trimEnd())
    .join("\n");
}
