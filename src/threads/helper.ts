/** What a helping thread runs. It is carried along as text (scripts/threads.mjs), and each kind of host starts it its own way. */
import { fail, help } from "./share.ts";

/** What it is told. */
export interface HelperSetup {
  /** The core, whose memory is imported. */
  readonly module: WebAssembly.Module | Uint8Array<ArrayBuffer>;
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array;
  readonly part: number;
  readonly status: number;
}

/**
 * Gets ready. It waits for work only once it is told to, when all are there: where one is missing, none of the others has to be woken.
 *
 * @param say tells the thread that computes: undefined at first, when it is ready, then why it ends
 * @returns what works, from then on
 */
export function begin(setup: HelperSetup, say: (why?: string) => void): () => void {
  const { memory, control, part, status } = setup;
  const trying = (what: () => void): void => {
    try {
      what();
    } catch (error) {
      fail(control, part + 1);
      say(String(error));
    }
  };
  let work = () => {};
  trying(() => {
    const code = setup.module;
    const module = "byteLength" in code ? new WebAssembly.Module(code) : code;
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    work = () => trying(() => help({ control, memory, status, runPart: exports.runPart as never }, part));
    say();
  });
  return work;
}
