/**
 * SHA-256 that is there on every runtime, without waiting: crypto.subtle needs a secure context and a promise. Computed by the host where it
 * can do so at once, as Node does: no core is made for it. Elsewhere in the core, ten times as fast as in JavaScript when a process has just
 * started.
 */
import { Core } from "../core/core.ts";
import { attempt } from "../host.ts";

/** A digest of Node's, as far as it is used here. */
interface Native {
  update(bytes: Uint8Array): unknown;
  digest(encoding: "hex"): string;
}
interface WithModules {
  process: { getBuiltinModule(name: string): { createHash(name: string): Native } };
}

/** Bytes taken to the core at a time. */
const PIECE = 65536;
const BLOCK = 64;
let shared: Core | undefined;

/** A digest taken piece by piece. */
export class Sha256 {
  /** The eight words, between calls: the core's memory is shared by all digests under way. */
  #state!: Uint8Array<ArrayBuffer>;
  /** What is not a whole block yet; the rest of it is of no meaning. */
  readonly #rest = new Uint8Array(BLOCK);
  #length = 0;
  readonly #native = attempt(() =>
    (globalThis as unknown as WithModules).process.getBuiltinModule("node:crypto").createHash("sha256"),
  );

  constructor() {
    if (this.#native) return;
    const { core, state } = place();
    core.exports.sha256Init(state);
    this.#state = core.u8(state, 32).slice();
  }

  update(bytes: Uint8Array): this {
    this.#native?.update(bytes);
    let at = this.#native ? bytes.length : 0;
    while (at < bytes.length) {
      const waiting = this.#length % BLOCK;
      // whole blocks from where they are, what is less through #rest
      const whole = waiting > 0 ? 0 : Math.min(PIECE, bytes.length - at) & -BLOCK;
      const part = bytes.subarray(at, at + (whole || BLOCK - waiting));
      if (whole === 0) this.#rest.set(part, waiting);
      if (whole > 0) this.#blocks(part);
      else if (waiting + part.length === BLOCK) this.#blocks(this.#rest);
      at += part.length;
      this.#length += part.length;
    }
    return this;
  }

  #blocks(bytes: Uint8Array): void {
    const { core, state, piece } = place();
    core.u8(state, 32).set(this.#state);
    core.u8(piece, bytes.length).set(bytes);
    core.exports.sha256Blocks(state, piece, bytes.length / BLOCK);
    this.#state = core.u8(state, 32).slice();
  }

  /** 64 lower-case hexadecimal digits. Nothing can be added afterwards. */
  hex(): string {
    if (this.#native) return this.#native.digest("hex");
    const bits = new DataView(new ArrayBuffer(8));
    bits.setBigUint64(0, BigInt(this.#length) * 8n);
    this.update(Uint8Array.of(0x80));
    // so many zeros that the eight bytes of the length end a block
    this.update(new Uint8Array((2 * BLOCK - 8 - (this.#length % BLOCK)) % BLOCK));
    this.update(new Uint8Array(bits.buffer));
    const words = new DataView(this.#state.buffer);
    let hex = "";
    for (let i = 0; i < 32; i += 4) hex += words.getUint32(i, true).toString(16).padStart(8, "0");
    return hex;
  }
}

const pieceAt = (core: Core): number => core.base + core.constant("SHA256_STATE");

function place(): { core: Core; state: number; piece: number } {
  if (shared === undefined) {
    shared = new Core();
    shared.reserve(pieceAt(shared) + PIECE);
  }
  return { core: shared, state: shared.base, piece: pieceAt(shared) };
}

/** The digest of `bytes` as 64 lower-case hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return new Sha256().update(bytes).hex();
}
