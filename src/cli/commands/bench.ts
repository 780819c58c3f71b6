/** nabla bench: how fast this machine trains and predicts, as a table to share. */
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { didYouMean, NablaError } from "../../errors.ts";
import { sequential } from "../../model/model.ts";
import type { Terminal } from "../../report/terminal.ts";
import { callsIn, inTurn, median, shades, took } from "../bench/measure.ts";
import { CASES, NETS, type NetName } from "../bench/nets.ts";

export interface BenchFlags {
  nets?: string[];
  /** How long each figure is measured, in seconds. */
  seconds?: number;
  json?: boolean;
}

/** Of each network. */
interface Row {
  net: NetName;
  batch: number;
  what: string;
  /** Samples a second of fit(), by the clock. */
  oneThread: number;
  /** The same with `threads: "auto"`. */
  autoThreads: number;
  /** Microseconds of one predict() of one row. */
  prediction: number;
}

/** Windows of each figure; they take turns, so what else the machine does meets all alike. */
const WINDOWS = 5;
const SECONDS = 1;

/** @returns the exit code */
export async function benchCommand(flags: BenchFlags, terminal: Terminal): Promise<number> {
  for (const name of flags.nets ?? [])
    if (!(name in NETS))
      throw new NablaError(
        `--nets: unknown network '${name}'${didYouMean(name, Object.keys(NETS)) || `; there are ${Object.keys(NETS).join(", ")}`}`,
      );
  const window = ((flags.seconds ?? SECONDS) * 1000) / WINDOWS;
  const rows: Row[] = [];
  const asked = CASES.filter(([net]) => flags.nets?.includes(net) ?? true);
  for (const [i, [net, batch]] of asked.entries()) {
    if (terminal.isTTY)
      terminal.errors.rewrite(`measuring ${net}, batch ${batch} (${i + 1} of ${asked.length})`);
    rows.push(await measured(net, batch, window));
  }
  if (terminal.isTTY) terminal.errors.rewrite("");
  const machine = {
    nabla: process.env.NABLA_VERSION ?? "",
    cpu: cpus()[0]?.model.trim() ?? process.arch,
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    engine: engineOf(process.versions),
    load: Number(loadavg()[0]!.toFixed(1)),
  };
  if (flags.json) terminal.printJson({ machine, rows });
  else for (const line of page(machine, rows)) terminal.print(line);
  return 0;
}

/** Bun and Deno also say which Node they stand for. */
function engineOf(versions: Readonly<Record<string, string | undefined>>): string {
  const other = ["bun", "deno"].find((name) => versions[name] !== undefined);
  return other
    ? `${other === "bun" ? "Bun" : "Deno"} ${versions[other]}`
    : `Node ${versions.node} (V8 ${versions.v8})`;
}

async function measured(net: NetName, batch: number, window: number): Promise<Row> {
  const { layers, compile, what } = NETS[net];
  const models = ([1, "auto"] as const).map((threads) => ({
    threads,
    model: sequential(layers(), { seed: 1 }).compile(compile),
  }));
  const first = models[0]!.model;
  const { inputShape } = first;
  const inputs = inputShape.reduce((a, b) => a * b);
  const one = { data: shades(inputs), shape: [1, ...inputShape] };
  const data = (rows: number) => ({
    x: { data: shades(rows * inputs), shape: [rows, ...inputShape] },
    y: Int32Array.from({ length: rows }, (_, i) => i % 10),
  });
  // what a window has room for, once the engine has compiled what is hot
  const few = data(8 * batch);
  let once = 0;
  for (const begun = performance.now(); performance.now() - begun < window; )
    once = await took(() => first.fit(few.x, few.y, { batchSize: batch, threads: 1 }));
  const batches = 8 * Math.min(64, Math.max(1, Math.round(window / once)));
  const { x, y } = data(batches * batch);
  const epochs = Math.max(1, Math.round((8 * window) / (once * batches)));
  const calls = callsIn(() => first.predict(one), window / 10);
  const [oneThread, autoThreads, predictions] = await inTurn(
    [
      ...models.map(
        ({ threads, model }) =>
          () =>
            took(() => model.fit(x, y, { batchSize: batch, epochs, threads })),
      ),
      () =>
        took(() => {
          for (let i = 0; i < calls; i++) first.predict(one);
        }),
    ],
    WINDOWS,
  );
  const rate = (times: readonly number[]) => Math.round((epochs * batches * batch * 1000) / median(times));
  return {
    net,
    batch,
    what,
    oneThread: rate(oneThread!),
    autoThreads: rate(autoThreads!),
    prediction: Number(((median(predictions!) * 1000) / calls).toPrecision(3)),
  };
}

/** Markdown, so that it is a table wherever it is pasted. */
function page(machine: Readonly<Record<string, string | number>>, rows: readonly Row[]): string[] {
  const { nabla, cpu, cores, memoryGB, system, engine, load } = machine;
  const k = (rate: number) => (rate < 1000 ? String(rate) : `${(rate / 1000).toFixed(1)} k`);
  return [
    `Nabla ${nabla}, ${engine}, ${system}`,
    `${cpu}, ${cores} cores, ${memoryGB} GB, load ${load}`,
    "",
    "| network | batch | one thread | auto | one prediction |",
    "| --- | --- | --- | --- | --- |",
    ...rows.map(
      ({ net, batch, what, oneThread, autoThreads, prediction }) =>
        `| ${net}: ${what} | ${batch} | ${k(oneThread)} samples/s | ${k(autoThreads)} samples/s | ${prediction} µs |`,
    ),
  ];
}
