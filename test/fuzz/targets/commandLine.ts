import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as fc from "fast-check";
import { main } from "../../../src/cli/main.ts";
import { program } from "../../../src/cli/program.ts";
import { terminalOf } from "../../../src/report/terminal.ts";
import { writeNpy, writeZip } from "../../support/data/npy.ts";
import { utf8 } from "../files.ts";
import type { Sample, Target } from "../guide/target.ts";
import { showsControls } from "../oracles/judge.ts";
import { tabular } from "./models.ts";
import { png } from "./png.ts";

const quiet = { write: () => true };
/** Every command with its options, as the program itself lists them; but bench, which measures for minutes where its words are right. */
const COMMANDS = program(terminalOf({ stdout: quiet, stderr: quiet }), () => {})
  .commands.filter((command) => command.name() !== "bench")
  .map((command) => ({
    name: command.name(),
    options: command.options.map(({ long, required }) => ({ long: long!, required })),
  }));

/** Names that would do harm where they are printed, or put into a page. */
const EVIL = "<img src=x onerror=alert(1)>\u001b[2Jcat";
const TABLE = `age,city,${JSON.stringify("<b>\u001b[31mx")},pet\n${Array.from({ length: 24 }, (_, i) => `${20 + ((i * 7) % 30)},${["Paris", "Rome"][i % 2]},${i % 5},${i % 3 ? "dog" : JSON.stringify(EVIL)}`).join("\n")}\n`;
const CONFIG = {
  nabla: 1,
  model: { inputShape: [2], layers: [{ type: "dense", units: 2, activation: "softmax" }] },
  training: { loss: "categoricalCrossentropy", optimizer: "sgd", epochs: 1 },
};
const small = [...(png.seeds() as Sample[])][3]!.bytes;
const FILES: Readonly<Record<string, Uint8Array>> = {
  "table.csv": utf8(TABLE),
  "plain.csv": utf8(
    `a1,b1,label\n${Array.from({ length: 20 }, (_, i) => `${i % 7}.5,${(i * 3) % 11},${i % 2 ? "yes" : "no"}`).join("\n")}\n`,
  ),
  "x.npz": writeZip([
    {
      name: "x.npy",
      content: writeNpy(
        "f4",
        [8, 2],
        Array.from({ length: 16 }, (_, i) => i / 16),
      ),
    },
    { name: "y.npy", content: writeNpy("i4", [8], [0, 1, 0, 1, 0, 1, 0, 1]) },
  ]),
  "net.json": utf8(JSON.stringify(CONFIG)),
  "broken.json": utf8('{"nabla":1,'),
  "one.png": small,
  "m.safetensors": tabular().save(),
  "broken.safetensors": new Uint8Array(40).fill(7),
};
const FOLDERS = {
  cats: ["one/1.png", "one/2.png", "two/3.png", "two/4.png", "<i>\u001b[1m/5.png", "<i>\u001b[1m/6.png"],
};

/** What a run has left is removed; files stay as they were. */
function laid(): void {
  for (const name of readdirSync(".")) rmSync(name, { recursive: true, force: true });
  for (const [name, bytes] of Object.entries(FILES)) writeFileSync(name, bytes);
  for (const [folder, names] of Object.entries(FOLDERS))
    for (const name of names) {
      mkdirSync(`${folder}/${name.replace(/\/[^/]*$/, "")}`, { recursive: true });
      writeFileSync(`${folder}/${name}`, small);
    }
}

const SETS = ["digits", "moons", "spirals", "xor", "blobs", "sine"];
const text = fc.oneof(
  fc.constantFrom(
    ...Object.keys(FILES),
    "cats",
    ...SETS,
    "digits#3",
    "x.npz#1",
    "-",
    "out.safetensors",
    "out.html",
    "out.js",
    "out.wasm",
    "out.csv",
    "out",
    "cats/out.js",
    "none/out.js",
  ),
  fc.constantFrom(
    "31,Rome,2",
    "-1,2",
    "0",
    "1",
    "2",
    "-1",
    "0.5",
    "1e400",
    "NaN",
    "",
    " ",
    "__proto__",
    "\u001b[31m",
    "<b>",
    "🙂",
    "x".repeat(5000),
    "none",
    "4,4",
    "4,,4",
    "auto",
    "soft",
    "adam",
    "relu",
    "softmax",
    "random",
    "time",
    "group:city",
    "pet",
    "age",
    "pet=category",
    "city=ordered:Rome,Paris",
    "cosine",
    "step:0.5,10",
    "shift:2,rotate:10",
    "int8",
    "float16",
    "test",
    "all",
    "cnn",
    "table",
    "book-3",
    "--",
    "-h",
    "--json",
  ),
);
const words = fc.constantFrom(...COMMANDS).chain(({ name, options }) =>
  fc
    .tuple(
      fc.array(text, { minLength: 0, maxLength: 3 }),
      fc.array(fc.tuple(fc.constantFrom(...options), text, fc.boolean()), { maxLength: 4 }),
      fc.constantFrom("", "31,Rome", '{"age":31,"city":"Rome"}', "[[1,2,3]]", "[", "\u0000"),
    )
    .map(([given, flags, stdin]) => ({
      words: [
        name,
        ...given,
        ...flags.flatMap(([{ long, required }, value, equals]) =>
          !required ? [long] : equals ? [`${long}=${value}`] : [long, value],
        ),
      ],
      stdin,
    })),
);
/** A word a line, an empty line, then what is read from stdin. */
const written = ({ words, stdin }: { words: readonly string[]; stdin: string }): Sample => ({
  bytes: utf8(`${words.map((word) => word.replaceAll("\n", " ")).join("\n")}\n\n${stdin}`),
});

const SEEDS = [
  "train plain.csv --epochs 2 --out out.safetensors --report out.html",
  "train table.csv --label pet --epochs 1 --report out.html",
  "train x.npz --hidden 3 --optimizer adam",
  "train cats --size 5 --model cnn --epochs 1 --out out.safetensors",
  "train moons --folds 2",
  "evaluate m.safetensors table.csv",
  "predict m.safetensors 31,Rome",
  "predict m.safetensors - --json",
  "predict m.safetensors table.csv --out out.csv",
  "export m.safetensors --to out.js",
  "export m.safetensors --to out.wasm --weights int8",
  "summary m.safetensors",
  "data table.csv --preview 3",
  "data cats",
  "read m.safetensors one.png",
  "help train",
];

/**
 * What is asked for in earnest costs what it costs: numbers of more than two digits are cut, and paths stay in the folder.
 */
function tamed(word: string): string {
  return word
    .replaceAll("\0", "")
    .replace(/\.{2,}/g, ".")
    .replace(/(^|[=,:])[/~]+/g, "$1")
    .replace(/\d{3,}/g, (digits) => digits.slice(0, 2));
}

const COUNTED: Readonly<Record<string, readonly string[]>> = {
  train: ["--samples", "--epochs"],
  evaluate: ["--samples"],
  data: ["--samples"],
  export: ["--samples"],
};

export const commandLine: Target = {
  name: "commands",
  seeds: () => SEEDS.map((line) => written({ words: line.split(" "), stdin: '{"age":31,"city":"Rome"}' })),
  arbitrary: words.map(written),
  words: [
    ...COMMANDS.map(({ name }) => name),
    ...COMMANDS.flatMap(({ options }) => options.map(({ long }) => long)),
    ...Object.keys(FILES),
    ...SETS,
    "cats",
  ],
  memory: (bytes) => 64 * bytes + 2 ** 30,
  async run(bytes) {
    const whole = new TextDecoder().decode(bytes);
    const end = whole.indexOf("\n\n");
    const given = (end < 0 ? whole : whole.slice(0, end)).split("\n").slice(0, 30).map(tamed);
    const stdin = end < 0 ? "" : whole.slice(end + 2);
    const command = given.find((word) => !word.startsWith("-"));
    // it serves until it is interrupted
    if (command === "play") return undefined;
    for (const flag of COUNTED[command ?? ""] ?? [])
      if (!given.some((word) => word.startsWith(flag))) given.push(flag, flag === "--epochs" ? "1" : "30");
    laid();
    let out = "";
    let errors = "";
    const interrupt = new AbortController();
    const timer = setTimeout(() => interrupt.abort(new Error("interrupted")), 1500);
    const code = await main(given, {
      stdout: {
        write(text) {
          out += text;
        },
      },
      stderr: {
        write(text) {
          errors += text;
        },
      },
      stdin: (async function* () {
        yield utf8(stdin);
      })(),
      interruptible: () => ({ signal: interrupt.signal, release: () => {} }),
    });
    clearTimeout(timer);
    for (const [where, shown] of [
      ["stdout", out],
      ["stderr", errors],
    ] as const) {
      const bad = shown.split("\n").find(showsControls);
      if (bad !== undefined)
        throw new Error(`control characters on ${where}: ${JSON.stringify(bad.slice(0, 200))}`);
      const long = shown.split("\n").find((line) => where === "stderr" && line.length > 4000);
      if (long !== undefined) throw new Error(`a line of ${long.length} characters on ${where}`);
    }
    if (errors.includes("an error in nabla itself")) throw new Error(errors.slice(0, 500));
    // `verify --json` says of each file what is wrong with it
    const said = /^nabla: ./m.test(errors) || /^\{.*"error": ?"./m.test(out);
    if (code === 1 && !said)
      throw new Error(`exit code 1 without a reason: ${JSON.stringify(errors.slice(0, 200))}`);
    if (![0, 1, 130].includes(code)) throw new Error(`exit code ${code}`);
    for (const name of readdirSync(".")) {
      if (!name.endsWith(".html") || !existsSync(name)) continue;
      const page = readFileSync(name, "utf8");
      for (const mark of ["<img src=x", "<b>\u001b", "<i>\u001b", "\u001b"])
        if (page.includes(mark)) throw new Error(`markup of a name in the report: ${JSON.stringify(mark)}`);
    }
    return { code, errors: interrupt.signal.aborted ? "" : errors.replace(/\d+/g, "0") };
  },
};
