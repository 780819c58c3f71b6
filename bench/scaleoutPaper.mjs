// The tables "On paper" of bench/scaleout.md: node bench/scaleoutPaper.mjs
// A step of B rows at c seconds a row on P ranks, each of which gives a part of its gradient to each other, then the sum of its part:
// B · c / P + 2 · (P − 1) · (α + S / (P · β)); nothing is computed meanwhile.
const NETS = [
  ["W3", 669_706 * 4, 89e-6],
  ["W4", 53_866 * 4, 42e-6],
];
const LINKS = [
  ["10 gigabit", 30e-6, 1.1e9],
  ["100 gigabit", 2e-6, 11e9],
];
const POWERS = Array.from({ length: 11 }, (_, i) => 2 ** i);

console.log("| network | link | batch | speed-up on 8 ranks | 64 | 1,024 | best number |");
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (const [name, bytes, row] of NETS)
  for (const [link, latency, bandwidth] of LINKS)
    for (const batch of [1024, 8192]) {
      const alone = batch * row;
      /** @param {number} ranks */
      const faster = (ranks) =>
        alone / (alone / ranks + 2 * (ranks - 1) * (latency + bytes / ranks / bandwidth));
      const best = POWERS.filter((ranks) => ranks <= batch).sort((a, b) => faster(b) - faster(a))[0];
      const of = [8, 64, 1024].map((ranks) => faster(ranks).toFixed(1)).join(" | ");
      console.log(
        `| ${name} | ${link} | ${batch.toLocaleString("en-US")} | ${of} | ${best}: ${faster(best).toFixed(1)} × |`,
      );
    }
