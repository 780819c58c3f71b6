/** What a model of texts is compared with: how often tokens followed the two before them. */
import { demand, isObject } from "../fields/expected.ts";
import { checkWhole } from "../fields/options.ts";
import { log } from "../math/elementary.ts";

const LN2 = 0.6931471805599453;

/**
 * Bits per token of an n-gram model with Witten and Bell's smoothing ("The zero-frequency problem", 1991): counts of one text predict another.
 * p(w | h) = (count(h w) + t(h) · p(w | shorter h)) / (count(h) + t(h)), t(h) being how many different tokens followed h; for the shortest
 * all `size` ids are as likely. Lower is better.
 *
 * @param train ids of the text that is counted @param test ids of the text that is predicted @param size how many ids there are
 * @param n how many tokens are looked at together; default 3
 */
export function ngramBits(train: ArrayLike<number>, test: ArrayLike<number>, size: number, n = 3): number {
  for (const ids of [train, test])
    demand(isObject(ids) && typeof ids.length === "number", "ngramBits", "ids, a number for each token", ids);
  checkWhole("ngramBits: size", size);
  checkWhole("ngramBits: n", n);
  const counts = Array.from({ length: n }, () => new Map<string, Map<number, number>>());
  const key = (ids: ArrayLike<number>, end: number, k: number) => {
    let text = "";
    for (let i = end - k; i < end; i++) text += `${ids[i]} `;
    return text;
  };
  for (let i = 0; i < train.length; i++)
    for (let k = 0; k < n && k <= i; k++) {
      const before = key(train, i, k);
      const of = counts[k]!.get(before) ?? new Map<number, number>();
      of.set(train[i]!, (of.get(train[i]!) ?? 0) + 1);
      counts[k]!.set(before, of);
    }
  const totals = counts.map(
    (all) => new Map([...all].map(([before, of]) => [before, [...of.values()].reduce((a, b) => a + b, 0)])),
  );
  let bits = 0;
  for (let i = 0; i < test.length; i++) {
    let p = 1 / size;
    for (let k = 0; k < n && k <= i; k++) {
      const before = key(test, i, k);
      const of = counts[k]!.get(before);
      if (!of) break;
      p = ((of.get(test[i]!) ?? 0) + of.size * p) / (totals[k]!.get(before)! + of.size);
    }
    bits -= log(p) / LN2;
  }
  return bits / test.length;
}
