import { expect, test } from "vitest";
import { moons, splitDataset } from "../../src/data/index.ts";
import { dense, sequential } from "../../src/index.ts";

test("where waiting is not possible an asynchronous read is refused, and its failure bothers nobody", async () => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown) => void unhandled.push(reason);
  const page = typeof process === "undefined" || process.on === undefined;
  if (page) addEventListener("unhandledrejection", listen);
  else process.on("unhandledRejection", listen);
  const late = {
    ...moons({ samples: 20 }),
    labels: undefined,
    read: () => Promise.reject(new Error("disk gone")),
  };
  const model = sequential([dense({ units: 2, inputShape: [2] })]);
  expect(() => model.predict(late)).toThrow("reads asynchronously");
  expect(() => splitDataset(late, 0.5)).toThrow("reads asynchronously");
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (page) removeEventListener("unhandledrejection", listen);
  else process.off("unhandledRejection", listen);
  expect(unhandled).toEqual([]);
});
