// Whether these tests would see it: the same with programs that save as people do who have not thought of it.
import { place, survive, wholes } from "./kills.mjs";
import { played } from "./power.mjs";
import { Broken } from "./support.mjs";

/** @typedef {import("./kills.mjs").Whole} Whole */

/** @param {import("./run.mjs").Settings} settings */
export async function control({ root, jobs, report }) {
  const all = await wholes(root, jobs, ({ name }) => name === "the optimizer sgd");
  const whole = /** @type {Whole} */ (all[0]);
  /** The second write of a file, and a moment between two saves. */
  const [inWrite, between] = [5, 60];
  /** @type {[how: string, run: (whole: Whole, cwd: string) => Promise<unknown>, says: RegExp][]} */
  const cases = [
    [
      "over the old file",
      (careless, cwd) => survive(careless, cwd, [{ at: inWrite, how: "during" }]),
      /cannot be read/,
    ],
    ["without flushing", ({ training }, cwd) => played(training, cwd), /not flushed/],
    [
      "to begin anew",
      (careless, cwd) => survive(careless, cwd, [{ at: between, how: "before" }]),
      /does not end as the training that nobody killed/,
    ],
  ];
  const sum = { runs: 0, found: 0 };
  for (const [i, [how, run, says]] of cases.entries()) {
    const cwd = place(root, `control-${i}`);
    await report.attempt(how, cwd, async () => {
      sum.runs++;
      try {
        await run({ ...whole, training: { ...whole.training, how } }, cwd);
      } catch (error) {
        if (!(error instanceof Broken && says.test(error.message))) throw error;
        sum.found++;
        return;
      }
      throw new Broken("nothing was found");
    });
  }
  return sum;
}
