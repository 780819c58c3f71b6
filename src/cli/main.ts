/** The command line as a function: words in, text out, an exit code. */
import { type Command, CommanderError } from "commander";
import { didYouMean, NablaError, messageOf as textOf } from "../errors.ts";
import { type Host, terminalOf } from "../report/terminal.ts";
import { program } from "./program.ts";

/**
 * Runs a command line.
 *
 * @param argv what follows the program's name
 * @returns the exit code: 0, 1 after an error or when a file had to go elsewhere, 130 after an interruption
 */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  let code = 0;
  const terminal = { ...terminalOf(host), words: argv };
  const command = program(terminal, (given) => {
    code = given;
  });
  try {
    const [first, topic] = argv.filter((word) => !word.startsWith("-"));
    if (argv.length === 0) command.outputHelp();
    else if (first === "help" && topic !== undefined) helpOn(command, topic);
    else await command.parseAsync(withRows(command, argv), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return code;
    terminal.errors.write(`nabla: ${messageOf(error)}\n`);
    if (argv.includes("--debug")) terminal.errors.write(`${(error as Error).stack ?? error}\n`);
    return 1;
  }
}

/** A row may begin with a minus, "-0.5,27,150", which no option does: a blank in front says so to the parser. */
function withRows(command: Command, argv: readonly string[]): string[] {
  const name = argv.find((word) => !word.startsWith("-"));
  const options = command.commands.find((each) => each.name() === name)?.options ?? [];
  const takesNext = (word: string | undefined) =>
    word !== undefined &&
    options.some((option) => option.required && (option.long === word || option.short === word));
  return argv.map((word, i) => (/^-\.?\d/.test(word) && !takesNext(argv[i - 1]) ? ` ${word}` : word));
}

/** nabla help COMMAND. Commander's own would print everything for an unknown command, without an error. */
function helpOn(command: Command, topic: string): void {
  const names = command.commands.map((each) => each.name());
  const found = topic === "help" ? command : command.commands.find((each) => each.name() === topic);
  if (!found)
    throw new NablaError(
      `unknown command '${topic}'${didYouMean(topic, names) || `; there are ${names.join(", ")}`}`,
    );
  found.outputHelp();
}

function messageOf(error: unknown): string {
  if (error instanceof CommanderError) {
    // "error: unknown option '--epoch'\n(Did you mean --epochs?)"
    const [first, ...more] = error.message.replace(/^error: /, "").split("\n");
    const hint = more.join(" ").replace(/^\(Did you mean (.*)\?\)$/, "; did you mean $1?");
    // as short as our own, whatever word it repeats
    return new NablaError(`${first!.replace(/\.$/, "")}${hint || "; nabla --help says what there is"}`)
      .message;
  }
  if (error instanceof NablaError) return error.message.replaceAll("\n", " ");
  const message = textOf(error);
  if ((error as Error).name === "RangeError" && /memory|allocation|array length|buffer/i.test(message))
    return `not enough memory: ${message}; make the model or the batch smaller`;
  return `an error in nabla itself, please report it (--debug shows where): ${message.replaceAll("\n", " ")}`;
}
