/** The network that comes with the page. */
import { digits } from "nabla/data";
import { describe, expect, it } from "vitest";
import kept from "../../web/digits/ready.json";
import { readyModel } from "../../web/digits/ready.ts";

describe("the network that comes with the page", () => {
  it("reads digits it has not seen", async () => {
    const model = readyModel();
    model.compile({ loss: "categoricalCrossentropy", optimizer: "adam", metrics: ["accuracy"] });
    const { accuracy } = await model.evaluate(digits({ samples: 2000, part: "test" }));
    expect(accuracy).toBeGreaterThan(0.95);
  });

  it("is small", () => {
    expect(JSON.stringify(kept).length).toBeLessThan(40_000);
  });
});
