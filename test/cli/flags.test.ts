/** Flags of a command that follow from fields. */
import { Command } from "commander";
import { expect, test } from "vitest";
import { flagsOf } from "../../src/cli/options/flags.ts";
import { optimizerFlagFields } from "../../src/cli/options/training.ts";
import { program } from "../../src/cli/program.ts";
import { bool, choice, int, list, number } from "../../src/fields/fields.ts";
import { object, optional, record } from "../../src/fields/objects.ts";
import { given } from "../../src/fields/options.ts";
import { terminalOf } from "../../src/report/terminal.ts";
import { documentSettings } from "../../src/training/settings.ts";

const made = object({
  rowsPerStep: int({ min: 1, default: 32, doc: "Rows per step. The last step may have fewer." }),
  share: optional(number({ min: 0, exclusiveMax: 1, doc: "A share of them." })),
  order: choice(["first", "last"], { default: "first", doc: "Which come first." }),
  shuffle: bool({ default: true, doc: "Visit them in another order." }),
  keep: bool({ default: false, doc: "Keep the last one." }),
  weights: optional(record(number())),
  sizes: optional(list(int())),
  hidden: optional(int()),
});
const { fields } = made;
const { properties } = made.jsonSchema() as { properties: Parameters<typeof flagsOf>[1] };
const notes = {
  rowsPerStep: { short: "r" },
  share: { value: "SHARE", default: "all" },
  hidden: false,
} as const;

function parsed(...words: string[]) {
  const command = new Command().exitOverride().configureOutput({ outputError: () => {} });
  for (const flag of flagsOf(fields, properties, notes)) command.addOption(flag);
  return given(fields, command.parse(words, { from: "user" }).opts());
}

test("names, values, texts and defaults are those of the fields, but for what is noted; objects and lists have none", () => {
  const shown = flagsOf(fields, properties, notes).map(({ flags, description, hidden }) => [
    flags,
    description,
    hidden,
  ]);
  expect(shown).toEqual([
    ["-r, --rows-per-step <N>", "rows per step (default: 32)", false],
    ["--share <SHARE>", "a share of them (default: all)", false],
    ["--order <NAME>", "which come first (default: first)", false],
    ["--shuffle", "", true],
    ["--no-shuffle", "visit them in another order", false],
    ["--keep", "keep the last one", false],
  ]);
});

test("what is not said is not there; what is said has the field's type", () => {
  expect(parsed()).toEqual({});
  expect(parsed("-r", " 7 ", "--share", ".5", "--order", "last", "--no-shuffle", "--keep")).toEqual({
    rowsPerStep: 7,
    share: 0.5,
    order: "last",
    shuffle: false,
    keep: true,
  });
  expect(parsed("--shuffle")).toEqual({ shuffle: true });
});

test.each([
  [["-r", "0"], '--rows-per-step: expected a whole number ≥ 1, got "0"'],
  [["-r", "1e3"], '--rows-per-step: expected a whole number ≥ 1, got "1e3"'],
  [["--share", "1"], '--share: expected a number ≥ 0 and < 1, got "1"'],
  [["--share", "half"], '--share: expected a number ≥ 0 and < 1, got "half"'],
  [["--order", "frist"], '--order: there is no "frist"; did you mean "first"? expected one of first, last'],
])("%j is refused", (words, message) => {
  expect(() => parsed(...words)).toThrow(message);
});

test("every option of fit() that a word can say is a flag of nabla train, as are those of optimizers, and has a text", () => {
  const stream = { write: () => {} };
  const train = program(terminalOf({ stdout: stream, stderr: stream }), () => {}).commands[0]!;
  const expected = Object.keys(documentSettings().fields).filter(
    (name) => !["shuffle", "classWeight"].includes(name),
  );
  for (const name of [...expected, ...Object.keys(optimizerFlagFields())]) {
    const flag = train.options.find((option) => option.attributeName() === name);
    expect(flag?.description, name).toMatch(/^[a-z].{10}/);
  }
});
