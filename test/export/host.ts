/** Hosts of exported models: WebAssembly as JavaScript has it, without the library; and C++ programs over wabt's interpreter. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const examples = fileURLToPath(new URL("../../examples/hosts", import.meta.url));

export interface Exports {
  memory: WebAssembly.Memory;
  input(): number;
  inputs(): number;
  output(): number;
  outputs(): number;
  maxRows(): number;
  predict(rows: number): number;
  predictBytes(rows: number): number;
}

export const instantiate = (wasm: BufferSource): Exports =>
  new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as unknown as Exports;

/** Outputs of as many rows as there are, which must not be too many. */
export function predictIn(host: Exports, x: Float32Array | Uint8Array): Float32Array {
  const rows = x.length / host.inputs();
  const isBytes = x instanceof Uint8Array;
  const { buffer } = host.memory;
  const room = isBytes
    ? new Uint8Array(buffer, host.input(), x.length)
    : new Float32Array(buffer, host.input(), x.length);
  room.set(x);
  const done = isBytes ? host.predictBytes(rows) : host.predict(rows);
  if (done !== rows) throw new Error(`predict(${rows}) gave ${done}`);
  return new Float32Array(buffer, host.output(), rows * host.outputs()).slice();
}

export const description = (wasm: BufferSource): Record<string, unknown> => {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(wasm), "nabla");
  return JSON.parse(new TextDecoder().decode(section));
};

export interface NativeHost {
  /** Why there is none, if there is none. */
  readonly missing?: string;
  /** Standard output of the program with this WebAssembly file and these words. @throws where it ends with an error */
  run(wasm: Uint8Array, words?: readonly string[], input?: Uint8Array): Buffer;
  remove(): void;
}

/** A C++ program of examples/hosts, compiled. Where NABLA_REQUIRE_ALL=1 says that nothing may be left out it has to be. */
export function nativeHost(program: string): NativeHost {
  const folder = mkdtempSync(join(tmpdir(), "nabla-host-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const file = join(folder, program);
  const args = ["-O1", "-std=c++17", join(examples, `${program}.cpp`), "-lwabt", "-o", file];
  const compiled = spawnSync("g++", args, { encoding: "utf8", timeout: 120_000 });
  const missing =
    compiled.error || compiled.status !== 0
      ? `needs g++ and wabt's library (Debian: apt-get install g++ wabt): ${compiled.error?.message ?? compiled.stderr.split("\n")[0]}`
      : undefined;
  if (missing && process.env.NABLA_REQUIRE_ALL === "1") throw new Error(`${program}.cpp ${missing}`);
  if (missing) console.warn(`skipped: ${program}.cpp ${missing}`);
  return {
    ...(missing !== undefined && { missing }),
    run(wasm, words = [], input = new Uint8Array(0)) {
      writeFileSync(join(folder, "model.wasm"), wasm);
      const { status, stdout, stderr } = spawnSync(file, [join(folder, "model.wasm"), ...words], {
        input,
        maxBuffer: 2 ** 28,
        timeout: 60_000,
      });
      if (status !== 0) throw new Error(stderr.toString());
      return stdout;
    },
    remove,
  };
}
