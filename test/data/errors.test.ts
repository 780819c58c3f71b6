import { describe, expect, test } from "vitest";
import { didYouMean, editDistance, NablaError } from "../../src/errors.ts";

describe("NablaError", () => {
  test("carries its name, cause and details", () => {
    const cause = new Error("inner");
    const error = new NablaError("outer", { cause, details: { line: 3 } });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("NablaError");
    expect(error.cause).toBe(cause);
    expect(error.details).toEqual({ line: 3 });
    expect(new NablaError("plain").details).toBeUndefined();
  });
});

describe("didYouMean", () => {
  test.each([
    ["reul", "relu"],
    ["Relu", "relu"],
    ["simgoid", "sigmoid"],
    ["sgmoid", "sigmoid"],
    ["labels", "label"],
  ])("%s finds %s", (got, wanted) => {
    expect(didYouMean(got, ["tanh", "relu", "sigmoid", "softmax", "label"])).toBe(
      `; did you mean ${JSON.stringify(wanted)}?`,
    );
  });

  test("far names and one-letter names find nothing", () => {
    expect(didYouMean("xyz", ["relu", "tanh"])).toBe("");
    expect(didYouMean("q", ["x", "y"])).toBe("");
    expect(didYouMean("", ["relu"])).toBe("");
  });

  test("a swap counts once", () => {
    expect(editDistance("ab", "ba")).toBe(1);
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
  });
});
