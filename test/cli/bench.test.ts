/** nabla bench: what it prints. How fast things are is not for a test to say. */
import { afterAll, expect, test } from "vitest";
import { CASES, NETS } from "../../src/cli/bench/nets.ts";
import { workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
const bench = (...args: string[]) => place.run(["bench", "--seconds", "0.005", ...args]);

test("a table of Markdown with a row for each network and its batch, under what it was measured on", async () => {
  const { code, stdout, stderr } = await bench("--nets", "W1,W4");
  expect([code, stderr]).toEqual([0, ""]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines[0]).toContain(`Node ${process.versions.node} (V8 ${process.versions.v8})`);
  expect(lines[1]).toMatch(/\d cores, \d+ GB, load \d+(\.\d)?$/);
  expect(lines.slice(2, 5)).toEqual([
    "",
    "| network | batch | one thread | auto | one prediction |",
    "| --- | --- | --- | --- | --- |",
  ]);
  const rate = "[\\d.]+( k)? samples/s";
  const row = (net: "W1" | "W4", batch: number) =>
    new RegExp(`^\\| ${net}: .+ \\| ${batch} \\| ${rate} \\| ${rate} \\| [\\d.]+ µs \\|$`);
  expect(lines[5]).toMatch(row("W1", 10));
  expect(lines[6]).toMatch(row("W4", 64));
  expect(lines.length).toBe(7);
});

test("--json: one object with the same, as numbers", async () => {
  const { code, stdout } = await bench("--nets", "W2", "--json");
  expect(code).toBe(0);
  const { machine, rows } = JSON.parse(stdout);
  expect(Object.keys(machine)).toEqual(["nabla", "cpu", "cores", "memoryGB", "system", "engine", "load"]);
  expect(rows.map(({ net, batch, what }: never) => [net, batch, what])).toEqual(
    CASES.filter(([net]) => net === "W2").map(([net, batch]) => [net, batch, NETS[net].what]),
  );
  for (const { oneThread, autoThreads, prediction } of rows)
    for (const figure of [oneThread, autoThreads, prediction]) expect(figure).toBeGreaterThan(0);
});

test("unknown networks and windows of no time are refused", async () => {
  expect(await bench("--nets", "W1,W9")).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("--nets: unknown network 'W9'"),
  });
  expect((await place.run(["bench", "--seconds", "0"])).stderr).toContain("--seconds: expected a number > 0");
});
