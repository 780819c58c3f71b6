/** Names from strangers at the terminal: what would steer it is shown instead, wherever it stands; data stay data. */
import { mkdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { dense, sequential } from "../../src/index.ts";
import { terminalOf } from "../../src/report/terminal.ts";
import { visible } from "../../src/report/text/visible.ts";
import { type Workplace, workplace } from "./support.ts";

/** Title, colour, clearing, clipboard, C1, DEL, overrides of direction, separators, a line of its own. */
const NASTY = [
  "\x1b]0;pwned\x07\x1b[31mcat",
  "\x1b[2J\x1b[1;1Hdog\x1b]52;c;cHduZWQ=\x07",
  "a\u009b31mb\x7f\x01",
  "\u202ecod\u2066.exe\u2028x\u2029",
  "x\nnabla: all is well\r",
];
// biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
const STEERING = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

let place: Workplace;
beforeAll(() => {
  place = workplace();
  const model = sequential([dense({ units: NASTY.length, activation: "softmax" })], { inputShape: [2] });
  model.compile({ loss: "categoricalCrossentropy" });
  model.metadata = { classes: NASTY };
  place.write("nasty.safetensors", model.save());
  const head = NASTY.slice(0, 2)
    .map((name) => `"${name}"`)
    .join(",");
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 7},${(i * 3) % 5},"${NASTY[i % 3]}"`);
  place.write("line.csv", `x,y\n${rows.map((_, i) => `${i},"${i % 2}\nnabla: all is well"`).join("\n")}\n`);
  place.write("nasty.csv", `${head},"${NASTY[2]}"\n${rows.join("\n")}\n`);
});
afterAll(() => place.remove());

/** Nothing in it steers a terminal, and no name begins a line. */
function harmless(text: string): void {
  expect(text).not.toMatch(STEERING);
  for (const line of text.split("\n")) expect(line).not.toMatch(/^nabla: all is well/);
}

test.each([
  ["summary", ["summary", "nasty.safetensors"]],
  ["predict", ["predict", "nasty.safetensors", "1,2"]],
  ["data", ["data", "nasty.csv"]],
  ["data, rows of it", ["data", "line.csv", "--preview", "3"]],
  ["train", ["train", "nasty.csv", "--epochs", "2", "--out", "trained.safetensors"]],
  ["train and tell as JSON", ["train", "nasty.csv", "--epochs", "1", "--json"]],
  ["evaluate", ["evaluate", "trained.safetensors", "nasty.csv"]],
  ["summary of columns", ["summary", "trained.safetensors"]],
  ["summary as JSON", ["summary", "trained.safetensors", "--json"]],
  ["predict as JSON", ["predict", "nasty.safetensors", "1,2", "--json"]],
])("%s", async (_, args) => {
  const { code, stdout, stderr } = await place.run(args);
  expect(code, stderr).toBe(0);
  harmless(stdout);
  harmless(stderr);
  if (!args.includes("--json")) return;
  // JSON says the same names as they are
  const said = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.stringify(JSON.parse(line)));
  expect(NASTY.some((name) => said.join().includes(JSON.stringify(name).slice(1, -1)))).toBe(true);
});

test.each([
  ["a file that is not there", ["summary", "\x1b[2Jno.safetensors"]],
  ["an unknown command", ["\x1b]0;x\x07"]],
  ["an unknown option", ["train", "--\u202eoption"]],
  ["a column that is not there", ["train", "nasty.csv", "--label", "\x1b[31mx"]],
])("errors: %s", async (_, args) => {
  const { code, stdout, stderr } = await place.run(args);
  expect(code).toBe(1);
  harmless(stdout);
  harmless(stderr);
});

test("names of files and folders", async () => {
  mkdirSync(place.path("pictures/\x1b[31mred"), { recursive: true });
  mkdirSync(place.path("pictures/\x1b[2Jblue"));
  place.write("pictures/\x1b[31mred/\x1b]0;x\x07.png", "no picture");
  place.write("pictures/\x1b[2Jblue/b.png", "no picture");
  const { code, stdout, stderr } = await place.run(["data", "pictures"]);
  expect(code).toBe(1);
  expect(stderr).toContain("\\u001b");
  harmless(stdout);
  harmless(stderr);
});

test("where people read there are colours of our own, and none of others", async () => {
  let text = "";
  const stdout = { isTTY: true, columns: 200, write: (more: string) => void (text += more) };
  expect(await main(["predict", place.path("nasty.safetensors"), "1,2"], { stdout, stderr: stdout })).toBe(0);
  expect(text).toContain("\x1b[1m");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours
  harmless(text.replace(/\x1b\[(1|2|22|31|32|36|39)m/g, ""));
  const { bold, dim, print } = terminalOf({ stdout, stderr: stdout });
  text = "";
  print(bold(`a${dim("b\x1b[31m")}c`));
  expect(text).toBe("\x1b[1ma\x1b[2mb\\u001b[31m\x1b[22m\x1b[1mc\x1b[22m\n");
});

test("CSV for other programs is as it is", () => {
  let text = "";
  const stdout = { write: (more: string) => void (text += more) };
  terminalOf({ stdout, stderr: stdout }).writeData(NASTY[0]);
  expect(text).toBe(NASTY[0]);
  text = "";
  terminalOf({ stdout: { ...stdout, isTTY: true }, stderr: stdout }).writeData(NASTY[0]);
  expect(text).toBe(visible(NASTY[0]));
});
