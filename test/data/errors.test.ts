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

describe("what messages are made of", () => {
  test("a message is cut in the middle, so both ends are there", () => {
    const { message } = new NablaError(`a.csv: there is no column ${"x".repeat(1e6)}; did you mean "y"?`);
    expect(message.length).toBe(2000);
    expect(message.startsWith("a.csv: there is no column xx")).toBe(true);
    expect(message.endsWith('xx; did you mean "y"?')).toBe(true);
  });

  test("control characters and signs of writing direction are written out, line ends stay", () => {
    const { message } = new NablaError("a\x1b[2J\tb\x07\x7f\x9b\u202e\u2066\nc é 日本");
    expect(message).toBe("a\\u001b[2J\\u0009b\\u0007\\u007f\\u009b\\u202e\\u2066\nc é 日本");
  });

  test("what is written out takes no more room than other text", () => {
    for (const n of [300, 400, 1e6]) {
      const { message } = new NablaError(`a.csv: there is no column ${"\x1b".repeat(n)}; did you mean "y"?`);
      expect(message.length).toBeLessThanOrEqual(2000);
      expect(message).toMatch(/^a\.csv: there is no column (\\u001b)+/);
      expect(message).toMatch(/u001b; did you mean "y"\?$/);
      // and said again it is the same
      expect(new NablaError(message).message).toBe(message);
    }
  });

  test("long names are not compared letter by letter", () => {
    expect(didYouMean("x".repeat(1e7), ["x".repeat(1e7 - 1), "relu"])).toBe("");
    expect(didYouMean("rel", [`${"relu".repeat(1e6)}`, "relu"])).toBe('; did you mean "relu"?');
  });
});
