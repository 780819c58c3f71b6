/** Signals that ask a command to end, on a process and a clock of the test's own. */
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { interruption } from "../../src/cli/interruption.ts";

class Process extends EventEmitter {
  readonly codes: number[] = [];
  exit(code: number): void {
    this.codes.push(code);
  }
}

test("one request that comes as several signals ends nothing that is being saved; another one does", () => {
  const process = new Process();
  let time = 5000;
  const { signal } = interruption(process, () => time);
  expect(signal.aborted).toBe(false);
  process.emit("SIGHUP");
  expect(signal.aborted).toBe(true);
  // as npx hands Ctrl-C on, and a shell and the system both tell of a closed terminal
  process.emit("SIGHUP");
  time += 999;
  process.emit("SIGTERM");
  expect(process.codes).toEqual([]);
  time += 1;
  process.emit("SIGINT");
  expect(process.codes).toEqual([130]);
});

test("what is released is told nothing more", () => {
  const process = new Process();
  const { signal, release } = interruption(process);
  release();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) expect(process.emit(name)).toBe(false);
  expect(signal.aborted).toBe(false);
});
