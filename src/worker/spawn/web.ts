/**
 * Starts the worker on a page. There are two ways, and each has an answer: the worker speaks, or it is known why it does not.
 *
 * 1. Its file, wherever a bundler has put it. A browser starts it only from the page's own origin.
 * 2. Its code, which is carried along as a module that is loaded for this alone, started from a blob: that is the page's own,
 *    wherever the library comes from and whatever has become of the file. A page's policy may forbid it.
 */
import { messageOf } from "../../errors.ts";
import { attempt } from "../../host.ts";
import type { Spawn } from "./types.ts";

export type { Worker } from "./types.ts";

/** Milliseconds the file may say nothing until the code is tried besides. */
const SILENCE = 4000;

/** A worker that has spoken. */
interface Alive {
  worker: Worker;
  first: unknown;
}

export const spawn: Spawn = ({ message, error }) => {
  if (typeof attempt(() => Worker) !== "function") throw new Error(noWorker());
  const started = new Set<Worker>();
  let chosen: Worker | undefined;
  let over = false;

  const ask = async (way: () => Worker | Promise<Worker>): Promise<Alive> => {
    const worker = await way();
    started.add(worker);
    if (over || chosen) endOthers();
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve({ worker, first: data });
      worker.onmessageerror = () => reject(new Error("a message could not be read"));
      worker.onerror = (event) => {
        // it is said once, and only where no worker comes up
        event.preventDefault?.();
        reject(
          new Error(event.message || "it could not be loaded, or the page's policy (worker-src) forbids it"),
        );
      };
    });
  };
  const endOthers = () => {
    for (const worker of started) if (worker !== chosen) worker.terminate();
  };

  firstOf(ask)
    .then(({ worker, first }) => {
      chosen = worker;
      endOthers();
      worker.onmessage = ({ data }) => message(data);
      worker.onmessageerror = () => error("a message could not be read");
      worker.onerror = (event) => {
        event.preventDefault?.();
        error(event.message || "it broke down");
      };
      if (!over) message(first);
    })
    .catch((cause) => over || error(messageOf(cause)));
  return {
    post: (data, transfer) => chosen!.postMessage(data, transfer),
    terminate() {
      over = true;
      chosen = undefined;
      endOthers();
    },
    rest: () => {},
  };
};

/** Node has workers of its own kind, and the conditions "node" in package.json lead to what starts them. */
const noWorker = () =>
  globalThis.process?.versions?.node
    ? `this bundle was made for pages; bundle it for Node (esbuild --platform=node, Rollup nodeResolve({ exportConditions: ["node"] }), webpack target: "node")`
    : "this host has no Worker";

/** The first that speaks. @throws with the reasons of both ways */
async function firstOf(ask: (way: () => Worker | Promise<Worker>) => Promise<Alive>): Promise<Alive> {
  const file = ask(fromFile);
  let timer: ReturnType<typeof setTimeout>;
  const silence = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, SILENCE, undefined)));
  const answer = await Promise.race([file.catch(() => undefined), silence]);
  clearTimeout(timer!);
  if (answer) return answer;
  const code = ask(fromCode);
  try {
    return await Promise.any([file, code]);
  } catch (error) {
    const [ofFile, ofCode] = (error as AggregateError).errors.map(messageOf);
    throw new Error(`its file: ${ofFile}; its code from a blob: ${ofCode}`);
  }
}

function fromFile(): Worker {
  const written = asWritten();
  if (!Array.isArray(written)) return written;
  const [url, options] = written;
  const { href, origin, protocol } = new URL(url, location.href);
  // known beforehand: not tried, because browsers say it on the console
  if (/^(https?|data):/.test(protocol) && origin !== self.origin)
    throw new Error(`${href.slice(0, 200)} is not of the page's own origin (${self.origin})`);
  return new Worker(url, options);
}

/**
 * What a bundler has made of the one pattern that all of them know, in which alone the file's address is to be had: `Worker` is the
 * page's again before anything else runs.
 */
function asWritten(): ConstructorParameters<typeof Worker> | Worker {
  const { Worker: pages } = globalThis;
  let given: ConstructorParameters<typeof Worker> | undefined;
  function Noted(...args: ConstructorParameters<typeof Worker>) {
    given = args;
  }
  try {
    globalThis.Worker = Noted as never;
    const worker = new Worker(new URL(WORKER_FILE, import.meta.url), { type: "module", name: "nabla" });
    return given ?? worker;
  } catch (cause) {
    throw new Error("this script does not know its own address (a bundle with format esm does)", { cause });
  } finally {
    globalThis.Worker = pages;
  }
}

async function fromCode(): Promise<Worker> {
  const { code } = await import("#worker-code");
  const packed = new Blob([Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0))]);
  const script = new Response(packed.stream().pipeThrough(new DecompressionStream("deflate")));
  const url = URL.createObjectURL(new Blob([await script.arrayBuffer()], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "nabla" });
  for (const answer of ["message", "error"])
    worker.addEventListener(answer, () => URL.revokeObjectURL(url), { once: true });
  return worker;
}
