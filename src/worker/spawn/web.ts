/**
 * Starts the worker on a page. There are two ways, and each has an answer: the worker speaks, or it is known why it does not.
 *
 * - Its file, wherever a bundler has put it. A browser starts it only from the page's own origin.
 * - Its code, which is carried along as a module that is loaded for this alone, started from a blob: that is the page's own,
 *   wherever the library comes from and whatever has become of the file. A page's policy may forbid it.
 *
 * The file is first where it is known to be there, for it loads sooner; else the code. What place.ts knows to fail is not tried.
 */
import { messageOf } from "../../errors.ts";
import { attempt } from "../../host.ts";
import { inTime } from "../../waits.ts";
import { isForbidden, isPlaced } from "./place.ts";
import type { Spawn } from "./types.ts";

export type { Worker } from "./types.ts";

/** Milliseconds the first way may say nothing until the other is tried besides. */
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
    ? `this bundle was made for pages; bundle it for Node (esbuild --platform=node, Rollup nodeResolve({ exportConditions: ["node"] }), webpack target: "node"; in Next add serverExternalPackages: ["nabla"])`
    : "this host has no Worker";

/** The first that speaks. @throws with the reasons of both ways */
async function firstOf(ask: (way: () => Worker | Promise<Worker>) => Promise<Alive>): Promise<Alive> {
  const file = fileOf();
  const ways = [file.start, fromCode];
  // by its place: an answer is heard before the other way is tried, but reasons are told in this order
  const first = file.placed ? 0 : 1;
  const asked: Promise<Alive>[] = [];
  asked[first] = ask(ways[first]!);
  const answer = await inTime(
    asked[first].catch(() => undefined),
    SILENCE,
    () => undefined,
  );
  if (answer) return answer;
  asked[1 - first] = ask(ways[1 - first]!);
  try {
    return await Promise.any(asked);
  } catch (error) {
    const [ofFile, ofCode] = (error as AggregateError).errors.map(messageOf);
    throw new Error(`its file: ${ofFile}; its code from a blob: ${ofCode}`);
  }
}

/** What is forbidden by the page's own text, which a browser would say on the console as well. */
const refused = (source: string) => new Error(`the page's policy (worker-src) lacks ${source}`);

/** What a policy forbids WebKit throws at once, in words that do not name the policy; others report it later. */
function begun(...args: ConstructorParameters<typeof Worker>): Worker {
  try {
    return new Worker(...args);
  } catch (cause) {
    const why = messageOf(cause);
    if ((cause as Error)?.name !== "SecurityError") throw cause;
    throw new Error(`${why.replace(/\.$/, "")}: the page's policy (worker-src) may forbid it`, { cause });
  }
}

/** @returns `placed` false where the file may well be missing */
function fileOf(): { placed: boolean; start(): Worker | Promise<Worker> } {
  let written: ReturnType<typeof asWritten>;
  try {
    written = asWritten();
  } catch (cause) {
    return { placed: false, start: () => Promise.reject(cause) };
  }
  // a bundler that starts it in a way of its own
  if (!Array.isArray(written)) return { placed: true, start: () => written as Worker };
  const [url, options] = written;
  return {
    placed: isPlaced(WORKER_FILE, String(url)),
    start() {
      const { href, origin, protocol } = new URL(url, location.href);
      // known beforehand: not tried, because browsers say it on the console
      if (/^(https?|data):/.test(protocol) && origin !== self.origin)
        throw new Error(`${href.slice(0, 200)} is not of the page's own origin (${self.origin})`);
      if (isForbidden("'self'")) throw refused("'self'");
      return begun(url, options);
    },
  };
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
  if (isForbidden("blob:")) throw refused("blob:");
  const { code } = await import("#worker-code");
  const packed = new Blob([Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0))]);
  const script = new Response(packed.stream().pipeThrough(new DecompressionStream("deflate")));
  const url = URL.createObjectURL(new Blob([await script.arrayBuffer()], { type: "text/javascript" }));
  const worker = begun(url, { name: "nabla" });
  for (const answer of ["message", "error"])
    worker.addEventListener(answer, () => URL.revokeObjectURL(url), { once: true });
  return worker;
}
