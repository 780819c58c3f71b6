/**
 * Helping threads of pages, started from a page's worker: workers of workers. Their code comes from the file that runs here, which is
 * the training worker's and does this as well (src/worker/index.ts), or from a blob: a page's policy may forbid the one or the other.
 * In Node the training worker is a thread itself, and is told how to start others (scripts/threads.mjs).
 *
 * Firefox can stand still for ever inside `new Worker()` of a worker while a debugger listens (its own tools, or a program that drives it) and
 * the machine is busy: it waits for the main thread to register the new worker by a condition variable on which the new worker sleeps as well,
 * and one of the two is woken (WorkerPrivate::SetIsDebuggerRegistered). Nothing here can prevent that. Without a debugger it does not wait.
 */
import { code } from "#helper-code";
import { attempt, scriptUrl } from "../../host.ts";
import type { HelperSetup } from "../helper.ts";
import type { Listeners, StartHelper } from "./types.ts";
import { type StartThread, wired } from "./wired.ts";

/** What a worker of the page says: nothing at first, then why it ends. */
interface Said {
  readonly helper: true;
  readonly why?: string;
}

/** A thread of Node, where this is one. */
const node = globalThis as { nablaThread?: StartThread; nablaCores?: number };

export const startHelper: StartHelper = (setup, { ready, ended }) => {
  if (node.nablaThread) return wired(node.nablaThread, code, setup, { ready, ended });
  if (typeof attempt(() => Worker) !== "function") throw new Error("there are no workers of workers here");
  let worker: Worker | undefined;
  let over = false;
  // what could be done for the training worker itself first: a refusal is a line in the console
  const ways = attempt(() => location.protocol) === "blob:" ? [fromBlob, fromFile] : [fromFile, fromBlob];
  const next = (why: string): void => {
    worker?.terminate();
    worker = undefined;
    const way = ways.shift();
    if (over) return;
    if (!way) return ended(why);
    worker = attempt(way);
    if (worker) hear(worker, setup, { ready, ended }, next);
    else next(why);
  };
  // not at once: who asks has to have it, to end it
  void Promise.resolve().then(() => next("it could not be started"));
  return {
    go: () => worker?.postMessage(true),
    end() {
      over = true;
      worker?.terminate();
    },
  };
};

function hear(
  worker: Worker,
  setup: HelperSetup,
  { ready, ended }: Listeners,
  next: (why: string) => void,
): void {
  let alive = false;
  worker.onmessage = ({ data }: { data: Partial<Said> }) => {
    // the file says first that it could train
    if (!data.helper) return;
    if (data.why !== undefined) return ended(data.why);
    alive = true;
    ready();
  };
  worker.onerror = (event) => {
    event.preventDefault?.();
    const why = event.message || "it could not be loaded, or the page's policy (worker-src) forbids it";
    if (alive) ended(why);
    else next(why);
  };
  worker.postMessage(setup);
}

function fromBlob(): Worker {
  const say =
    "let work; onmessage = ({ data }) => { if (work) work(); else work = helper.begin(data, (why) => postMessage({ helper: true, why })); };";
  const url = URL.createObjectURL(new Blob([code + say], { type: "text/javascript" }));
  const worker = new Worker(scriptUrl(url), { name: "nabla" });
  for (const answer of ["message", "error"])
    worker.addEventListener(answer, () => URL.revokeObjectURL(url), { once: true });
  return worker;
}

const fromFile = () => new Worker(scriptUrl(location.href), { type: "module", name: "nabla" });

export const cores = (): number => node.nablaCores ?? attempt(() => navigator.hardwareConcurrency) ?? 1;

/** A page's own thread must not wait, and without isolation there is no memory to share. */
export const forbidden = (): string | undefined => {
  if (attempt(() => document) !== undefined)
    return "a page's own thread must not wait for others; its worker has threads (fit() with worker: true)";
  if (attempt(() => crossOriginIsolated) === false)
    return "the page is not cross-origin isolated: its server has to send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
  return undefined;
};
