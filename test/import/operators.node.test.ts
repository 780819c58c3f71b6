/** Tests that nobody here wrote: those of the ONNX project for its operators. */
import { expect, test } from "vitest";
import { BEYOND } from "./beyond.ts";
import { isThere, type Result, runOperator, SETS, testsOf } from "./operators.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const skipped = !isThere() && !required;

test.skipIf(skipped)(
  "operators of ONNX give what the ONNX project says (skipped where Debian's libonnx-testdata is not installed)",
  async () => {
    const results: Result[] = [];
    for (const set of SETS) for (const name of testsOf(set)) results.push(await runOperator(set, name));
    const passed = results.filter(({ distance = Number.POSITIVE_INFINITY }) => distance <= 1);
    const others = results.filter((result) => !passed.includes(result));
    const reasonOf = ({ name }: Result) => BEYOND.find(([, names]) => names.test(name.slice("test_".length)));
    const firsts = passed.filter(({ first }) => first).length;
    console.log(
      `ONNX's operator tests: ${passed.length} of ${results.length} passed (${firsts} of them by their first output), ${others.length} are in the table of what there is not`,
    );
    expect(
      others
        .filter((result) => !reasonOf(result))
        .map(({ name, refused, distance }) => `${name}: ${refused ?? distance}`),
    ).toEqual([]);
    // a row that no test needs is a claim about nothing
    expect(
      BEYOND.filter((row) => !others.some((result) => reasonOf(result) === row)).map(([why]) => why),
    ).toEqual([]);
    expect(passed.length).toBeGreaterThanOrEqual(520);
    // what is not passed was refused; those that are computed otherwise are few, and named
    expect(
      others
        .filter(({ refused }) => refused === undefined)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      "test_resize_downsample_scales_cubic_align_corners",
      "test_resize_downsample_scales_linear_align_corners",
    ]);
  },
);
