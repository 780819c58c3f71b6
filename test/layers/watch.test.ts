/** The watch over memory notices what it is there for. */
import { expect, test } from "vitest";
import type { Layout } from "../../src/core/layouts.ts";
import { type How, runLayer } from "../support/layerRun.ts";
import { type ReferenceConfig, reference } from "../support/layers/index.ts";
import { gradients, inputs, tensors } from "../support/layers/inputs.ts";
import type { Instruction, Watched } from "../support/watch.ts";

const config: ReferenceConfig = { type: "dense", units: 5, activation: "gaussian" };

function run(how: How): void {
  const layer = reference(config, [6]);
  const given = { x: inputs(3, [6]), p: tensors(layer), dy: gradients(3, [5]) };
  runLayer(config, [6], 3, given, how);
}

/** Sets a field in the record of the first instruction that calls the kernel. */
function set(kernel: Instruction["kernel"], field: string, value: (instruction: Instruction) => number): How {
  return {
    tamper({ plan, instructions }: Watched, core) {
      const i = instructions.findIndex((instruction) => instruction.kernel === kernel);
      const record = core.i32(plan.tape + i * 8, 2)[1];
      core.i32(record + (core.record(kernel) as Layout)[field].at, 1)[0] = value(instructions[i]);
    },
  };
}

test("nothing where nothing is wrong", () => run({}));

test("a write past the end of a buffer", () => {
  expect(() => run(set("GAUSSIAN_FORWARD", "units", () => 9))).toThrow(
    /GAUSSIAN_FORWARD, wrote at \d+, outside the buffers it was given: .* of dense_1/,
  );
});

test("a write into another buffer", () => {
  const elsewhere = ({ fields }: Instruction) => (fields.x as { offset: number }).offset;
  expect(() => run(set("DENSE_FORWARD", "y", (it) => elsewhere(it) + 4096))).toThrow(
    "DENSE_FORWARD, wrote at",
  );
});

test("something in the padding of a gradient", () => {
  expect(() => run(set("SQUARED_ERROR", "units", () => 6))).toThrow(
    /da of instruction \d+, SQUARED_ERROR: padding column 5/,
  );
});

test("a read of what was never written", () => {
  expect(() =>
    run(set("DENSE_FORWARD", "b", ({ fields }) => (fields.y as { offset: number }).offset + 4096)),
  ).toThrow();
});
