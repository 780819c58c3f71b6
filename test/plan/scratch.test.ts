/** Scratch whose size the core says, in models too large for it. */
import { expect, test } from "vitest";
import { conv2d, flatten, sequential } from "../../src/index.ts";

test("a padded copy beyond 4 GiB is refused before anything is allocated", () => {
  const wide = { filters: 4, kernelSize: 3, padding: "same", dilationRate: 30000 } as const;
  const model = sequential([conv2d({ ...wide, inputShape: [8, 8, 4] }), flatten()]);
  expect(() => model.predict(new Float32Array(256))).toThrow(
    /the model needs 53\.\d GiB, more than the 4 GiB that WebAssembly can address; the largest tensors are scratch of conv2d_1/,
  );
});
