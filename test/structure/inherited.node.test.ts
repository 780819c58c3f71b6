/** Names that every object inherits are no names of ours: whatever is looked up by name refuses them as it refuses any other word. */
import { describe, expect, test } from "vitest";
import { csvSplit } from "../../src/data/index.ts";
import { NablaError } from "../../src/errors.ts";
import { names } from "./lookups.ts";

const INHERITED = ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"];

describe.each(Object.entries(names))("%s", (_, look) => {
  test.each([...INHERITED, "xyzzy"])("%s", async (name) => {
    const error = await Promise.resolve()
      .then(() => look(name))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(error).toBeInstanceOf(NablaError);
    // it is named, or what there is instead
    expect((error as Error).message).toMatch(/unknown|expected|there is no|no such/);
    expect((error as Error).message).not.toMatch(/is not a function|native code|\[object/);
  });
});

test("and as names of what is the user's they are names like any other", () => {
  for (const name of INHERITED) {
    const { train } = csvSplit(`${name},b,c\n1,2,x\n2,3,y\n3,4,x\n5,6,y\n`, { testFraction: 0.5 });
    expect(train.inputShape).toEqual([2]);
  }
});
