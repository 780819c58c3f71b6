/** nabla train --wide: what it decides, and what it says where there is nothing to merge with. Its bits: test/bits, wide.system.test.ts. */
import { afterAll, describe, expect, test } from "vitest";
import { compare, marked, type Trial, verdict, whyNot } from "../../src/cli/training/wide.ts";
import { decodeBytes } from "../../src/core/bytes.ts";
import { fullBuild } from "../../src/core/full.ts";
import { done, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

test("an engine without the flag is named, and what it takes", () => {
  const node = (version: string, arch = "x64") => whyNot({ arch, versions: { node: version } });
  expect(node("20.20.2")).toBe("it needs Node 22 or newer, and this is Node 20.20.2");
  expect(node("9.0.0")).toContain("this is Node 9.0.0");
  expect(node("22.0.0", "arm64")).toBe("it is for processors with AVX2 (x64), and this one is arm64");
  for (const version of ["22.0.0", "26.1.0", "100.0.0"]) expect(node(version)).toBe(undefined);
  // both say which Node they stand for
  expect(whyNot({ arch: "x64", versions: { node: "24.0.0", bun: "1.3.0" } })).toContain("this is bun 1.3.0");
  expect(whyNot({ arch: "x64", versions: { node: "24.0.0", deno: "2.5.0" } })).toContain(
    "this is deno 2.5.0",
  );
});

/** Copies of which the wide one takes `took` of the plain one's time, and each n-th round a time of its own. */
function trial(took: number, bits = "same"): Trial & { turns: boolean[] } {
  const turns: boolean[] = [];
  return {
    turns,
    async run(wide) {
      turns.push(wide);
      // the machine is busy for a while
      const busy = turns.length === 5 ? 9 : 1;
      return busy * (wide ? took : 1);
    },
    hash: (wide) => (wide ? bits : "same"),
  };
}

describe("it is used", () => {
  test("if it is faster, in the median of rounds that take turns", async () => {
    const fast = trial(0.5);
    const told = verdict(await compare(fast));
    expect(told).toEqual({
      use: true,
      text: "256 bits wide, the same bits, 2.00 × as fast as 128 for this network here",
    });
    const count = (wide: boolean) => fast.turns.filter((turn) => turn === wide).length;
    expect(count(true)).toBe(count(false));
    // neither is always the first
    expect(new Set(fast.turns.filter((_, i) => i % 2 === 0)).size).toBe(2);
  });
  test("not for a gain that may be chance, or a loss", async () => {
    expect(verdict(await compare(trial(0.99)))).toEqual({
      use: false,
      text: "no gain for this network here (1.01 × as fast), so the training goes on without",
    });
    expect(verdict(await compare(trial(1.25))).text).toContain("0.80 × as fast");
  });
  test("never with other bits, however fast", async () => {
    const { use, text } = verdict(await compare(trial(0.1, "other")));
    expect([use, text]).toEqual([false, expect.stringContaining("other bits")]);
  });
});

test("a core with a mark is the same core, and another module", () => {
  const bytes = decodeBytes(fullBuild.code as string);
  const module = new WebAssembly.Module(marked(bytes, "wide"));
  expect(WebAssembly.Module.exports(module)).toEqual(
    WebAssembly.Module.exports(new WebAssembly.Module(bytes)),
  );
  expect(WebAssembly.Module.customSections(module, "wide").length).toBe(1);
});

test.skipIf(whyNot(process) === undefined)(
  "the training goes on where it is not to be had, and the first event says why",
  async () => {
    const train = ["train", "xor", "--epochs", "2"];
    const wide = await place.run([...train, "--wide"]);
    const start = JSON.parse(wide.stdout.split("\n")[0]!);
    expect(start.wide).toEqual({ use: false, text: `${whyNot(process)}; the training goes on without` });
    expect(wide.stderr).toBe("");
    const plain = await place.run(train);
    expect(done(wide).weightsSha256).toBe(done(plain).weightsSha256);
    expect(JSON.parse(plain.stdout.split("\n")[0]!)).not.toHaveProperty("wide");
  },
);

test("it is refused where each fold would have to be tried", async () => {
  const { code, stderr } = await place.run(["train", "xor", "--folds", "2", "--wide"]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining("--wide: --folds trains a model for each fold"),
  ]);
});
