/** The form for a row of a table, without its page. */
import { dense, sequential } from "nabla";
import { expect, it } from "vitest";
import { answer, ask } from "../../web/digits/rowForm.tsx";
import { type Subject, slowTick, subject } from "../../web/digits/state.ts";

/** y = w · size, as a network that was trained on a table with that column. */
function network(w: number): Subject {
  const model = sequential([dense({ name: "y", units: 1, inputShape: [1] })]);
  model.setWeights({ "y.kernel": [w], "y.bias": [0] });
  model.metadata = { extra: { csv: { columns: ["size"], label: "price", named: true } } };
  const train = { length: 1, target: { kind: "values" } };
  return { model, source: { train } } as unknown as Subject;
}

it("the answer is that of the network that was asked, as it is by now; of another network there is none yet", () => {
  const first = network(2);
  subject.value = first;
  expect(ask({ size: 3 })?.value).toBe("6");
  expect(answer.value?.value).toBe("6");
  // it is trained on
  first.model.setWeights({ "y.kernel": [5] });
  slowTick.value++;
  expect(answer.value?.value).toBe("15");
  subject.value = network(7);
  expect(answer.value).toBeUndefined();
  // a row that makes no sense is no question
  expect(() => ask({ size: "large" })).toThrow("size");
  expect(answer.value).toBeUndefined();
});
