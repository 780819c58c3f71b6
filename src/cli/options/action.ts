/** What a command line's command does. */
import type { Command } from "commander";
import type { Terminal } from "../../report/terminal.ts";

/** It gets the arguments and flags, and the terminal; its answer is the exit code. */
export type Action = (...args: never[]) => Promise<number>;

/** Makes of a command, which is loaded when it is asked for, what commander calls. */
export type Run = (load: () => Promise<Action>) => (...args: unknown[]) => Promise<void>;

/** Whether processes of mpirun share its work. Else each would do the same, and write over the files of the others. */
function isShared(command: Command): boolean {
  const { summary, jobs } = command.opts<{ summary?: string; jobs?: number }>();
  const name = command.name();
  return name === "train" || (name === "sweep" && summary === undefined && jobs === undefined);
}

/** @param done called with the exit code */
export const running =
  (terminal: Terminal, done: (code: number) => void): Run =>
  (load) =>
  async (...args) => {
    const command = args.at(-1) as Command;
    const { amongNone } = await import("../training/ranks.ts");
    const refused = isShared(command) ? undefined : await amongNone(command.name());
    done(refused ?? (await (await load())(...(args.slice(0, -1) as never[]), terminal as never)));
  };

/** What commands write goes to this terminal, and errors of commander are thrown. */
export function writing(command: Command, terminal: Terminal): Command {
  for (const each of [command, ...command.commands])
    each.exitOverride().configureOutput({
      writeOut: terminal.write,
      outputError: () => {},
      getOutHelpWidth: () => terminal.width,
    });
  return command;
}
