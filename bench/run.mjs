// npm run bench: measures every figure of bench/README.md again. One thread; about a minute.
import { gemm } from "./gemm.mjs";
import { allocations, predictLatency, predictMany, start } from "./latency.mjs";
import { training } from "./training.mjs";

const percent = (v) => `${(100 * v).toFixed(0)} %`;
const k = (v) => `${(v / 1000).toFixed(1)} k`;

console.log(`Node ${process.version}, ${process.arch}\n`);
console.log("## Matrix products: GFLOP/s and share of the multiply-add peak\n");
console.log(
  "| rows × in × out | y = x·w | dx = dy·wᵀ | dw = xᵀ·dy | peak | |\n| --- | --- | --- | --- | --- | --- |",
);
for (const r of gemm()) {
  const cell = (f) => `${f.rate.toFixed(1)} (${percent(f.share)})`;
  console.log(
    `| ${r.shape} | ${cell(r.forward)} | ${cell(r.input)} | ${cell(r.weights)} | ${r.forward.peak.toFixed(1)} | ${r.what} |`,
  );
}
console.log("\n## Training: samples a second\n");
console.log(
  "| net | batch | steps | of the multiplications alone | these would allow | fit() |\n| --- | --- | --- | --- | --- | --- |",
);
for (const r of await training()) {
  console.log(
    `| ${r.name} ${r.what} | ${r.batch} | ${k(r.rate)} | ${percent(r.share)} | ${k(r.limit)} | ${k(r.fit)} |`,
  );
}
console.log("\n## Latency and memory\n");
console.log(`- one prediction of 784-100-50-10: ${predictLatency().toFixed(2)} µs`);
console.log(
  `- W4: one prediction ${predictLatency("W4").toFixed(2)} µs; 256 at once ${k(predictMany("W4"))} rows/s`,
);
const { node, ours, more } = start();
console.log(
  `- process start to first prediction: ${ours.toFixed(1)} ms, Node alone ${node.toFixed(1)} ms, difference ${more.toFixed(1)} ms`,
);
const a = allocations();
console.log(
  `- 10,000 training steps: ${a.sameBuffer ? "the same memory.buffer" : "MEMORY GREW"}; JavaScript heap ${a.heapGrowth} bytes more, the history of 1,000 epochs included`,
);
