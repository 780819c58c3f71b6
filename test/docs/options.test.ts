/** What editors and the reference say: every option has documentation, hints are short, the types need neither the DOM nor skipLibCheck. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { optionsOf } from "../../scripts/options.mjs";
import { load, root, tool } from "../package/support.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const typescript = tool("docs", "typescript/lib/typescript.js");
const LONGEST_HINT = 500;

test("every option of every layer, optimizer, loss, schedule, metric and callback has documentation", async () => {
  const rooms = await optionsOf();
  const options = Object.entries(rooms).flatMap(([room, kinds]) =>
    Object.entries(kinds).flatMap(([kind, fields]) =>
      Object.entries(fields).map(([name, doc]) => [`${room}.${kind}.${name}`, doc] as const),
    ),
  );
  expect(options.length).toBeGreaterThan(390);
  expect(options.filter(([, doc]) => !doc).map(([name]) => name)).toEqual([]);
  expect(rooms.layers!.dense!.useBias).toBe("Whether a bias is added. Default true.");
});

test.skipIf(typescript)(
  "hints are measured (skipped: node scripts/tools.mjs docs installs the compiler)",
  () => {
    expect(required).toBe(false);
  },
);

describe.skipIf(!typescript)("in an editor", () => {
  // under the package's own folder, where "nabla" is this package
  const folder = mkdtempSync(join(root, "build/options-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "program.mts");
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const entries = Object.keys(exports)
    .filter((path) => exports[path].types && !path.endsWith(".wasm"))
    .map((path) => path.replace(/^\./, "nabla"));
  const program = `${entries.map((entry, i) => `import * as e${i} from "${entry}";`).join("\n")}
const { dense, earlyStopping, sequential } = e0;
const model = sequential([dense({ units: 3 })], { seed: 1 });
model.compile({
  optimizer: { name: "adam", learningRate: 0.1, clipNorm: 1 },
  loss: { name: "huber", delta: 2 },
  metrics: [{ name: "accuracy", threshold: 0.5 }],
  schedule: { name: "step", everyEpochs: 3 },
});
await model.fit([[1]], [[1]], { epochs: 3, callbacks: [earlyStopping({ patience: 3 })] });
await model.evaluate([[1]], [[1]], { batchSize: 2 });
model.predict([[1]]);
`;

  // biome-ignore lint/suspicious/noExplicitAny: the compiler is not among the project's own packages
  let [ts, service, checker, source]: any[] = [];
  let text = program;
  beforeAll(async () => {
    ({ default: ts } = await load("docs", "typescript/lib/typescript.js"));
    writeFileSync(file, text);
    const settings = {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      noEmit: true,
      // no DOM
      lib: ["lib.es2022.d.ts"],
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
      skipLibCheck: false,
    };
    service = ts.createLanguageService({
      ...ts.sys,
      useCaseSensitiveFileNames: () => true,
      getScriptFileNames: () => [file],
      getScriptVersion: (name: string) => (name === file ? String(text.length) : "0"),
      getScriptSnapshot: (name: string) => {
        const content = name === file ? text : ts.sys.readFile(name);
        return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
      },
      getCurrentDirectory: () => folder,
      getCompilationSettings: () => settings,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
    });
    checker = service.getProgram().getTypeChecker();
    source = service.getProgram().getSourceFile(file);
  }, 120_000);

  /** What is shown over the first place where these words are, and what is said of it. */
  const hint = (words: string, offset = 0) => {
    const info = service.getQuickInfoAtPosition(file, text.indexOf(words) + offset);
    return {
      shown: ts.displayPartsToString(info?.displayParts) as string,
      said: ts.displayPartsToString(info?.documentation) as string,
    };
  };
  // biome-ignore lint/suspicious/noExplicitAny: see above
  const exported = (i: number): any[] =>
    checker.getExportsOfModule(checker.getSymbolAtLocation(source.statements[i].moduleSpecifier));

  test("all entries compile under strict without the DOM's types, skipLibCheck off", () => {
    const problems = ts.getPreEmitDiagnostics(service.getProgram());
    expect(
      problems.map(
        // biome-ignore lint/suspicious/noExplicitAny: see above
        ({ file: where, messageText }: any) =>
          `${where?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
      ),
    ).toEqual([]);
  });

  test("each option of a layer, reader or function has its documentation there", () => {
    const wrong: string[] = [];
    let count = 0;
    for (const symbol of new Set(entries.flatMap((_, i) => exported(i)))) {
      if (!/^[A-Z]\w*Options$/.test(symbol.name)) continue;
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      for (const property of checker.getDeclaredTypeOfSymbol(target).getProperties()) {
        count++;
        if (property.getDocumentationComment(checker).length === 0)
          wrong.push(`${symbol.name}.${property.name}`);
      }
    }
    expect(count).toBeGreaterThan(400);
    expect(wrong).toEqual([]);
  });

  test("options in programs are explained where they are written", () => {
    expect(hint("units: 3")).toEqual({ shown: "(property) units: number", said: "Number of outputs." });
    for (const option of "learningRate: clipNorm: delta: threshold: everyEpochs: epochs: patience: batchSize: seed:".split(
      " ",
    ))
      expect(hint(option).said.length, option).toBeGreaterThan(10);
    expect(hint("learningRate:").said).toContain("Default 0.001.");
    expect(hint("everyEpochs:").said).toContain("Default 10.");
  });

  test("no hint is longer than a few lines", () => {
    const names = entries.flatMap((_, i) => exported(i).map(({ name }) => `e${i}.${name};`));
    const calls = ["dense({", "sequential([", "earlyStopping({", "fit(", "compile(", "evaluate(", "predict("];
    const options = ["optimizer:", "loss:", "metrics:", "schedule:", "callbacks:", "epochs:"];
    text = `${program}${names.join("\n")}\n`;
    expect(names.length).toBeGreaterThan(300);
    const long = [...names, ...calls, ...options].flatMap((words) => {
      const place = words.endsWith(";") ? `\n${words}` : words;
      const { shown } = hint(place, words.endsWith(";") ? 2 + words.indexOf(".") : 0);
      return shown.length > LONGEST_HINT ? [`${words} ${shown.length}`] : [];
    });
    expect(long).toEqual([]);
  });
});
