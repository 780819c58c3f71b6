// What predictions cost in edge runtimes, and compared with ONNX Runtime; writes bench/edge.md.
//   node scripts/tools.mjs edge && npm run bench -- --peers --only none && node scripts/engines.mjs && node bench/edge.mjs        (after npm run build)
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sequential } from "nabla";
import { median } from "../build/internals.js";
import { engineFiles } from "../test/bits/engines.mjs";
import { bundleWorker, serveWorker, workerdFile } from "../test/edge/workerd.mjs";
import { NETS } from "./nets.mjs";
import { compare } from "./onnx.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const CALLS = 20_000;
const STARTS = 11;

/** The packed package and the program, in one folder. */
function install() {
  const folder = mkdtempSync(join(tmpdir(), "nabla-edge-"));
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: root });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  execFileSync(
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline", "--silent", join(folder, tarball)],
    { cwd: folder },
  );
  cpSync(join(root, "examples/edge/service.js"), join(folder, "service.js"));
  cpSync(join(root, "bench/edge/program.js"), join(folder, "program.js"));
  const model = sequential(NETS.W2.layers(), { seed: 1 });
  writeFileSync(
    join(folder, "model.js"),
    `export default "${Buffer.from(model.save()).toString("base64")}";\n`,
  );
  const main = `import { answer } from "./program.js";
const memory = () => process.memoryUsage().rss;
const [count = 0] = process.argv.slice(2);
const first = await answer();
console.log("first");
if (Number(count)) {
  await answer(2000);
  console.log(JSON.stringify({ ...(await answer(Number(count))), bare: (await answer(Number(count), true)).rate, memory: memory(), started: first.started }));
}`;
  writeFileSync(join(folder, "main.js"), `import process from "node:process";\n${main}`);
  writeFileSync(join(folder, "nothing.js"), 'console.log("first");\n');
  const worker = `import { answer } from "./program.js";
export default { async fetch(request) {
  const { searchParams } = new URL(request.url);
  return Response.json(await answer(Number(searchParams.get("count") ?? 0), searchParams.has("bare")));
} };`;
  writeFileSync(join(folder, "worker-main.js"), worker);
  // the model at the start of the isolate, as docs/deploy.md has it: what comes before the first request is not part of it
  writeFileSync(
    join(folder, "worker-ready.js"),
    `import { ready } from "./program.js";\n${worker}\nready();\n`,
  );
  writeFileSync(join(folder, "worker-nothing.js"), "export default { fetch: () => Response.json([]) };");
  return folder;
}

/** ms until a program prints its first line, the median of some starts. */
async function untilFirstLine(command, args, env, cwd) {
  const times = [];
  for (let s = 0; s < STARTS; s++) {
    const t = performance.now();
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    times.push(performance.now() - t);
    await new Promise((resolve) => child.once("close", resolve));
  }
  return median(times);
}

async function program(name, command, args, folder, env = {}) {
  const said = execFileSync(command, [...args, "main.js", String(CALLS)], {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  const { rate, p99, bare, memory } = JSON.parse(said.trim().split("\n").at(-1));
  const cold = await untilFirstLine(command, [...args, "main.js"], env, folder);
  const nothing = await untilFirstLine(command, [...args, "nothing.js"], env, folder);
  return { name, rate, p99, bare, memory, cold, nothing };
}

const residentOf = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;
  } catch {
    return undefined;
  }
};

/** ms of a request, its answer read. */
async function timed(url) {
  const t = performance.now();
  await (await fetch(url)).text();
  return performance.now() - t;
}

/** Its clock stands still while it computes: rates are taken from outside, as the difference of many predictions and none. */
async function workerd(folder) {
  const ours = await bundleWorker(join(folder, "worker-main.js"), join(folder, "dist"));
  const empty = await bundleWorker(join(folder, "worker-nothing.js"), join(folder, "dist-nothing"));
  const ready = await bundleWorker(join(folder, "worker-ready.js"), join(folder, "dist-ready"));
  const firsts = { ours: [], ready: [], empty: [], again: [] };
  let result;
  for (let s = 0; s < STARTS; s++) {
    for (const [key, dist] of [
      ["empty", empty],
      ["ours", ours],
      ["ready", ready],
    ]) {
      const worker = await serveWorker(dist);
      firsts[key].push(await timed(worker.url));
      if (key === "ours") firsts.again.push(await timed(worker.url));
      if (key === "ours" && s === STARTS - 1) result = await rates(worker);
      await worker.stop();
    }
  }
  return {
    name: "workerd",
    ...result,
    first: Math.min(...firsts.ours),
    ready: Math.min(...firsts.ready),
    again: Math.min(...firsts.again),
    empty: Math.min(...firsts.empty),
  };
}

async function rates({ url, pid }) {
  await timed(`${url}?count=2000`);
  const rate = async (query) =>
    (CALLS / ((await timed(`${url}?count=${CALLS}${query}`)) - (await timed(url)))) * 1000;
  const rounds = [];
  const bare = [];
  for (let r = 0; r < 5; r++) {
    rounds.push(await rate(""));
    bare.push(await rate("&bare"));
  }
  // each over a connection of its own that stays open
  const times = [];
  for (let i = 0; i < 3000; i++) times.push((await timed(url)) * 1000);
  times.sort((a, b) => a - b);
  return {
    rate: median(rounds),
    bare: median(bare),
    p99: times[Math.floor(times.length * 0.99)],
    memory: residentOf(pid),
  };
}

const folder = install();
try {
  const files = engineFiles();
  const rows = [await program(`Node ${process.versions.node}`, process.execPath, [], folder)];
  if (files.Deno)
    rows.push(
      await program(
        "Deno",
        files.Deno,
        ["run", "--quiet", "--no-lock", "--cached-only", "--allow-all"],
        folder,
        { DENO_DIR: join(folder, "deno") },
      ),
    );
  if (files.Bun) rows.push(await program("Bun", files.Bun, ["run"], folder));
  const isolate = workerdFile() ? await workerd(folder) : undefined;
  const { rows: nets, web, node } = await compare();

  const k = (v) => `${(v / 1000).toFixed(1)} k`;
  const mb = (v) => (v === undefined ? "" : `${(v / 1e6).toFixed(0)} MB`);
  const us = (v) => v.toFixed(1);
  const lines = rows.map(
    (r) =>
      `| ${r.name} | ${k(r.rate)} | ${k(r.bare)} | ${r.p99.toFixed(0)} µs | ${mb(r.memory)} | ${r.cold.toFixed(0)} ms (${r.nothing.toFixed(0)} ms) |`,
  );
  if (isolate)
    lines.push(
      `| workerd | ${k(isolate.rate)} | ${k(isolate.bare)} | ${isolate.p99.toFixed(0)} µs, over HTTP | ${mb(isolate.memory)} | see below |`,
    );
  const text = `# Predictions at the edge

Measured by \`node bench/edge.mjs\`, which writes this page, on ${new Date().toISOString().slice(0, 10)}: ${cpus()[0].model}, one core used of ${cpus().length}.
The network is W2 of [README.md](README.md), 784-100-50-10. Other work may have run on the machine; a quiet one gives better figures.

## The handler

The service of [examples/edge](../examples/edge/README.md): \`Request\` with 784 bytes → JSON in a \`Response\`, called ${CALLS.toLocaleString("en")} times in sequence
within the runtime, without a socket. "Without a model" is a handler that only reads the bytes and answers: the runtime's own part.

| runtime | predictions/s | without a model | p99 | memory | process start to first prediction (to a printed word) |
| --- | --- | --- | --- | --- | --- |
${lines.join("\n")}
${
  isolate
    ? `
workerd's clock stands still while a worker computes, so its rate is measured from outside.
The first answer of a new process, over HTTP, the minimum of ${STARTS} starts:

- ${isolate.empty.toFixed(1)} ms from a worker that does nothing;
- ${isolate.ready.toFixed(1)} ms if the model is loaded when the isolate starts: the first prediction costs ${(isolate.ready - isolate.empty).toFixed(1)} ms more than none;
- ${isolate.first.toFixed(1)} ms if the first request loads the model; the second answer then takes ${isolate.again.toFixed(1)} ms.
`
    : ""
}
## One prediction at a time

Nabla compared with onnxruntime-web ${web} (WebAssembly) and onnxruntime-node ${node} (native): one process and one thread each, the same
weights, outputs compared. From a Float32Array to a Float32Array; theirs is asynchronous, ours is not.
µs per prediction, the minimum of eleven alternating rounds.

| network | Nabla | onnxruntime-web | | onnxruntime-node | |
| --- | --- | --- | --- | --- | --- |
${nets.map((r) => `| ${r.name} ${r.what} | ${us(r.nabla)} | ${us(r.web)} | ${(r.web / r.nabla).toFixed(1)} × | ${us(r.node)} | ${(r.node / r.nabla).toFixed(1)} × |`).join("\n")}
`;
  mkdirSync(join(root, "bench"), { recursive: true });
  writeFileSync(join(root, "bench/edge.md"), text);
  console.log(text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
