/** Recurrent layers through a plan: see the harness for what is checked. */
import { describe, test } from "vitest";
import { dealt } from "../support/dealt.ts";
import { checkGolden, checkLayer } from "../support/layerHarness.ts";
import { recurrentGoldens, title } from "../support/layers/golden.ts";
import type { ReferenceConfig, Shape } from "../support/layers/index.ts";

describe("what PyTorch and Keras compute", () => {
  test.each(dealt(recurrentGoldens).map((golden) => [golden.from, title(golden), golden] as const))(
    "%s: %s",
    (_from, _title, golden) => checkGolden(golden),
  );
});

const forms = [
  { type: "simpleRnn" },
  { type: "lstm" },
  { type: "gru" },
  { type: "gru", resetAfter: false },
] as const;

describe.each(forms)("%o", (form) => {
  const cases: [Partial<ReferenceConfig> & { units: number }, Shape, number][] = [
    [{ units: 5, returnSequences: true }, [4, 3], 3],
    [{ units: 3 }, [5, 2], 5],
    [{ units: 1 }, [1, 1], 1],
    [{ units: 8, returnSequences: true }, [1, 4], 1],
    [{ units: 6, goBackwards: true, returnSequences: true }, [3, 5], 2],
    [{ units: 4, goBackwards: true, useBias: false }, [4, 1], 4],
    [{ units: 13, useBias: false }, [2, 7], 3],
    [{ units: 2, activation: "relu" }, [3, 3], 2],
    [{ units: 7, activation: "hardSigmoid" }, [3, 2], 2],
    [{ units: 3, activation: "linear", returnSequences: true }, [2, 3], 2],
  ];
  test.each(
    dealt(cases).map((one) => [`${JSON.stringify(one[0])} of [${one[1]}], ${one[2]} rows`, ...one] as const),
  )("%s", (_, rest, shape, rows) =>
    checkLayer({ ...form, ...rest } as ReferenceConfig, shape, rows, { scale: 0.5 }),
  );
});
