/** Everything that is looked up by a name a user writes. */
import { main } from "../../src/cli/main.ts";
import { checkConfig } from "../../src/config/config.ts";
import { csvSplit, makeGenerated } from "../../src/data/index.ts";
import { NablaError } from "../../src/errors.ts";
import { exportWasm } from "../../src/export/index.ts";
import { augment, dense, earlyStopping, fineTune, sequential } from "../../src/index.ts";
import { openData } from "../../src/node/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: wrong names
type Wrong = any;
const net = () => sequential([dense({ units: 2 })], { inputShape: [2] });
const compiled = (options: object) => net().compile({ loss: "meanSquaredError", ...options } as Wrong);
const document = (layer: object, training: object = {}) =>
  checkConfig({
    nabla: 1,
    model: { inputShape: [2], layers: [{ type: "dense", units: 2, ...layer }] },
    training: { loss: "meanSquaredError", optimizer: "sgd", ...training },
  } as Wrong);
/** A key that is the object's own, whatever it is called. */
const own = (key: string, value: unknown) => JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`);
const CSV = "a,b,c\n1,2,x\n2,3,y\n3,4,x\n5,6,y\n";

async function command(...words: string[]): Promise<never> {
  let said = "";
  const quiet = { write: () => true };
  await main(words, { stdout: quiet, stderr: { write: (text: string) => void (said += text) } } as Wrong);
  throw new NablaError(said);
}

export const names: Readonly<Record<string, (name: string) => unknown>> = {
  "kinds of layers": (type) => document({ type }),
  "options of layers": (name) => document(own(name, 1)),
  activations: (activation) => sequential([dense({ units: 2, activation } as Wrong)]),
  "activations in documents": (activation) => document({ activation }),
  initializers: (kernelInitializer) => document({ kernelInitializer }),
  losses: (loss) => compiled({ loss }),
  "losses in documents": (loss) => document({}, { loss }),
  "losses with options": (name) => compiled({ name }),
  optimizers: (optimizer) => compiled({ optimizer }),
  "optimizers with options": (name) => compiled({ name }),
  "optimizers in documents": (optimizer) => document({}, { optimizer }),
  metrics: (name) => compiled({ metrics: [name] }),
  "metrics in documents": (name) => document({}, { metrics: [name] }),
  schedules: (schedule) => compiled({ schedule }),
  "schedules with options": (name) => compiled({ name }),
  "fields of training": (name) => document({}, own(name, 1)),
  "options of fit": (name) => compiled({}).fit([[0, 1]], [[0, 1]], own(name, 1)),
  "options of callbacks": (name) => earlyStopping(own(name, 1)),
  modes: (mode) => earlyStopping({ mode } as Wrong),
  effects: (name) => augment(makeGenerated("digits", { samples: 10 }).train, own(name, 1)),
  "generated sets": (name) => makeGenerated(name),
  "data by name": (name) => openData(name),
  "kinds of columns": (kind) => csvSplit(CSV, { a: kind } as Wrong),
  "columns by name": (name) => csvSplit(CSV, { label: name }),
  "weights of exports": (weights) => exportWasm(net(), { weights } as Wrong),
  "layers by name": (name) => net().truncated(name),
  "layers to freeze": (name) => fineTune(net(), { freeze: [name] }),
  commands: (name) => command(name),
  "help on commands": (name) => command("help", name),
  flags: (name) => command("train", "moons", `--${name}`),
  presets: (name) => command("train", "moons", "--model", name),
  "losses by flag": (name) => command("train", "moons", "--loss", name),
  "optimizers by flag": (name) => command("train", "moons", "--optimizer", name),
  "schedules by flag": (name) => command("train", "moons", "--schedule", name),
  "effects by flag": (name) => command("train", "digits", "--samples", "50", "--augment", name),
};
