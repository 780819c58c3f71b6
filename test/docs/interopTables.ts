/**
 * The tables of docs/interop.md, from the code's own: what is read is asked of the readers' tables, layers are written to see what they become,
 * and what is refused says so itself. scripts/interop.mjs puts them into the page; interop.test.ts compares.
 */
import { ACTIVATIONS } from "../../src/activations/table.ts";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { unzip, zipEntries } from "../../src/data/numpy/zip.ts";
import { NablaError } from "../../src/errors.ts";
import { exportKeras, exportOnnx, exportPytorch, exportTfjs } from "../../src/export/index.ts";
import { ACTIVATIONS as BRAIN } from "../../src/import/json/brainjs.ts";
import { READ as CONVNET } from "../../src/import/json/convnetjs.ts";
import { whyAbsent } from "../../src/import/keras/absent.ts";
import { LATER, NORMALISED } from "../../src/import/keras/later.ts";
import { HANDLERS } from "../../src/import/keras/layers.ts";
import { hintFor } from "../../src/import/onnx/hints.ts";
import { OF_CONSTANTS, OPERATORS as PARTS } from "../../src/import/onnx/later.ts";
import { activations as functionsOfOnnx } from "../../src/import/onnx/ops/activations.ts";
import { matrix } from "../../src/import/onnx/ops/matrix.ts";
import { shapes } from "../../src/import/onnx/ops/shapes.ts";
import { spatial } from "../../src/import/onnx/ops/spatial.ts";
import { activation, input, lstm, type Model, model, sequential } from "../../src/index.ts";
import { ONNX, type OnnxModel } from "../../src/interop/onnx.ts";
import { decode } from "../../src/interop/protobuf.ts";
import { ALL } from "../../src/layers/all.ts";
import { EXAMPLES, modelWith } from "../export/tfjsCases.ts";
import theirs from "./theirs.json" with { type: "json" };

type Said = { readonly words: readonly string[] } | { readonly refused: string };

/** Signs of a line, less the bars and a first cell. */
const WIDTH = 110;
const code = (name: string): string => `\`${name}\``;

/** Names in cells that are no longer than a line: the first row has the title. */
function rows(title: string, names: readonly string[], ending = ""): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines[lines.length - 1];
    const longer = `${last}, ${code(name)}`;
    if (last === undefined || longer.length > WIDTH) lines.push(code(name));
    else lines[lines.length - 1] = longer;
  }
  return lines.map(
    (line, i) => `| ${i === 0 ? title : ""} | ${line}${i === lines.length - 1 ? ending : ","} |`,
  );
}

const table = (head: readonly string[], body: readonly string[]): string =>
  [`| ${head.join(" | ")} |`, `| ${head.map(() => "---").join(" | ")} |`, ...body].join("\n");

/** Names by a reason, in the order of the first of each. */
function byReason(names: readonly string[], why: (name: string) => string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of names) found.set(why(name), [...(found.get(why(name)) ?? []), name]);
  return found;
}

/** A list: reasons, and the names below them. */
const refusals = (reasons: ReadonlyMap<string, readonly string[]>): string =>
  [...reasons].flatMap(([why, names]) => wrapped(`- ${names.map(code).join(", ")}: ${why}`)).join("\n");

/** Lines of a list that are no longer than a page has them. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last === undefined) lines.push(word);
    else if (last.length + 1 + word.length > 148) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** What a writer makes, or why it does not. */
function said(write: () => readonly string[]): Said {
  try {
    return { words: write() };
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    const [problem] = (error.details as { problems?: { why: string }[] } | undefined)?.problems ?? [];
    return { refused: problem?.why ?? error.message };
  }
}
const unique = (names: readonly string[]): string[] => [...new Set(names)];

const WRITERS: Readonly<Record<string, (model: Model) => readonly string[]>> = {
  ONNX(model) {
    const { graph } = decode(exportOnnx(model), "Model", ONNX) as unknown as OnnxModel;
    return unique(graph!.nodes.map(({ type }) => type!)).filter((type) => type !== "Identity");
  },
  Keras(model) {
    const bytes = exportKeras(model);
    const entry = zipEntries(bytes, "a.keras").find(({ name }) => name === "config.json")!;
    return classesOf(JSON.parse(new TextDecoder().decode(unzip(bytes, entry, "config.json"))));
  },
  "TensorFlow.js": (model) => classesOf(exportTfjs(model).artifacts.modelTopology),
};

function classesOf(described: unknown): string[] {
  const { layers } = (described as { config: { layers: { class_name: string }[] } }).config;
  return unique(layers.map(({ class_name }) => class_name)).filter((name) => name !== "InputLayer");
}

/** Names of tensors, without the layer's own. */
const tensorsOf = (model: Model): string[] =>
  unique(
    [...readSafetensors(exportPytorch(model), "a").tensors.keys()].map((name) =>
      name.replace(/^[^.]*\./, ""),
    ),
  );

/** A model with a layer of a type. */
function exampleOf(type: string): Model {
  if (type === "finalState") {
    const x = input({ shape: [4, 3] });
    const y = lstm({ units: 2, returnState: true }).apply(x) as never;
    return model({ inputs: x, outputs: ALL.finalState({ state: "h" }).apply([y].flat()[0]!) });
  }
  const [options, ...shapes] = EXAMPLES[type]![0]!;
  return modelWith(type, options, shapes);
}

/** One for each type of layer: what it becomes with the options of its example. */
function layers(): { table: string; refused: string } {
  const refused: string[] = [];
  const types = Object.keys(ALL).filter((type) => type !== "input" && type !== "shared");
  const body = types.sort().map((type) => {
    const made = exampleOf(type);
    const cells = Object.entries(WRITERS).map(([format, write]) => {
      const found = said(() => write(made));
      if ("words" in found) return found.words.length > 0 ? found.words.map(code).join(", ") : "nothing";
      refused.push(...wrapped(`- ${code(type)} to ${format}: ${found.refused}`));
      return "–";
    });
    return `| ${[code(type), ...cells].join(" | ")} |`;
  });
  return { table: table(["layer", ...Object.keys(WRITERS)], body), refused: refused.join("\n") };
}

function weights(): string {
  const refused: string[] = [];
  const body = Object.keys(ALL)
    .sort()
    .flatMap((type) => {
      if (!EXAMPLES[type]) return [];
      const [options, ...shapes] = EXAMPLES[type][0]!;
      const found = said(() => tensorsOf(modelWith(type, options, shapes)));
      if ("refused" in found) {
        refused.push(...wrapped(`- ${code(type)}, as in the tests' example: ${found.refused}`));
        return [];
      }
      return rows(code(type), found.words);
    });
  return `${table(["layer", "tensors there"], body)}\n\nRefused:\n\n${refused.join("\n")}`;
}

function activations(): string {
  const marks = ACTIVATIONS.map((name) => {
    const made = sequential([activation({ activation: name })], { inputShape: [4] });
    const cells = Object.values(WRITERS).map((write) => {
      const found = said(() => write(made));
      return "words" in found ? found.words.map(code).join(", ") || "nothing" : "–";
    });
    return `| ${[code(name), ...cells].join(" | ")} |`;
  });
  return table(["activation", ...Object.keys(WRITERS)], marks);
}

const { keras, onnx } = theirs;
/** Classes of Keras' layers: those that are read at once, and those of pieces. */
const KERAS = new Set([
  ...HANDLERS.keys(),
  ...LATER.flatMap(([classes]) => classes.split(" ")).filter((name) => name !== NORMALISED),
]);
const words = (text = "") => text.split(" ");
/** Operators by what they do: those that are read at once, and those of parts. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  activations: [...Object.keys(functionsOfOnnx), ...words(PARTS.functions)],
  arithmetic: words(PARTS.arithmetic),
  cutting: words(PARTS.cutting),
  matrix: Object.keys(matrix),
  normal: ["BatchNormalization", ...words(PARTS.normal)],
  recurrence: words(PARTS.recurrent),
  reductions: words(PARTS.reduce),
  resizing: words(PARTS.resize),
  shapes: [...Object.keys(shapes), ...words(PARTS.moving)],
  spatial: [...Object.keys(spatial), ...words(PARTS.transposed)],
  others: ["Constant", ...words(PARTS.constants), ...words(PARTS.folds)],
  "of constants": words(OF_CONSTANTS),
};
const isRead = new Set(Object.values(FAMILIES).flat());
const WHOLE = ["Sequential", "Functional", "Model", "InputLayer"];

/** All tables and lists by the names that the page has in its marks. */
export const tables = (): Readonly<Record<string, string>> => {
  const out = layers();
  return {
    "ONNX in": table(
      ["", `operators that are read, ${isRead.size} of them`],
      [...Object.entries(FAMILIES).flatMap(([family, names]) => rows(family, [...names].sort()))],
    ),
    "ONNX refused": `Of the ${onnx.names.length} operators of onnx ${onnx.version} these are refused:\n\n${refusals(
      byReason(
        onnx.names.filter((name) => !isRead.has(name)),
        (name) => hintFor(name) ?? "there is no layer here that does it, nor a few of them",
      ),
    )}`,
    "layers out": out.table,
    "layers refused": out.refused,
    activations: activations(),
    "Keras in": table(
      ["", `classes that are read, ${KERAS.size + WHOLE.length} of them`],
      rows("", [...WHOLE, ...KERAS.keys()].sort()),
    ),
    "Keras refused": `Of the ${keras.names.length} layers of Keras ${keras.version} these are refused:\n\n${refusals(
      byReason(
        keras.names.filter((name) => !KERAS.has(name) && !WHOLE.includes(name)),
        whyAbsent,
      ),
    )}`,
    "PyTorch weights": weights(),
    "JSON in": table(
      ["", "what is read"],
      [
        ...rows("brain.js, activations", Object.keys(BRAIN)),
        ...rows("ConvNetJS, layers", ["input", ...Object.keys(CONVNET)]),
      ],
    ),
  };
};

/** The page with its tables made anew. @throws Error for a mark of no table, and a table that has no mark */
export function withTables(page: string): string {
  const made = tables();
  const left = new Set(Object.keys(made));
  const text = page.replace(
    /(<!-- made by scripts\/interop\.mjs: (.*) -->\n)[\s\S]*?(<!-- to here -->)/g,
    (_, from, name, to) => {
      if (!left.delete(name)) throw new Error(`docs/interop.md: there is no table ${name}, or twice`);
      return `${from}\n${made[name]}\n\n${to}`;
    },
  );
  if (left.size > 0) throw new Error(`docs/interop.md: no place for ${[...left].join(", ")}`);
  return text;
}
