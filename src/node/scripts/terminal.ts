/** Where what scripts show goes. */
import { type Output, type Terminal, terminalOf } from "../../report/terminal.ts";

/** @param output default: the process' standard output; colours where people read, and NO_COLOR is not set */
export const scriptTerminal = (given?: Output | null): Terminal => {
  const output = given ?? process.stdout;
  return terminalOf({ stdout: output, stderr: output, plain: Boolean(process.env.NO_COLOR) });
};

/** The program that runs, as it was called; undefined where nothing says so. */
export function calledAs(): readonly string[] | undefined {
  const [, path, ...words] = process.argv;
  return path === undefined ? undefined : [path.replace(/^.*[\\/]/, ""), ...words];
}
