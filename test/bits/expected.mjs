// The bits that every host must have. They are committed: a change of bits is a decision, which shows in review.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./engines.mjs";

const file = join(root, "test/bits/expected.json");

/** @typedef {Pick<import("./hosts.mjs").Answers, "networks" | "trainings">} Expected */

/** @returns {Expected} */
export const readExpected = () =>
  existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { networks: {}, trainings: {} };

/** @param {Expected} expected */
export const writeExpected = ({ networks, trainings }) =>
  writeFileSync(file, `${JSON.stringify({ networks, trainings }, null, 2)}\n`);

/** @typedef {{ equal: number, of: number, differences: string[] }} Comparison */

/**
 * What of the answers is not what was expected.
 *
 * @param {Expected} got
 * @param {Expected} expected
 * @param {readonly string[]} names of networks
 * @param {readonly string[]} trainings
 * @returns {{ networks: Comparison, trainings: Comparison }}
 */
export function compared(got, expected, names, trainings) {
  /** @type {(list: readonly string[], say: (name: string) => string | undefined) => Comparison} */
  const compare = (list, say) => {
    const differences = list.flatMap((name) => say(name) ?? []);
    return { equal: list.length - differences.length, of: list.length, differences };
  };
  return {
    networks: compare(names, (name) => {
      const wanted = /** @type {any} */ (expected.networks[name]);
      const bits = /** @type {any} */ (got.networks[name]);
      if (!bits || bits.error) return `${name}: ${bits?.error ?? "no answer"}`;
      if (!wanted) return `${name}: nothing is known of it; npm run test:bits -- --update`;
      const parts = Object.keys(wanted).filter((part) => wanted[part] !== bits[part]);
      return parts.length > 0 ? `${name}: other ${parts.join(", ")}` : undefined;
    }),
    trainings: compare(trainings, (name) => {
      const [wanted, hash] = [expected.trainings[name], got.trainings[name]];
      if (!wanted) return `${name}: nothing is known of it; npm run test:bits -- --update`;
      return hash === wanted
        ? undefined
        : `${name}: ${/^[0-9a-f]{64}$/.test(hash) ? "other weights" : (hash ?? "no answer")}`;
    }),
  };
}
